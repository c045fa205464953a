import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import type Provider from 'oidc-provider';
import type { OuterParameters } from '../domain/authorization-request.ts';
import { KEYS_MAX_AGE_SECONDS } from '../domain/key-schedule.ts';
import { errorFromFastify } from '../http/fastify-errors.ts';
import type { KeyRing } from '../http/key-ring.ts';
import {
  type AuthorizationRequestOutcome,
  type AuthorizationRequestVerifier,
  type VerifiedAuthorizationRequest,
  verifyAuthorizationRequest,
} from '../operations/verify-authorization-request.ts';
import { discoveryDocument } from './discovery.ts';
import { ERROR_PAGE_HEADERS, errorPage } from './error-page.ts';
import type { Exchange } from './exchange.ts';
import { handOver, issuerHeaders, type LibraryCallback } from './hand-over.ts';
import { type AuthorizationServerOptions, audiencesOf } from './options.ts';
import { PATHS } from './provider-configuration.ts';
import { errorRedirect, serverError } from './redirect-answer.ts';
import { pushVerifiedRequest } from './verified-request.ts';

/** A form is as large as the largest request object we look at, and the fields around it. */
const MAX_FORM_KIB = 72;

const FORM_TOO_LARGE = `the authorization request is a form larger than ${MAX_FORM_KIB} KiB and was not read: send one of at most ${MAX_FORM_KIB} KiB. A request object takes only a few of them`;

/** Public documents change with a key rotation or a release; everyone may keep them for a few minutes. */
const PUBLIC_DOCUMENT_HEADERS = {
  'cache-control': `public, max-age=${KEYS_MAX_AGE_SECONDS}`,
  'access-control-allow-origin': '*',
};

/** The endpoints browsers come to, and the documents anyone may read, for the Authorize listener. */
export function authorizeRoutes(
  provider: Provider,
  callback: LibraryCallback,
  options: AuthorizationServerOptions,
  idTokenKeys: KeyRing,
): FastifyPluginAsync {
  const { issuer, apiBaseUrl, registrationEndpoint } = options;
  const verifier = { ...options, audiences: audiencesOf(options) };
  const metadata = discoveryDocument({ issuer, apiBaseUrl, registrationEndpoint });
  const library = { provider, callback, options };
  return async (app) => {
    app.removeAllContentTypeParsers();
    const form = { parseAs: 'string', bodyLimit: MAX_FORM_KIB * 1024 } as const;
    app.addContentTypeParser('*', form, (_request, body, done) => done(null, body));
    app.setErrorHandler((error, request, reply) => {
      if (errorFromFastify(error)?.code !== 'BODY_TOO_LARGE') throw error;
      return sendErrorPage(request, reply, 413, FORM_TOO_LARGE);
    });
    app.get(PATHS.authorization, { exposeHeadRoute: false }, (request, reply) =>
      authorize(library, verifier, request, reply, new URL(request.url, issuer).searchParams),
    );
    app.post(PATHS.authorization, (request, reply) =>
      authorize(library, verifier, request, reply, new URLSearchParams(String(request.body ?? ''))),
    );
    app.get<{ Params: { uid: string } }>(`${PATHS.authorization}/:uid`, { exposeHeadRoute: false }, (request, reply) =>
      resume(library, request, reply),
    );
    app.get(PATHS.jwks, (_request, reply) => reply.headers(PUBLIC_DOCUMENT_HEADERS).send(idTokenKeys.published()));
    for (const path of ['/.well-known/openid-configuration', '/.well-known/oauth-authorization-server']) {
      app.get(path, (_request, reply) => reply.headers(PUBLIC_DOCUMENT_HEADERS).send(metadata));
    }
  };
}

interface Library {
  readonly provider: Provider;
  readonly callback: LibraryCallback;
  readonly options: AuthorizationServerOptions;
}

async function authorize(
  library: Library,
  verifier: AuthorizationRequestVerifier,
  request: FastifyRequest,
  reply: FastifyReply,
  fields: URLSearchParams,
): Promise<FastifyReply> {
  reply.header('x-request-id', request.id);
  const { outer, repeated } = readFields(fields);
  const outcome = await verifyAuthorizationRequest(outer, repeated, verifier);
  if (outcome.kind === 'verified') return interact(library, request, reply, outcome.request, outer);
  if (outcome.kind === 'failed') library.options.onFault(outcome.fault, request.id);
  return refuse(outcome, library.options.issuer, request, reply);
}

/** Fields with an empty value count as left out (RFC 6749 section 3.1). */
function readFields(fields: URLSearchParams): { outer: OuterParameters; repeated: string[] } {
  const outer = new Map<string, string>();
  const repeated = new Set<string>();
  for (const [name, value] of fields) {
    if (outer.has(name)) repeated.add(name);
    if (value !== '') outer.set(name, value);
  }
  return { outer: Object.fromEntries(outer), repeated: [...repeated] };
}

async function interact(
  { provider, callback, options }: Library,
  request: FastifyRequest,
  reply: FastifyReply,
  verified: VerifiedAuthorizationRequest,
  outer: OuterParameters,
): Promise<FastifyReply> {
  const { claims, payload } = verified;
  const errorAddress = {
    redirectUri: claims.redirectUri,
    responseMode: claims.responseType === 'code' ? ('query' as const) : ('fragment' as const),
    state: claims.state,
  };
  const uiLocales = readUiLocales(payload.ui_locales ?? outer.ui_locales);
  const { query, forget } = await pushVerifiedRequest(provider, verified, uiLocales);
  reply.raw.once('close', forget);
  const headers = { ...issuerHeaders(new URL(options.issuer)), accept: 'text/html' };
  const exchange = beginBrowserExchange(request, errorAddress);
  return handOver(callback, request, reply, {
    method: 'GET',
    url: `${PATHS.authorization}?${query}`,
    headers,
    exchange,
  });
}

/** The interaction is over: the browser comes back with its cookie, and the library sends it to the TPP. */
function resume(
  { callback, options }: Library,
  request: FastifyRequest<{ Params: { uid: string } }>,
  reply: FastifyReply,
): FastifyReply {
  reply.header('x-request-id', request.id);
  const { cookie } = request.raw.headers;
  const headers = { ...issuerHeaders(new URL(options.issuer)), accept: 'text/html', ...(cookie && { cookie }) };
  const url = `${PATHS.authorization}/${encodeURIComponent(request.params.uid)}`;
  return handOver(callback, request, reply, { method: 'GET', url, headers, exchange: beginBrowserExchange(request) });
}

async function refuse(
  outcome: Exclude<AuthorizationRequestOutcome, { kind: 'verified' }>,
  issuer: string,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const error = outcome.kind === 'failed' ? serverError(request.id) : outcome.problem;
  reply.header('cache-control', 'no-store');
  if (outcome.address !== undefined) return reply.redirect(errorRedirect(outcome.address, error, issuer), 303);
  return sendErrorPage(request, reply, outcome.kind === 'failed' ? 500 : 400, error.description);
}

async function sendErrorPage(
  request: FastifyRequest,
  reply: FastifyReply,
  status: number,
  reason: string,
): Promise<FastifyReply> {
  const { acceptLanguage } = beginBrowserExchange(request);
  const page = await errorPage({ reason, requestId: request.id, acceptLanguage });
  return reply.code(status).headers(ERROR_PAGE_HEADERS).header('x-request-id', request.id).send(page);
}

function beginBrowserExchange(request: FastifyRequest, errorAddress?: Exchange['errorAddress']): Exchange {
  const acceptLanguage = request.raw.headers['accept-language'];
  return { requestId: request.id, acceptLanguage, errorAddress, certificate: undefined };
}

/** BCP 47 tags separated by spaces; whatever else came as `ui_locales` is no wish we know. */
function readUiLocales(value: unknown): string | undefined {
  return typeof value === 'string' && /^[A-Za-z0-9-]{1,35}( [A-Za-z0-9-]{1,35}){0,9}$/.test(value) ? value : undefined;
}
