import { createPrivateKey, createPublicKey } from 'node:crypto';
import { HEADERS, verifyDetached } from '@lupa/protocol';
import type { BenchTpp } from './bench-tpp.ts';
import type { BenchCertificates } from './certificates.ts';
import { headerOf } from './http-response.ts';
import { signedPayment } from './signed-payment.ts';
import { TlsConnection } from './tls-connection.ts';

export interface CheckedServer {
  readonly port: number;
  readonly accessToken: string;
  readonly tpp: BenchTpp;
  readonly certificates: BenchCertificates;
  /** The private half is at hand; its public half verifies. PEM. */
  readonly responseKey: string;
}

/**
 * Creates one payment and looks at everything about it, then one whose signature is of another body, so that it is known
 * what the counted 201s stand for: the server checks the signature it is given, and signs what it answers.
 *
 * @throws Error for a server that does less
 */
export async function checkServer(server: CheckedServer): Promise<void> {
  const { port, accessToken, tpp, certificates } = server;
  const signer = { key: createPrivateKey(tpp.signing.privateKey), kid: tpp.signing.kid, alg: 'ES256' } as const;
  const payment = () => signedPayment({ host: `localhost:${port}`, accessToken, apiKey: tpp.apiKey, signer });
  const connection = await TlsConnection.open({
    port,
    authority: certificates.authority,
    identity: certificates.client,
  });
  try {
    const created = await connection.exchange(payment());
    if (created.status !== 201) throw new Error(`a payment is answered ${created.status} ${created.body}`);
    const responseKey = createPublicKey(server.responseKey);
    verifyDetached(headerOf(created, HEADERS.jwsSignature), created.body, () => responseKey);
    const { status, amountEUR } = JSON.parse(created.body.toString());
    if (status !== 'Unauthorized' || amountEUR !== '12.50') throw new Error(`another payment: ${created.body}`);

    const tampered = payment();
    tampered.write('99', tampered.indexOf('12.50'));
    const refused = await connection.exchange(tampered);
    if (refused.status !== 400) throw new Error(`a tampered body is answered ${refused.status}`);
  } finally {
    connection.close();
  }
}
