import { type ClientSettings, Tpp } from '@lupa/tpp';

/** A bank that spreads its parts over several hosts, or publishes no discovery document. */
export function openByAddresses(client: ClientSettings): Tpp {
  return new Tpp({
    ...client,
    endpoints: {
      issuer: 'https://authorize.bank.example',
      authorize: 'https://authorize.bank.example/oauth/authorize',
      token: 'https://mtls.apis.bank.example/oauth/token',
      api: 'https://mtls.apis.bank.example/payments-psd2/v1',
      idTokenKeys: 'https://keys.bank.example/oauth/jwks/PSD2_OIDC',
      responseKeys: 'https://keys.bank.example/jwks/payments/jwks.json',
      audience: 'https://mtls.apis.bank.example',
    },
    limits: { attemptMs: 5_000, callMs: 20_000 },
  });
}
