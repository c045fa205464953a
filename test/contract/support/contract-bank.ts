import assert from 'node:assert/strict';
import type { SepaPayment, SepaPaymentRequest, Submission, SubmissionStatus } from '@lupa/protocol';
import type { CustomerScript } from '@lupa/sandbox';
import { type Answer, jsonOf } from '../../flow/support/https-call.ts';
import { startTestSandbox, type TestSandbox } from '../../flow/support/test-sandbox.ts';
import type { TestTpp, Tokens } from '../../flow/support/test-tpp.ts';

export const ELSA = { username: 'elsa', password: 'elsa-salasana' };
/** Elsa has 15.00 EUR, and nobody may overdraw. */
export const ELSAS_IBAN = 'FI7157803800500075';

/** A bundle the customer has approved, and the tokens that stand for that. */
export interface ApprovedBundle<Payment = SepaPayment> {
  readonly payments: readonly Payment[];
  /** The first of them. */
  readonly payment: Payment;
  readonly authorizationId: string;
  /** The user token. */
  readonly user: string;
  readonly tokens: Tokens;
}

/** What lies between a sentence of the contract and the thing it speaks of. */
export interface ContractBank extends TestSandbox {
  /** A client-credentials token of the demo TPP. */
  readonly token: string;
  /** A call's body, which must have been answered with this status. */
  json<Body>(call: Promise<Answer>, status?: number): Promise<Body>;
  /** GET below `/payments-psd2/v1`, with the client's token unless another is given. */
  read<Body>(path: string, token?: string): Promise<Body>;
  /** One bundle of these payments, approved by Aino in one go. */
  approved(changes: readonly Partial<SepaPaymentRequest>[], script?: Partial<CustomerScript>): Promise<ApprovedBundle>;
  /** The status of a submission, read again until it is one of those expected. */
  settled(paymentId: string, submissionId: string, user?: string): Promise<SubmissionStatus>;
}

/** Starts one sandbox for a file of sentences. */
export async function openContractBank(): Promise<ContractBank> {
  const sandbox = await startTestSandbox();
  const { tpp } = sandbox;
  const token = await tpp.clientToken();
  const json: ContractBank['json'] = async <Body>(call: Promise<Answer>, status = 200) => {
    const answer = await call;
    assert.equal(answer.status, status, answer.bytes.toString());
    return jsonOf<Body>(answer);
  };
  const read: ContractBank['read'] = (path, as = token) => json(tpp.call({ path, token: as }));
  return {
    ...sandbox,
    token,
    json,
    read,
    approved: (changes, script) => approveBundle(tpp, token, changes, script),
    settled: async (paymentId, submissionId, user) => {
      await sandbox.settledAfter(async () => undefined);
      return (await read<Submission>(`/sepa-payments/${paymentId}/submissions/${submissionId}`, user)).status;
    },
  };
}

/** Creates these payments in one bundle and lets a customer approve them; Aino unless the script says otherwise. */
async function approveBundle(
  tpp: TestTpp,
  token: string,
  [first = {}, ...more]: readonly Partial<SepaPaymentRequest>[],
  script: Partial<CustomerScript> = {},
): Promise<ApprovedBundle> {
  const payment = await tpp.created(token, first);
  const { authorizationId } = payment;
  const rest = await Promise.all(more.map((change) => tpp.created(token, { ...change, authorizationId })));
  const tokens = await tpp.userTokens(authorizationId, script);
  return { payments: [payment, ...rest], payment, authorizationId, user: tokens.access_token, tokens };
}
