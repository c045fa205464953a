import type { FastifyReply } from 'fastify';
import { openScaSession, type ScaView } from '../operations/open-sca-session.ts';
import type { ScaOutcome } from '../ports/sca-store.ts';
import { factorPage, type SandboxLinks } from './factor-page.ts';
import { finishPage, returnsInSeconds } from './finish-page.ts';
import { formToken } from './form-token.ts';
import type { InteractionResult } from './interactions.ts';
import type { Language } from './languages.ts';
import { loginPage } from './login-page.ts';
import type { PageContext } from './page-context.ts';
import { reviewPage } from './review-page.ts';
import { pageHeaders } from './security-headers.ts';
import type { NoticeName } from './texts/texts.ts';
import { textsIn } from './texts/texts-in.ts';
import type { Visit } from './visit.ts';

export interface Wish {
  readonly switchTo?: Language | undefined;
  readonly notice?: NoticeName | undefined;
  /** To see the review again while the factor is asked for; changes nothing until its form is sent. */
  readonly wantsReview?: boolean;
  /** Not to be sent on from the last page. */
  readonly isStaying?: boolean;
}

/** Shows the step at which the session stands: the answer to every GET. */
export async function showStep(visit: Visit, wish: Wish): Promise<FastifyReply> {
  const { options, interaction, request, browserDigest, language } = visit;
  const view = await openScaSession(options.sca, {
    sessionId: interaction.uid,
    clientId: interaction.clientId,
    authorizationId: interaction.authorizationId,
    browserDigest,
    requestId: request.id,
    language,
    switchTo: wish.switchTo,
  });
  return view.session.step === 'ended' ? finish(visit, view, wish) : send(visit, await stepPage(visit, view, wish));
}

async function stepPage(visit: Visit, view: ScaView, wish: Wish): Promise<string> {
  const context = contextOf(visit, view, wish.notice);
  const { step, challenge } = view.session;
  if (step === 'login') return loginPage(context);
  if (!view.isLoggedIn) return loginPage({ ...context, notice: wish.notice ?? 'log-in-again' });
  if (step === 'factor' && challenge !== undefined && wish.wantsReview !== true) {
    return factorPage(context, view, challenge, await sandboxLinks(visit, view));
  }
  return reviewPage(context, view);
}

function contextOf(visit: Visit, { session, isLoggedIn }: ScaView, notice: NoticeName | undefined): PageContext {
  const { options, interaction, path, cookie } = visit;
  return {
    language: session.language,
    texts: textsIn(session.language),
    path,
    tppName: interaction.clientName,
    notice,
    token: (form) => {
      const challengeId = isLoggedIn ? session.challenge?.challengeId : undefined;
      return formToken(cookie, { sessionId: session.sessionId, form, challengeId });
    },
    sandbox: options.sandbox,
    host: new URL(options.issuer).host,
  };
}

async function sandboxLinks({ options }: Visit, { session }: ScaView): Promise<SandboxLinks | undefined> {
  if (options.sandbox === undefined || session.customerId === undefined) return undefined;
  const customer = await options.sca.customers.byId(session.customerId);
  if (customer === undefined) return undefined;
  const name = encodeURIComponent(customer.username);
  return { keyCard: `/sandbox/key-card/${name}`, phone: `/sandbox/phone/${name}` };
}

const DENIALS: Readonly<Record<Exclude<ScaOutcome, 'approved'>, string>> = {
  rejected: 'The customer rejected the payments.',
  cancelled: 'The customer cancelled.',
  'timed-out': 'The customer did nothing for five minutes.',
  blocked: 'There were too many failed attempts to authenticate.',
  unavailable: 'The authorization is no longer waiting for the customer, or is open in another session.',
};

/**
 * Tells the authorization server how it ended, and sends the browser on. Not by a redirect: `form-action 'self'` would stop
 * one that ends at the TPP. Safe to repeat, for a browser that asks again.
 */
async function finish(visit: Visit, view: ScaView, wish: Wish): Promise<FastifyReply> {
  const { options, interaction, request, reply } = visit;
  const outcome = view.session.outcome ?? 'unavailable';
  const next = await options.interactions.finish(request.raw, reply.raw, interaction.uid, resultOf(view, outcome));
  const isStaying = wish.isStaying === true;
  if (!isStaying) reply.header('refresh', `${returnsInSeconds(outcome)}; url=${next}`);
  return send(visit, finishPage(contextOf(visit, view, undefined), view, next, isStaying));
}

function resultOf({ session: { customerId } }: ScaView, outcome: ScaOutcome): InteractionResult {
  if (outcome !== 'approved') return { denied: DENIALS[outcome] };
  if (customerId === undefined) throw new Error('payments are approved by a customer');
  return { approved: { customerId } };
}

function send({ options, reply }: Visit, page: string): FastifyReply {
  return reply.code(200).headers(pageHeaders(options.issuer)).send(page);
}
