import type { FastifyReply } from 'fastify';
import type { Html } from './html.ts';

/** Answers with a page. */
export async function sendPage(reply: FastifyReply, page: Html, status = 200): Promise<FastifyReply> {
  return reply
    .code(status)
    .type('text/html; charset=utf-8')
    .send(String(await page));
}
