import { type AuthorizationId, type ClientId, LupaError } from '@lupa/protocol';
import { decideTokenUse, type PaymentsCall, reaches } from '../domain/token-use.ts';
import type { Client } from '../ports/clients.ts';
import type { Clock } from '../ports/clock.ts';
import type { PaymentStore, TokenDigest } from '../ports/payment-store.ts';
import type { PaymentRecord, TokenRecord } from '../ports/records.ts';
import type { TokenUse } from '../ports/token-use.ts';

/** A call whose client certificate and API key were verified; the token is judged together with what it asks for. */
export interface Call {
  readonly client: Client;
  /** `x5t#S256` of the certificate of this connection. */
  readonly certificateThumbprint: string;
  readonly tokenDigest: TokenDigest;
  /** Id of this request, in the answer and in the logs. */
  readonly requestId: string;
  /** The type of payment that the path is about: one of the other type is not there. Undefined where it is about either. */
  readonly paymentType?: PaymentRecord['paymentType'];
}

/** What judging a token takes. */
export interface TokenJudge {
  readonly payments: PaymentStore;
  readonly tokenUse: TokenUse;
  readonly clock: Clock;
}

/**
 * Ends the call unless its token may make it now. The first use of a token that came from a refresh ends the refresh token
 * it superseded.
 *
 * @param token what the store knows of the call's token
 * @throws LupaError TOKEN_INVALID, API_KEY_FOREIGN, ROLE_MISSING or TOKEN_WRONG_KIND (contract §7)
 */
export async function requireToken(
  judge: TokenJudge,
  call: Call,
  token: TokenRecord | undefined,
  kind: PaymentsCall,
): Promise<TokenRecord> {
  const caller = {
    clientId: call.client.clientId,
    roles: call.client.roles,
    certificateThumbprint: call.certificateThumbprint,
  };
  const refusal = decideTokenUse(token, caller, kind, judge.clock.now());
  if (refusal !== undefined || token === undefined) throw new LupaError(refusal ?? 'TOKEN_INVALID');
  if (token.unconfirmedRefresh !== undefined) await judge.tokenUse.confirm(token.unconfirmedRefresh);
  return token;
}

/** As `requireToken`, for calls that fail before they ask the store for anything: a bad token is told before a bad body. */
export async function requireTokenAlone(judge: TokenJudge, call: Call, kind: PaymentsCall): Promise<void> {
  await requireToken(judge, call, await judge.payments.findToken(call.tokenDigest), kind);
}

/**
 * Ends the call unless the thing exists and the token reaches it; which of the two failed is never told (contract §7).
 *
 * @throws LupaError NOT_FOUND
 */
export function requireReach<Owned extends { clientId: ClientId; authorizationId: AuthorizationId }>(
  token: TokenRecord,
  owned: Owned | undefined,
): Owned {
  if (owned === undefined || !reaches(token, owned)) throw new LupaError('NOT_FOUND');
  return owned;
}
