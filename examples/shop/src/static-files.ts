import { readdirSync, readFileSync } from 'node:fs';
import { extname } from 'node:path';
import type { FastifyInstance } from 'fastify';

const PUBLIC = new URL('../public/', import.meta.url);

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** Serves the few files of `public/`, read once. Only what was there at the start has an address, so no path can lead elsewhere. */
export function serveStaticFiles(app: FastifyInstance): void {
  for (const name of readdirSync(PUBLIC, { recursive: true, encoding: 'utf8' })) {
    const contentType = CONTENT_TYPES[extname(name)];
    if (contentType === undefined) continue;
    const content = readFileSync(new URL(name, PUBLIC));
    app.get(`/${name}`, (_request, reply) =>
      reply.type(contentType).header('cache-control', 'max-age=300').send(content),
    );
  }
}
