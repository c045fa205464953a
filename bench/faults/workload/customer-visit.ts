import { playCustomer } from '@lupa/sandbox';
import { authorizationUrl } from '../../../test/flow/support/authorization-url.ts';
import { jsonOf } from '../../../test/flow/support/https-call.ts';
import { passwordOf } from '../customers.ts';
import type { CustomerFacts, VisitLine } from '../history.ts';
import { TOKEN_CALL, type TppActor } from './tpp-actor.ts';

export interface UserTokens {
  readonly access_token: string;
  readonly refresh_token: string;
}

/**
 * Sends a customer through the bank's pages, and has the code exchanged when the bank sends them back with one.
 *
 * @param payments the ones of the bundle to approve; all of them where absent
 * @returns the customer's tokens; undefined where the customer said no, or got stuck on a bank that was down
 */
export async function visitBank(
  actor: TppActor,
  customer: CustomerFacts,
  authorizationId: string,
  { decision, payments }: Pick<VisitLine, 'decision' | 'payments'>,
): Promise<UserTokens | undefined> {
  const { caller, surroundings } = actor;
  const { identity, bank, recorder } = caller;
  const id = recorder.newId();
  const { username } = customer;
  const chosen = payments === undefined ? {} : { payments };
  recorder.write({ kind: 'visit', id, client: identity.clientId, username, authorizationId, decision, ...chosen });
  const iat = Math.floor(surroundings.now().getTime() / 1000);
  const url = authorizationUrl(identity, bank, { authorizationId, claims: { iat, exp: iat + 900 } });
  const script = { authorizationUrl: url, username, password: passwordOf(username), decision, ...chosen };
  const { outcome, code } = await playCustomer(script).then(
    (left) => {
      const { searchParams } = new URL(left);
      const found = searchParams.get('code') ?? undefined;
      return { outcome: found === undefined ? String(searchParams.get('error')) : 'code', code: found };
    },
    (error: unknown) => ({ outcome: `stuck: ${String(error).slice(0, 200)}`, code: undefined }),
  );
  recorder.write({ kind: 'visit ended', id, outcome });
  if (code === undefined) return undefined;
  const form = { grant_type: 'authorization_code', code, redirect_uri: identity.redirectUri };
  const answer = await actor.insist({ name: 'exchange code', ...TOKEN_CALL, about: authorizationId, form });
  return answer?.status === 200 ? jsonOf<UserTokens>(answer) : undefined;
}
