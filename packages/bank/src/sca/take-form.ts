import type { FastifyReply } from 'fastify';
import { choosePayments } from '../operations/choose-payments.ts';
import { cancelScaSession, rejectPayments } from '../operations/end-sca-session.ts';
import { giveFactor } from '../operations/give-factor.ts';
import { logIn } from '../operations/log-in.ts';
import type { ScaAnswer, ScaCall } from '../operations/sca-bank.ts';
import { switchFactor } from '../operations/switch-factor.ts';
import type { ScaSession } from '../ports/sca-store.ts';
import { cookieDigest, type FormName, isTokenOf } from './form-token.ts';
import { pageHeaders } from './security-headers.ts';
import { showStep } from './show-step.ts';
import type { NoticeName } from './texts/texts.ts';
import { giveCookie, newCookie, type Visit } from './visit.ts';

const FORMS: readonly FormName[] = ['login', 'review', 'factor'];

/** What a form led to: the operation's answer, or a field left empty. */
type Taken = ScaAnswer | { readonly kind: 'incomplete'; readonly notice: NoticeName };

/**
 * Does what a form asks: the answer to every POST. Then the browser is sent to GET the step where the session stands, so
 * that reloading or going back sends no form twice; only the end is shown at once.
 */
export async function takeForm(visit: Visit, fields: URLSearchParams): Promise<FastifyReply> {
  const { sca } = visit.options;
  const session = await sca.store.findSession(visit.interaction.uid);
  if (session === undefined) return sendTo(visit, undefined);
  if (session.step === 'ended') return showStep(visit, {});
  const form = formSent(visit, session, fields.get('token') ?? '');
  if (form === undefined) return sendTo(visit, 'stale');
  const taken = await TAKE[form](visit, session, fields);
  if (taken.kind === 'ended') return showStep(visit, {});
  if (taken.kind === 'moved') return sendTo(visit, undefined);
  return sendTo(visit, taken.kind === 'refused' ? taken.why : taken.notice);
}

/**
 * Which form this is: the one whose token it carries. A token of another step, of an earlier challenge, of another
 * session or browser, or none at all, is no form of this moment. The login form carries no challenge.
 */
function formSent({ cookie }: Visit, session: ScaSession, token: string): FormName | undefined {
  const { sessionId, challenge } = session;
  return FORMS.find((form) => {
    const challengeId = form === 'login' ? undefined : challenge?.challengeId;
    return isTokenOf(token, cookie, { sessionId, form, challengeId });
  });
}

const TAKE: Readonly<Record<FormName, (visit: Visit, session: ScaSession, fields: URLSearchParams) => Promise<Taken>>> =
  { login: takeLogin, review: takeReview, factor: takeFactor };

async function takeLogin(visit: Visit, session: ScaSession, fields: URLSearchParams): Promise<Taken> {
  const call = callOf(visit, session);
  // Before the login there is nothing to reject: whoever presses a button of that name leaves without deciding.
  if (['cancel', 'reject'].includes(actionOf(fields))) return cancelScaSession(visit.options.sca, call);
  const username = fields.get('username') ?? '';
  const password = fields.get('password') ?? '';
  if (username.trim() === '') return { kind: 'incomplete', notice: 'username-missing' };
  if (password === '') return { kind: 'incomplete', notice: 'password-missing' };
  const cookie = newCookie(visit.options);
  const answer = await logIn(visit.options.sca, call, { username, password, newBrowserDigest: cookieDigest(cookie) });
  if (answer.kind === 'moved') giveCookie(visit, cookie);
  return answer;
}

async function takeReview(visit: Visit, session: ScaSession, fields: URLSearchParams): Promise<Taken> {
  const { sca } = visit.options;
  const call = callOf(visit, session);
  const action = actionOf(fields);
  if (action === 'cancel') return cancelScaSession(sca, call);
  if (action === 'reject') return rejectPayments(sca, call);
  return choosePayments(sca, call, {
    paymentIds: fields.getAll('payments'),
    account: fields.get('account') ?? undefined,
    factor: parseFactor(fields) ?? 'keycode',
  });
}

async function takeFactor(visit: Visit, session: ScaSession, fields: URLSearchParams): Promise<Taken> {
  const { sca } = visit.options;
  const call = callOf(visit, session);
  const action = actionOf(fields);
  if (action === 'cancel') return cancelScaSession(sca, call);
  if (action === 'reject') return rejectPayments(sca, call);
  const asked = session.challenge?.factor;
  const factor = parseFactor(fields);
  if (factor !== undefined && factor !== asked) return switchFactor(sca, call, factor);
  const code = fields.get('code') ?? '';
  if (asked === 'keycode' && code.trim() === '') return { kind: 'incomplete', notice: 'code-missing' };
  return giveFactor(sca, call, code);
}

/** `approve` and `continue` mean the same everywhere, and so does a form sent without a button. */
function actionOf(fields: URLSearchParams): 'go-on' | 'reject' | 'cancel' {
  const action = fields.get('action');
  return action === 'reject' || action === 'cancel' ? action : 'go-on';
}

function parseFactor(fields: URLSearchParams): 'keycode' | 'mobilekey' | undefined {
  const factor = fields.get('factor');
  return factor === 'keycode' || factor === 'mobilekey' ? factor : undefined;
}

/** The challenge the form was made for is the session's: `formSent` has just compared them. The operation does it again under lock. */
function callOf({ interaction, browserDigest, request }: Visit, session: ScaSession): ScaCall {
  return {
    sessionId: interaction.uid,
    browserDigest,
    challengeId: session.challenge?.challengeId,
    tppName: interaction.clientName,
    requestId: request.id,
  };
}

function sendTo({ options, reply, path }: Visit, notice: NoticeName | undefined): FastifyReply {
  const location = notice === undefined ? path : `${path}?notice=${notice}`;
  return reply.code(303).headers(pageHeaders(options.issuer)).header('location', location).send('');
}
