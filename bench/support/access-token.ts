import { once } from 'node:events';
import { request } from 'node:https';
import { json } from 'node:stream/consumers';
import type { BenchTpp } from './bench-tpp.ts';
import type { BenchCertificates } from './certificates.ts';

/** Gets a client-credentials token of the bank as any TPP does (contract §2). @throws Error with the bank's answer when it gives none */
export async function fetchAccessToken(port: number, tpp: BenchTpp, certificates: BenchCertificates): Promise<string> {
  const { authority: ca, client } = certificates;
  const sent = request({
    ...{ host: '127.0.0.1', port, servername: 'localhost', path: '/oauth/token', method: 'POST', agent: false },
    ...{ ca, cert: client.certificate, key: client.privateKey },
    headers: { host: `localhost:${port}`, 'content-type': 'application/x-www-form-urlencoded' },
  });
  const { clientId, clientSecret } = tpp;
  const form = {
    grant_type: 'client_credentials',
    scope: 'payments',
    client_id: clientId,
    client_secret: clientSecret,
  };
  sent.end(new URLSearchParams(form).toString());
  const [response] = await once(sent, 'response');
  const answer = (await json(response)) as { access_token?: unknown };
  if (typeof answer.access_token === 'string') return answer.access_token;
  throw new Error(`no access token, but ${response.statusCode} ${JSON.stringify(answer)}`);
}
