import { asAuthorizationId, EXEMPTION_RESPONSE_TYPE, EXEMPTION_SCOPE, JWT_BEARER_GRANT } from '@lupa/protocol';
import Provider, { errors, type KoaContextWithOIDC } from 'oidc-provider';
import { type ExemptionBank, grantExemption } from '../../operations/grant-exemption.ts';
import {
  type ExemptionAssertionVerifier,
  type VerifiedExemptionAssertion,
  verifyExemptionAssertion,
} from '../../operations/verify-exemption-assertion.ts';
import type { Clients } from '../../ports/clients.ts';
import type { ArtifactToSave } from '../../ports/token-artifacts.ts';
import { answerInvalidGrant } from '../api-answers.ts';
import { exchangeOf } from '../exchange.ts';
import { unitOfWorkOf } from '../unit-of-work.ts';

export interface ExemptionGranting extends ExemptionBank, ExemptionAssertionVerifier {
  readonly clients: Clients;
  /** Whether an approved authorization still means something. */
  readonly stands: (authorizationId: string, context: KoaContextWithOIDC) => Promise<boolean>;
}

/**
 * `grant_type=urn:ietf:params:oauth:grant-type:jwt-bearer`: the exemption flow's token, for the one payment of the assertion's
 * authorization, and no refresh token beside it (contract §9, step 4). Whatever is wrong with the assertion is `invalid_grant`
 * (RFC 7521 section 4.1.1), and told, so that the client can take the default flow instead.
 */
export function registerJwtBearer(provider: Provider, granting: ExemptionGranting): void {
  const answer = async (context: KoaContextWithOIDC): Promise<void> => {
    const client = await granting.clients.byId(context.oidc.client?.clientId ?? '');
    if (client === undefined) throw new errors.InvalidClientAuth('the client is not authenticated');
    const assertion = requireAssertion(context);
    const verified = await verifyExemptionAssertion(assertion, client, granting);
    if ('problem' in verified) return answerInvalidGrant(context, verified.problem);
    const issued = await issueToken(provider, context, verified, granting);
    const outcome = await grantExemption(granting, {
      clientId: client.clientId,
      assertion: verified,
      sourceStands: issued !== undefined,
      tokens: issued?.artifacts ?? [],
      requestId: exchangeOf(context.req).requestId,
    });
    if (outcome.kind === 'refused') return answerInvalidGrant(context, outcome.why);
    context.body = {
      access_token: issued?.accessToken,
      token_type: 'bearer',
      expires_in: issued?.expiresInSeconds,
      scope: EXEMPTION_SCOPE,
    };
  };
  provider.registerGrantType(JWT_BEARER_GRANT, answer as never, ['assertion', 'scope', 'response_type']);
}

/** What real clients leave out counts as the one thing it may be (contract §2). */
function requireAssertion({ oidc }: KoaContextWithOIDC): string {
  const { assertion, scope = EXEMPTION_SCOPE, response_type = EXEMPTION_RESPONSE_TYPE } = oidc.params ?? {};
  if (response_type !== EXEMPTION_RESPONSE_TYPE) throw new errors.InvalidRequest('response_type must be token');
  if (scope !== EXEMPTION_SCOPE)
    throw new errors.InvalidScope(`the scope of this grant is ${EXEMPTION_SCOPE}`, String(scope));
  if (typeof assertion !== 'string')
    throw new errors.InvalidRequest('assertion is missing: send the signed exemption JWT');
  return assertion;
}

interface IssuedToken {
  readonly accessToken: string;
  readonly expiresInSeconds: number;
  readonly artifacts: readonly ArtifactToSave[];
}

/**
 * Makes the access token without saving it: that happens with the exemption itself. It belongs to the family of tokens the
 * exemption rests on, and ends when that is revoked.
 *
 * @returns undefined when the earlier authorization no longer stands
 */
async function issueToken(
  provider: Provider,
  context: KoaContextWithOIDC,
  { claims, sourceGrantId, customerId }: VerifiedExemptionAssertion,
  { stands }: ExemptionGranting,
): Promise<IssuedToken | undefined> {
  const { client } = context.oidc;
  const source = await provider.Grant.find(sourceGrantId);
  const accountId = source?.accountId;
  if (client === undefined || source === undefined || accountId === undefined) return undefined;
  if (!(await stands(accountId, context))) return undefined;
  context.oidc.entity('Grant', source);
  const token = new provider.AccessToken({
    accountId,
    client,
    grantId: sourceGrantId,
    gty: JWT_BEARER_GRANT,
    scope: EXEMPTION_SCOPE,
  } as never);
  token.setThumbprint('x5t', exchangeOf(context.req).certificate?.thumbprint ?? '');
  context.oidc.entity('AccessToken', token);
  const accessToken = await token.save();
  const authorizationId = asAuthorizationId(claims.authorizationId);
  const artifacts = (unitOfWorkOf(context)?.takeSaves() ?? []).map((artifact) => ({
    ...artifact,
    // Introspection tells of these before its own: the subject is what the token is for, not what it rests on.
    payload: { ...artifact.payload, extra: { sub: authorizationId } },
    token: artifact.token && { ...artifact.token, kind: 'exemption' as const, authorizationId, customerId },
  }));
  return { accessToken, expiresInSeconds: token.expiration, artifacts };
}
