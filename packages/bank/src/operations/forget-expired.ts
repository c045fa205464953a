import { forgottenBefore, type Retention } from '../domain/retention.ts';
import type { AuthorizationRequests } from '../ports/authorization-requests.ts';
import type { Clock } from '../ports/clock.ts';
import type { RateCounts } from '../ports/rate-counts.ts';
import type { Reaper } from '../ports/reaper.ts';
import type { Registrations } from '../ports/registrations.ts';
import type { ScaStore } from '../ports/sca-store.ts';
import type { TokenArtifacts } from '../ports/token-artifacts.ts';

export interface ForgetExpired {
  readonly clock: Clock;
  readonly artifacts: Pick<TokenArtifacts, 'purge'>;
  readonly authorizationRequests: Pick<AuthorizationRequests, 'purgeNonces'>;
  readonly registrations: Pick<Registrations, 'purgeJtis'>;
  readonly rateCounts: Pick<RateCounts, 'purge'>;
  readonly sca: Pick<ScaStore, 'purge'>;
  readonly reaper: Reaper;
}

/** Rows of each kind removed in a round, so that no round holds the store for long. */
export const FORGOTTEN_PER_ROUND = 500;
/** Idempotency keys looked at in a round. */
const KEYS_PER_ROUND = 2_000;
/** When so many of them were due the walk goes on at once: it then keeps about so much more than it has to. */
const KEYS_TO_GO_ON = KEYS_PER_ROUND / 20;

/**
 * One round of removing what has expired. Whatever it meets at work in another process it leaves to that one.
 *
 * @returns whether there may be more to do at once
 */
export async function forgetExpired(parts: ForgetExpired, retention: Retention = {}): Promise<boolean> {
  const now = parts.clock.now();
  const before = forgottenBefore(now, retention);
  const removed = [
    await parts.artifacts.purge(now, FORGOTTEN_PER_ROUND),
    await parts.authorizationRequests.purgeNonces(now, FORGOTTEN_PER_ROUND),
    await parts.registrations.purgeJtis(now, FORGOTTEN_PER_ROUND),
    await parts.rateCounts.purge(before.rateCounts, FORGOTTEN_PER_ROUND),
    await parts.sca.purge(before.sca, FORGOTTEN_PER_ROUND),
    await parts.reaper.forgetRevocationLists(before.revocationLists, FORGOTTEN_PER_ROUND),
  ];
  const keys = await parts.reaper.forgetIdempotencyKeys(before.idempotencyKeys, KEYS_PER_ROUND);
  return removed.some((rows) => rows >= FORGOTTEN_PER_ROUND) || keys.forgotten >= KEYS_TO_GO_ON;
}
