import { asAuthorizationId, asClientId, asCustomerId, DEFAULT_FLOW_SCOPE } from '@lupa/protocol';
import type { AdapterPayload } from 'oidc-provider';
import type { TokenKind } from '../ports/records.ts';
import type { TokenFacts } from '../ports/token-artifacts.ts';

/** What an approval of the customer is recorded as: the library's "grant", with our own facts in it. */
export interface ApprovedGrant {
  readonly authorizationId: string;
  readonly customerId: string;
}

/** What the payments API will know of the access token, apart from the refresh token it came with. */
export function tokenFacts(
  model: 'AccessToken' | 'ClientCredentials',
  payload: AdapterPayload,
  grant: ApprovedGrant | undefined,
): Omit<TokenFacts, 'unconfirmedRefreshToken'> {
  const { clientId, scope = '', 'x5t#S256': certificateThumbprint } = payload;
  if (certificateThumbprint === undefined) throw new Error('an access token must be bound to a certificate');
  return {
    kind: kindOf(model, scope),
    clientId: asClientId(clientId ?? ''),
    certificateThumbprint,
    scope,
    authorizationId: grant && asAuthorizationId(grant.authorizationId),
    customerId: grant && asCustomerId(grant.customerId),
  };
}

/** Contract §2, second table: a token narrowed to `payments` stands for the customer beyond the one authorization. */
function kindOf(model: 'AccessToken' | 'ClientCredentials', scope: string): TokenKind {
  if (model === 'ClientCredentials') return 'client';
  return isDefaultFlowScope(scope) ? 'user' : 'customer';
}

export function isDefaultFlowScope(scope: string): boolean {
  return scope.split(' ').sort().join(' ') === DEFAULT_FLOW_SCOPE;
}
