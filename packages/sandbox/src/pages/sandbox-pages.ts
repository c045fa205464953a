import { isFromOwnPage, pageHeaders } from '@lupa/bank';
import type { PublishedRevocationList } from '../certificates/published-revocation-list.ts';
import type { TppFiles } from '../files/data-directory.ts';
import { addGenerator } from '../generator/generator-routes.ts';
import type { TppGenerator } from '../generator/tpp-generator.ts';
import type { TestUser } from '../sandbox-facts.ts';
import { addAuthority } from './authority-routes.ts';
import { keyCardPage } from './key-card-page.ts';
import type { AddPages, App, Rooms } from './pages-app.ts';
import { parsePhoneNotice, phonePage } from './phone-page.ts';
import { foreignFormPage, unknownMessagePage, unknownUserPage } from './problem-pages.ts';
import { MESSAGES_SHOWN, RAILS_PATH, railsPage } from './rails-page.ts';
import { SANDBOX_STYLESHEET, SANDBOX_STYLESHEET_PATH } from './sandbox-stylesheet.ts';
import { startPage } from './start-page.ts';

/** As much of a request and of a reply as is needed apart from a route. */
interface Asked {
  readonly headers: { readonly accept?: string | undefined };
}
interface Reply {
  code(status: number): unknown;
  type(contentType: string): unknown;
}
interface UserRoute {
  Params: { user: string };
  Querystring: Record<string, unknown>;
}

export interface SandboxPagesOptions {
  readonly issuer: string;
  readonly apiUrl: string;
  readonly shopUrl: string | undefined;
  readonly tppFiles: TppFiles;
  /** The demo TPP's public keys. */
  readonly jwks: { readonly keys: readonly object[] };
  /** The certificate of the sandbox CA, PEM. */
  readonly ca: string;
  /** What it has revoked. */
  readonly revocationList: PublishedRevocationList;
  readonly generator: TppGenerator;
  /** The test users with the balances they have now. */
  readonly readUsers: () => Promise<readonly TestUser[]>;
}

/** What `lupa audit verify` asks while the sandbox runs: nobody else can open its store then. */
export const AUDIT_PATH = '/sandbox/audit';

/** The two short fields of the largest form, many times over. */
const FORM_LIMIT_BYTES = 4096;

/** How often an empty phone looks for requests by itself. */
const PHONE_REFRESH_SECONDS = 4;

/**
 * The sandbox's own pages on the Authorize listener: its start page, each test user's key card and phone, and what left for
 * other banks. None of them needs a login, for none of it is real; they still take no form that another site sent. Beside
 * them, for programs, the certificate generator.
 */
export function sandboxPages(options: SandboxPagesOptions): AddPages {
  return async (listener, rooms) => {
    await listener.register(async (app) => addPages(app, rooms, options));
    await listener.register(async (app) => addGenerator(app, options.generator, options.issuer));
  };
}

function addPages(app: App, rooms: Rooms, options: SandboxPagesOptions): void {
  parseForms(app);
  app.addHook('onRequest', async (_request, reply) => {
    reply.headers(pageHeaders(options.issuer));
  });
  app.addHook('preHandler', async (request, reply) => {
    if (request.method !== 'POST' || isFromOwnPage(request.headers, options.issuer)) return;
    return reply.code(403).send(foreignFormPage());
  });
  app.get(SANDBOX_STYLESHEET_PATH, (_request, reply) =>
    reply.header('cache-control', 'no-cache').type('text/css; charset=utf-8').send(SANDBOX_STYLESHEET),
  );
  app.get('/sandbox/tpp/public-jwks.json', (_request, reply) => reply.type('application/json').send(options.jwks));
  app.get(AUDIT_PATH, async (_request, reply) => reply.type('application/json').send(await rooms.verifyAuditTrail()));
  addAuthority(app, options.ca, options.revocationList);
  addStartPage(app, rooms, options);
  addKeyCards(app, rooms, options);
  addPhones(app, rooms, options);
  addRails(app, rooms);
}

function addStartPage(app: App, rooms: Rooms, options: SandboxPagesOptions): void {
  app.get<{ Querystring: Record<string, unknown> }>('/', async (request) => {
    const users = await options.readUsers();
    const unblocked = users.find(({ username }) => username === request.query.unblocked)?.username;
    return startPage({ ...options, users, unblocked });
  });
  app.post<UserRoute>('/sandbox/unblock/:user', async (request, reply) => {
    const { user } = request.params;
    if ((await rooms.readPhoneRequests(user)) === undefined) return sendUnknownUser(options, request, reply);
    await rooms.unblockCustomer(user, request.id);
    return wantsJson(request)
      ? reply.type('application/json').send({ unblocked: user })
      : reply.redirect(`/?unblocked=${encodeURIComponent(user)}`, 303);
  });
}

function addKeyCards(app: App, rooms: Rooms, options: SandboxPagesOptions): void {
  app.get<UserRoute>('/sandbox/key-card/:user', async (request, reply) => {
    const card = await rooms.readKeyCard(request.params.user);
    if (card === undefined) return sendUnknownUser(options, request, reply);
    if (!wantsJson(request)) return keyCardPage(card);
    const keys = Object.fromEntries(card.keys.map(({ number, code }) => [String(number), code]));
    return reply.type('application/json').send({ keys });
  });
}

function addPhones(app: App, rooms: Rooms, options: SandboxPagesOptions): void {
  app.get<UserRoute>('/sandbox/phone/:user', async (request, reply) => {
    const phone = await rooms.readPhoneRequests(request.params.user);
    if (phone === undefined) return sendUnknownUser(options, request, reply);
    if (wantsJson(request)) {
      const requests = phone.requests.map(({ id, amount, payees }) => ({ id, amount, payees }));
      return reply.type('application/json').send({ requests });
    }
    // Never while there is something to press: a page that changes under the finger approves the wrong thing.
    const looksByItself = phone.requests.length === 0 && request.query.look !== 'off';
    if (looksByItself) reply.header('refresh', `${PHONE_REFRESH_SECONDS}; url=${phonePath(request.params.user)}`);
    return phonePage(phone, { notice: parsePhoneNotice(request.query.notice), looksByItself });
  });
  app.post<UserRoute>('/sandbox/phone/:user', async (request, reply) => {
    const { user } = request.params;
    const fields = request.body instanceof URLSearchParams ? request.body : new URLSearchParams();
    const action = fields.get('action');
    const id = fields.get('id');
    if (id === null || (action !== 'approve' && action !== 'decline')) {
      return reply
        .code(400)
        .type('application/json')
        .send({ error: 'Send the fields id, and action = approve or decline.' });
    }
    const result = await rooms.answerPhoneRequest(user, id, action, request.id);
    if (wantsJson(request))
      return reply
        .code(result === 'gone' ? 410 : 200)
        .type('application/json')
        .send({ result });
    return reply.redirect(`${phonePath(user)}?notice=${result}`, 303);
  });
}

function addRails(app: App, rooms: Rooms): void {
  app.get(RAILS_PATH, async (request, reply) => {
    const messages = await rooms.readOutgoingMessages(MESSAGES_SHOWN);
    if (!wantsJson(request)) return railsPage(messages);
    return reply.type('application/json').send({ messages });
  });
  app.get<{ Params: { messageId: string } }>(`${RAILS_PATH}/:messageId`, async (request, reply) => {
    const found = await rooms.readOutgoingMessage(request.params.messageId);
    if (found === undefined) return reply.code(404).send(unknownMessagePage());
    return reply
      .header('content-disposition', `attachment; filename="${found.messageId}.xml"`)
      .type('application/xml; charset=utf-8')
      .send(found.message);
  });
}

async function sendUnknownUser(
  { readUsers }: SandboxPagesOptions,
  request: Asked,
  reply: Reply,
): Promise<string | object> {
  const usernames = (await readUsers()).map(({ username }) => username);
  reply.code(404);
  if (!wantsJson(request)) return unknownUserPage(usernames);
  reply.type('application/json');
  return { error: `There is no such test user. The sandbox has ${usernames.join(', ')}.` };
}

function phonePath(user: string): string {
  return `/sandbox/phone/${encodeURIComponent(user)}`;
}

/** Asked for with `Accept: application/json` and not by a browser, which asks for HTML first. */
function wantsJson({ headers }: Asked): boolean {
  const accept = headers.accept ?? '';
  return accept.includes('application/json') && !accept.includes('text/html');
}

/** Forms are the only bodies these pages take. */
function parseForms(app: App): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string', bodyLimit: FORM_LIMIT_BYTES },
    (_request, body, done) => done(null, new URLSearchParams(String(body))),
  );
}
