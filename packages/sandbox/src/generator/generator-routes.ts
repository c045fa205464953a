import { createHash } from 'node:crypto';
import type { CertifiedJwk } from '../certificates/certified-jwk.ts';
import type { App } from '../pages/pages-app.ts';
import { GeneratorRefusal } from './generator-refusal.ts';
import type { CertificateType, Generated, TppGenerator } from './tpp-generator.ts';

/** Below it lies everything of the generator, on the Authorize listener (contract §10). */
export const GENERATOR_PATH = '/psd2-sandbox-tpp-generator';

/** Below it lie the public keys, which a bank fetches. */
export const GENERATED_KEYS_PATH = `${GENERATOR_PATH}/jwks/`;

/** Where a TPP's public keys are. */
export function publicJwksUrl(issuer: string, id: string): string {
  return `${issuer}${GENERATED_KEYS_PATH}${id}.json`;
}

/** Nothing is read from a body; somebody may send an empty object. */
const BODY_LIMIT_BYTES = 1024;
const MAX_DEVELOPER_KEY_CHARACTERS = 256;

/** How long a set of public keys may be kept without asking again: short, for keys rotate. */
const KEYS_MAX_AGE_SECONDS = 10;

interface Asked {
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
}
interface Reply {
  headers(fields: Readonly<Record<string, string>>): unknown;
  code(status: number): Reply;
  type(contentType: string): Reply;
  send(body?: string): unknown;
}
interface TppRoute {
  Params: { id: string };
  Querystring: Record<string, unknown>;
}

/**
 * The generator's own routes. Beside the sandbox's pages and not among them: these take calls from programs, which no page of
 * another site can make a browser send, since that would need a header of its own.
 */
export function addGenerator(app: App, generator: TppGenerator, issuer: string): void {
  answerInJson(app);
  const answer = ({ tpp, privateKeys }: Generated) => ({
    privateJwks: { keys: privateKeys },
    publicJwksUrl: publicJwksUrl(issuer, tpp.id),
  });
  app.post<{ Querystring: Record<string, unknown> }>(`${GENERATOR_PATH}/sandbox-tpp`, async (request) => {
    const { c, cn } = request.query;
    return answer(await generator.generate(c, cn, developerKeyOf(request)));
  });
  app.post<TppRoute>(`${GENERATED_KEYS_PATH}:id/keys`, async (request, reply) => {
    const { params, query } = request;
    reply.code(201);
    return answer(await generator.addKey(params.id, parseType(query.type), developerKeyOf(request)));
  });
  app.delete<{ Params: { id: string; kid: string } }>(`${GENERATED_KEYS_PATH}:id/keys/:kid`, async (request, reply) => {
    const { id, kid } = request.params;
    await generator.removeKey(id, kid, developerKeyOf(request));
    return reply.code(204).send();
  });
  addPublicKeys(app, generator);
}

function addPublicKeys(app: App, generator: TppGenerator): void {
  const send = (keys: readonly CertifiedJwk[], asked: Asked, reply: Reply) => {
    const body = JSON.stringify({ keys });
    const etag = `"${createHash('sha256').update(body).digest('base64url')}"`;
    reply.headers({ etag, 'cache-control': `public, max-age=${KEYS_MAX_AGE_SECONDS}` });
    if (asked.headers['if-none-match'] === etag) return reply.code(304).send();
    return reply.type('application/json; charset=utf-8').send(body);
  };
  app.get<{ Params: { file: string } }>(`${GENERATED_KEYS_PATH}:file`, async (request, reply) => {
    const id = /^(.+)\.json$/.exec(request.params.file)?.[1] ?? '';
    return send((await generator.find(id)).keys, request, reply);
  });
  app.get<TppRoute>(`${GENERATED_KEYS_PATH}:id/revoked.json`, async (request, reply) =>
    send((await generator.find(request.params.id)).revokedKeys, request, reply),
  );
}

/** @throws GeneratorRefusal missing_api_key */
function developerKeyOf({ headers }: Asked): string {
  const key = headers['x-api-key'];
  if (typeof key === 'string' && key !== '' && key.length <= MAX_DEVELOPER_KEY_CHARACTERS) return key;
  throw new GeneratorRefusal(
    'missing_api_key',
    `Send your developer key as the header x-api-key. In this sandbox anything of 1 to ${MAX_DEVELOPER_KEY_CHARACTERS} characters is one; remember it, for it also rotates this TPP's keys.`,
  );
}

/** @throws GeneratorRefusal invalid_type */
function parseType(type: unknown): CertificateType {
  if (type === undefined || type === 'seal') return 'seal';
  if (type === 'web') return 'web';
  throw new GeneratorRefusal('invalid_type', 'type must be seal (a key for signatures, the default) or web (for TLS).');
}

function answerInJson(app: App): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'string', bodyLimit: BODY_LIMIT_BYTES }, (_request, _body, done) =>
    done(null, undefined),
  );
  app.addHook('onRequest', async (_request, reply) => {
    reply.headers({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });
  });
  app.setErrorHandler((error, _request, reply) => {
    // Everything else is the listener's own to answer.
    if (!(error instanceof GeneratorRefusal)) throw error;
    if (error.retryAfterSeconds !== undefined) reply.header('retry-after', String(error.retryAfterSeconds));
    return reply
      .code(error.status)
      .type('application/json; charset=utf-8')
      .send({ error: error.code, error_description: error.message });
  });
}
