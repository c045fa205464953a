import { type Bare, type BareAnswer, type BareRequest, nothing, uuidV7 } from './bare.ts';
import { signedAnswer } from './bare-signature.ts';

interface Row {
  payment_id: string;
  authorization_id: string;
  status: string;
  request: { amountCents: number; payee: object; payer?: object; message?: string; count: number };
  created: Date;
  modified: Date;
}

const FIND_PAYMENT = {
  name: 'bare-find-payment',
  text: 'SELECT payment_id, authorization_id, status, request, created, modified FROM payments WHERE payment_id = $1',
};

/** `GET /sepa-payments/{paymentId}`: one look-up by its key, the signature of the answer. */
export async function bareStatus(bare: Bare, request: BareRequest, paymentId: string): Promise<BareAnswer> {
  const [row] = await bare.run<Row>(FIND_PAYMENT, [paymentId]);
  if (row === undefined) return nothing(404);
  const { amountCents, ...asked } = row.request;
  const body = {
    paymentId: row.payment_id,
    authorizationId: row.authorization_id,
    status: row.status,
    created: row.created.toISOString(),
    modified: row.modified.toISOString(),
    detailsOfCharges: 'SHA',
    ...asked,
    paymentType: 'SepaPayment',
    amountEUR: (amountCents / 100).toFixed(2),
  };
  return signedAnswer(bare.responseKey, request, { status: 200, body, requestId: uuidV7(new Date()) });
}
