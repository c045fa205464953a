import { checkSettings } from './check-settings.ts';
import { ClientToken } from './client-token.ts';
import type { Connection } from './connection.ts';
import { KeySource } from './key-source.ts';
import { asSecret } from './secret.ts';
import type { TppSettings } from './settings.ts';
import { requestToken } from './token-endpoint.ts';
import { openLine } from './wire/line.ts';

/** Opens the connection; nothing is sent before it is needed. @throws TppError SETTINGS_INVALID */
export function openConnection(settings: TppSettings): Connection {
  const { endpoints, signingKey } = checkSettings(settings);
  const line = openLine({ ...settings, secrets: [settings.clientSecret, settings.apiKey] });
  const { kid, alg } = settings.signing;
  const connection: Connection = {
    ...line,
    endpoints,
    clientId: settings.clientId,
    clientSecret: asSecret(settings.clientSecret),
    apiKey: asSecret(settings.apiKey),
    redirectUri: settings.redirectUri,
    bodySigner: { key: signingKey, kid, alg },
    requestSigner: { key: signingKey, kid, alg, typ: 'JWT' },
    idTokenKeys: new KeySource(line, endpoints.idTokenKeys),
    responseKeys: new KeySource(line, endpoints.responseKeys),
    clientToken: new ClientToken(line, () =>
      requestToken(connection, { grant_type: 'client_credentials', scope: 'payments' }, line.deadline({})),
    ),
  };
  return connection;
}
