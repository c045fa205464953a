import { randomUUID } from 'node:crypto';
import { HEADERS, type JwsSigner, signDetached } from '@lupa/protocol';

/** Where a payment is created, on the bank and on the bare server alike. */
export const CREATE_PATH = '/payments-psd2/v1/sepa-payments';

export interface PaymentCaller {
  readonly host: string;
  readonly accessToken: string;
  readonly apiKey: string;
  readonly signer: JwsSigner;
}

/**
 * One whole HTTP request that creates a payment: no other has its body, its idempotency key or its signature.
 *
 * @returns the bytes as they go over the wire
 */
export function signedPayment({ host, accessToken, apiKey, signer }: PaymentCaller): Buffer {
  const idempotencyKey = randomUUID();
  const body = JSON.stringify({
    amountEUR: '12.50',
    payee: { iban: 'FI4950009420028730', name: 'Test Person' },
    payer: { iban: 'FI9259995020084225' },
    message: `Order ${idempotencyKey}`,
  });
  const head = [
    `POST ${CREATE_PATH} HTTP/1.1`,
    `host: ${host}`,
    `authorization: Bearer ${accessToken}`,
    `${HEADERS.apiKey}: ${apiKey}`,
    `${HEADERS.idempotencyKey}: ${idempotencyKey}`,
    `${HEADERS.jwsSignature}: ${signDetached(Buffer.from(body), signer)}`,
    `${HEADERS.fapiInteractionId}: ${randomUUID()}`,
    'content-type: application/json; charset=utf-8',
    `content-length: ${Buffer.byteLength(body)}`,
  ];
  return Buffer.from(`${head.join('\r\n')}\r\n\r\n${body}`);
}
