import type { AuthorizationId } from '@lupa/protocol';
import type { AuthorizationRecord, PaymentRecord } from '../ports/records.ts';
import { type Call, requireReach, requireToken, type TokenJudge } from './authenticated-call.ts';

export interface FoundAuthorization {
  readonly authorization: AuthorizationRecord;
  /** Oldest first. */
  readonly payments: readonly PaymentRecord[];
}

/**
 * Reads an authorization and the payments of its bundle (contract §5).
 *
 * @throws LupaError what `requireToken` throws; NOT_FOUND
 */
export async function readAuthorization(
  bank: TokenJudge,
  call: Call,
  authorizationId: AuthorizationId,
): Promise<FoundAuthorization> {
  const found = await bank.payments.findAuthorization(call.tokenDigest, authorizationId);
  const token = await requireToken(bank, call, found.token, 'read an authorization');
  return { authorization: requireReach(token, found.authorization), payments: found.payments };
}
