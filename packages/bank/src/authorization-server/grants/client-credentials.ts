import Provider, { errors, type KoaContextWithOIDC } from 'oidc-provider';
import { exchangeOf } from '../exchange.ts';

/** The one scope a client gets for itself (contract §2). */
const SCOPE = 'payments';

/**
 * `grant_type=client_credentials`: a token for the client itself. The answer is W's to the letter: `status`, and `expires_in` as a
 * string. A request without `scope` means the only one there is (RFC 6749 section 3.3).
 */
export function registerClientCredentials(provider: Provider): void {
  const answer = async (context: KoaContextWithOIDC): Promise<void> => {
    const { client, params } = context.oidc;
    if (client === undefined) throw new errors.InvalidClientAuth('the client is not authenticated');
    const scope = params?.scope ?? SCOPE;
    if (scope !== SCOPE) throw new errors.InvalidScope(`the scope of this grant is ${SCOPE}`, String(scope));
    const token = new provider.ClientCredentials({ client, scope: SCOPE } as never);
    token.setThumbprint('x5t', exchangeOf(context.req).certificate?.thumbprint ?? '');
    context.oidc.entity('ClientCredentials', token);
    const accessToken = await token.save();
    context.body = {
      token_type: 'bearer',
      access_token: accessToken,
      scope: SCOPE,
      status: 'approved',
      expires_in: String(token.expiration),
    };
  };
  provider.registerGrantType('client_credentials', answer as never, ['scope']);
}
