import type { RegistrationSettings } from '../../src/index.ts';
import { CLIENT, type TestBank } from './test-bank.ts';

export const DEVELOPER_KEY = 'developer-key-canary-77';
export const MANAGEMENT_TOKEN = 'management-token-canary-1';
export const REDIRECT_URIS = ['https://tpp.example/return', 'http://localhost:8181/return'];

/** What contract §10 has a bank answer, and RFC 7592. */
export function registrationAnswer(bank: TestBank, changes: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    client_id: CLIENT.clientId,
    client_id_issued_at: 1_700_000_000,
    client_secret: CLIENT.clientSecret,
    client_secret_expires_at: 0,
    api_key: CLIENT.apiKey,
    client_name: 'Tuohi',
    redirect_uris: REDIRECT_URIS,
    grant_types: ['client_credentials', 'authorization_code', 'refresh_token'],
    software_id: 'software-1',
    scope: 'openid payments',
    jwks_endpoint: 'https://tpp.example/jwks.json',
    software_roles: ['PIS'],
    registration_client_uri: `${bank.api}/tpp-registration/register/${CLIENT.clientId}`,
    registration_access_token: MANAGEMENT_TOKEN,
    ...changes,
  };
}

/** A registration that the test bank takes. */
export function registrationSettings(
  bank: TestBank,
  changes: Partial<RegistrationSettings> = {},
): RegistrationSettings {
  const { tls, clock = bank.clock } = bank.settings();
  return {
    bank: bank.issuer,
    developerKey: DEVELOPER_KEY,
    tls,
    signing: { key: bank.signingKey, kid: 'tpp-1', alg: 'ES256' },
    software: {
      tppId: 'Tuohi Oy',
      name: 'Tuohi',
      uri: 'https://tpp.example/',
      jwksEndpoint: 'https://tpp.example/jwks.json',
      organisation: {
        name: 'Tuohi Oy',
        id: 'FI-FINFSA-1234567-1',
        contacts: [{ name: 'Support', email: 'support@tpp.example', phone: '+358123456', type: 'Support' }],
      },
    },
    redirectUris: REDIRECT_URIS,
    clock,
    ...changes,
  };
}
