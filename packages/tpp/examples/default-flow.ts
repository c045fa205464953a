import { readFileSync } from 'node:fs';
import { type PendingAuthorization, type Submission, Tpp } from '@lupa/tpp';

/** Everything registration gave this client; the secrets come from where you keep secrets. */
export function openTpp(directory: string, env: Record<string, string>): Promise<Tpp> {
  const read = (name: string) => readFileSync(`${directory}/${name}`, 'utf8');
  return Tpp.discover({
    bank: env.BANK ?? 'http://localhost:8080',
    clientId: env.CLIENT_ID ?? '',
    clientSecret: env.CLIENT_SECRET ?? '',
    apiKey: env.API_KEY ?? '',
    redirectUri: 'http://localhost:8181/return',
    tls: { cert: read('client.crt'), key: read('key.pem'), ca: read('ca.crt') },
    signing: { key: read('ssa-signing-key.pem'), kid: env.SIGNING_KID ?? '', alg: 'ES256' },
  });
}

/** One customer's session, kept by your web framework. */
export interface Session {
  orderId: string;
  paymentId?: string;
  pending?: PendingAuthorization;
}

/** The customer presses "pay": returns where to send the browser. */
export async function leave(tpp: Tpp, session: Session): Promise<string> {
  const payment = await tpp.createPayment(
    {
      amountEUR: '4.00',
      payee: { iban: 'FI4950009420028730', name: 'Test Person' },
      message: `Order ${session.orderId}`,
    },
    { idempotencyKey: session.orderId },
  );
  const { url, pending } = tpp.authorizationUrl({ authorizationId: payment.authorizationId, responseType: 'code' });
  session.paymentId = payment.paymentId;
  session.pending = pending;
  return url;
}

/** The customer is back: verifies, submits and waits until the money is on its way. */
export async function comeBack(tpp: Tpp, session: Session, requestUrl: string): Promise<Submission> {
  const { paymentId, pending } = session;
  if (paymentId === undefined || pending === undefined) throw new Error('nobody left from this session');
  delete session.pending; // It works once.
  const verified = await tpp.handleCallback(requestUrl, pending);
  const tokens = await tpp.exchangeCode(verified);
  const { submissionId } = await tpp.submitPayment(paymentId, { tokens, submissionId: session.orderId });
  return tpp.waitForStatus(paymentId, submissionId, { tokens, timeoutMs: 30_000 });
}
