import type { CertificateRefusal } from '@lupa/certificates';
import type Provider from 'oidc-provider';
import type { errors, KoaContextWithOIDC } from 'oidc-provider';
import type { Clock } from '../ports/clock.ts';
import type { CommitOutcome, TokenArtifacts } from '../ports/token-artifacts.ts';
import {
  answerFault,
  answerInvalidGrant,
  answerRefusedCertificate,
  answerUnprovenClient,
  describeGrantError,
  shapeAnswer,
} from './api-answers.ts';
import { answerBrowserError, answerBrowserFault } from './browser-answers.ts';
import { exchangeOf } from './exchange.ts';
import { beginUnitOfWork, type UnitOfWork } from './unit-of-work.ts';

export interface Settling {
  readonly artifacts: TokenArtifacts;
  readonly clock: Clock;
  readonly isClientProven: (context: object) => boolean;
  readonly certificateRefusal: (context: object) => CertificateRefusal | undefined;
  readonly onFault: (context: KoaContextWithOIDC, fault: unknown) => void;
}

const HANG_UPS: ReadonlySet<string> = new Set(['ECONNRESET', 'ECONNABORTED', 'EPIPE']);

const BROWSER_ROUTES: ReadonlySet<string> = new Set(['authorization', 'resume']);

/**
 * Stands around the library: what it wants to change is gathered while it works and committed before its answer leaves. When the
 * commit is lost to somebody else, or fails, the answer is another one.
 */
export function settleAnswers(provider: Provider, settling: Settling): void {
  const refusals = new WeakMap<object, errors.OIDCProviderError>();
  provider.on('grant.error', (context, error) => void refusals.set(context, error));
  const faults = new WeakMap<object, unknown>();
  provider.on('server_error', (context, fault) => {
    faults.set(context, fault);
    settling.onFault(context, fault);
  });
  // Koa's own event, which the library's types do not know. A caller that hangs up is no fault of ours.
  const onKoaError = (fault: NodeJS.ErrnoException, context: KoaContextWithOIDC) => {
    if (!HANG_UPS.has(fault.code ?? '')) settling.onFault(context, fault);
  };
  provider.on('error' as never, onKoaError as never);
  provider.use(async (koaContext, next) => {
    const context = koaContext as KoaContextWithOIDC;
    const unit = beginUnitOfWork(context, settling.clock.now());
    await next();
    if (BROWSER_ROUTES.has(context.oidc.route)) await settleBrowserAnswer(provider, settling, context, unit);
    else await settleApiAnswer(settling, context, unit, { refusal: refusals.get(context), fault: faults.get(context) });
  });
}

async function settleApiAnswer(
  settling: Settling,
  context: KoaContextWithOIDC,
  unit: UnitOfWork,
  { refusal, fault }: { refusal: errors.OIDCProviderError | undefined; fault: unknown },
): Promise<void> {
  try {
    if (context.status >= 500) answerFault(context, fault);
    else if (context.status >= 400) explainRefusal(settling, context, refusal);
    else if (!unit.isEmpty) await commitTokens(settling, context, unit);
  } catch (commitFault) {
    settling.onFault(context, commitFault);
    answerFault(context, commitFault);
  }
  shapeAnswer(context);
}

function explainRefusal(
  settling: Settling,
  context: KoaContextWithOIDC,
  refusal: errors.OIDCProviderError | undefined,
): void {
  const description = describeGrantError(refusal);
  const certificateRefusal = settling.certificateRefusal(context);
  if (certificateRefusal !== undefined) answerRefusedCertificate(context, certificateRefusal);
  else if (!settling.isClientProven(context)) answerUnprovenClient(context);
  else if (description !== undefined) answerInvalidGrant(context, description);
}

/** Of any number of redemptions of one code one gets this far; that there was another revokes what it got (RFC 9700 section 4.5). */
async function commitTokens({ artifacts }: Settling, context: KoaContextWithOIDC, unit: UnitOfWork): Promise<void> {
  const outcome = await artifacts.commit(unit.changes());
  if (outcome === 'done') return;
  const grantId = unit.redeemedGrantId;
  if (outcome === 'lost' && grantId !== undefined) {
    await artifacts.revokeGrant(grantId, exchangeOf(context.req).requestId);
  }
  answerInvalidGrant(context, DESCRIPTION_OF_LOSS[outcome]);
}

const DESCRIPTION_OF_LOSS: Readonly<Record<Exclude<CommitOutcome, 'done'>, string>> = {
  lost: 'The code or token was used by another request at the same time.',
  'grant-gone': 'What the customer approved has been revoked.',
};

/** What the library decided about a browser's request is committed whether it ends well or not: an interaction is answered once. */
async function settleBrowserAnswer(
  provider: Provider,
  settling: Settling,
  context: KoaContextWithOIDC,
  unit: UnitOfWork,
): Promise<void> {
  try {
    const outcome = unit.isEmpty ? 'done' : await settling.artifacts.commit(unit.changes());
    if (outcome !== 'done') await answerBrowserError(context, 'this authorization request was answered already');
  } catch (fault) {
    settling.onFault(context, fault);
    await answerBrowserFault(context, provider.issuer);
  }
}
