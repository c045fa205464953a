import { LupaError } from '@lupa/protocol';
import type { FastifyInstance, FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import { chooseLanguage, type Language, parseLanguage } from './languages.ts';
import { parseNotice } from './notices.ts';
import { problemPage } from './problem-page.ts';
import { isFromOwnPage } from './same-origin.ts';
import type { ScaPagesOptions } from './sca-pages-options.ts';
import { pageHeaders } from './security-headers.ts';
import { showStep } from './show-step.ts';
import { STYLESHEET, STYLESHEET_PATH } from './stylesheet.ts';
import { takeForm } from './take-form.ts';
import type { ProblemName } from './texts/texts.ts';
import { visitOf } from './visit.ts';

export type { ScaPagesOptions };

/** The largest form a bundle of a hundred payments can make, four times over. */
const FORM_LIMIT_BYTES = 32_768;

/** The pages of strong customer authentication: `GET` and `POST /sca/:uid`, and their stylesheet. */
export function scaPages(options: ScaPagesOptions): FastifyPluginAsync {
  return async (app) => {
    parseFormsOnly(app);
    app.setErrorHandler<Error & { statusCode?: number }>((error, request, reply) => {
      if (error instanceof LupaError && error.retryAfterSeconds !== undefined) {
        reply.header('retry-after', String(error.retryAfterSeconds));
        // A lost answer of the store may be that of an approval: the page must not say that nothing was done.
        const name = error.code === 'TOO_MANY_REQUESTS' ? 'busy' : 'away';
        return sendProblem(options, request, reply, 503, name);
      }
      const status = error.statusCode !== undefined && error.statusCode < 500 ? error.statusCode : 500;
      if (status === 500) request.log.error({ err: error }, 'an SCA page failed');
      return sendProblem(options, request, reply, status, 'unexpected');
    });
    app.get(STYLESHEET_PATH, (_request, reply) =>
      reply
        .headers({ 'cache-control': 'public, max-age=31536000, immutable', 'x-content-type-options': 'nosniff' })
        .type('text/css; charset=utf-8')
        .send(STYLESHEET),
    );
    app.get<Route>('/sca/:uid', async (request, reply) => {
      const visit = await visitOf(options, request, reply);
      if (visit === undefined) return sendLost(options, request, reply);
      const { lang, notice, step, stay } = request.query;
      return showStep(visit, {
        switchTo: typeof lang === 'string' ? parseLanguage(lang) : undefined,
        notice: parseNotice(notice),
        wantsReview: step === 'review',
        isStaying: stay === '1',
      });
    });
    app.post<Route>('/sca/:uid', async (request, reply) => {
      if (!isFromOwnPage(request.headers, options.issuer)) {
        return sendProblem(options, request, reply, 403, 'foreign-form');
      }
      const visit = await visitOf(options, request, reply);
      if (visit === undefined) return sendLost(options, request, reply);
      const fields = request.body instanceof URLSearchParams ? request.body : new URLSearchParams();
      return takeForm(visit, fields);
    });
  };
}

interface Route {
  Params: { uid: string };
  Querystring: Record<string, unknown>;
}

/** These pages take forms and nothing else, whatever the application around them takes. */
function parseFormsOnly(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  const limits = { parseAs: 'string', bodyLimit: FORM_LIMIT_BYTES } as const;
  app.addContentTypeParser('application/x-www-form-urlencoded', limits, (_request, body, done) =>
    done(null, new URLSearchParams(String(body))),
  );
}

/** No interaction of this browser: the link is too old, was used up, or came from elsewhere. */
async function sendLost(options: ScaPagesOptions, request: FastifyRequest<Route>, reply: FastifyReply) {
  const session = await options.sca.store.findSession(request.params.uid);
  const isOver = session?.step === 'ended';
  return sendProblem(options, request, reply, isOver ? 410 : 404, isOver ? 'already-over' : 'link-dead');
}

function sendProblem(
  options: ScaPagesOptions,
  request: FastifyRequest,
  reply: FastifyReply,
  status: number,
  name: ProblemName,
) {
  const language = languageOf(request);
  const isSandbox = options.sandbox !== undefined;
  return reply
    .code(status)
    .headers(pageHeaders(options.issuer))
    .send(problemPage({ name, language, requestId: request.id, isSandbox }));
}

function languageOf(request: FastifyRequest): Language {
  const { lang } = request.query as Record<string, unknown>;
  const asked = typeof lang === 'string' ? parseLanguage(lang) : undefined;
  return asked ?? chooseLanguage([], request.headers['accept-language']);
}
