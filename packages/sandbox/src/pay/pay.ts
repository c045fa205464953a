import { randomUUID } from 'node:crypto';
import type { PendingAuthorization, ResponseType, SepaPayment, SepaPaymentRequest, Submission, Tpp } from '@lupa/tpp';
import { type CustomerScript, playCustomer } from '../play-customer/play-customer.ts';
import { exemptionSteps } from './exemption-steps.ts';
import type { KeptApproval } from './kept-approval.ts';
import { type CallbackListener, listenForCallback } from './listen-for-callback.ts';
import type { PayingTpp } from './paying-tpp.ts';
import type { StepPrinter } from './step-printer.ts';

export interface PaymentMade {
  readonly payment: SepaPayment;
  readonly submission: Submission;
  /** Why the customer was asked although the exemption flow was to be tried; absent when it was not tried, or granted. */
  readonly whyNotExempt?: string;
}

/** What is to be paid, and how. */
export interface PaymentOrder {
  readonly request: SepaPaymentRequest;
  /** Tries the exemption flow first. */
  readonly exempt: boolean;
  /** Where approvals are kept, for the exemption flow. */
  readonly approvals: KeptApproval;
  readonly player: Player;
}

/** The customer to play; `undefined` when a person does it in a browser. */
export type Player = Pick<CustomerScript, 'username' | 'password' | 'factor'> | undefined;

/** How long the bank may take to book. */
const BOOKING_TIMEOUT_MS = 30_000;

/** The default flow (contract §2 to §6) or, where it is wanted and granted, the exemption flow (§9), each step told to `steps`. */
export async function pay(payingTpp: PayingTpp, order: PaymentOrder, steps: StepPrinter): Promise<PaymentMade> {
  // A played customer needs nobody to wait for: the address the bank sends it to is all there is to know.
  const listener = order.player === undefined ? await listenForCallback(payingTpp.callbackUris) : undefined;
  const redirectUri = listener?.redirectUri ?? payingTpp.redirectUris[0] ?? '';
  steps.begin('Find the bank');
  const tpp = await payingTpp.open(redirectUri, order.exempt ? exemptionSteps(steps) : steps.exchange);
  try {
    return await (order.exempt ? payExempt : payWithCustomer)({ tpp, order, listener, steps });
  } finally {
    tpp.close();
    await listener?.close();
  }
}

interface Paying {
  readonly tpp: Tpp;
  readonly order: PaymentOrder;
  readonly listener: CallbackListener | undefined;
  readonly steps: StepPrinter;
}

/** The exemption flow, and the default flow after it when the bank wants the customer. */
async function payExempt(paying: Paying): Promise<PaymentMade> {
  const { tpp, order, steps } = paying;
  const { approvals, request } = order;
  const approval = await approvals.read();
  if (approval === undefined) {
    const whyNotExempt = 'Nobody has approved a payment here yet, so there is nothing an exemption could rest on.';
    steps.note(`${whyNotExempt} The customer is asked.`);
    return { ...(await payWithCustomer(paying)), whyNotExempt };
  }
  const payer = { iban: approval.payerIban };
  const outcome = await tpp.payWithExemption(
    { ...request, payer },
    {
      tokens: approval.tokens,
      keep: ({ tokens }) => approvals.keep({ ...approval, tokens }),
      authorization: { responseType: responseTypeOf(paying) },
    },
  );
  if (outcome.kind === 'authorization-needed') {
    const whyNotExempt = outcome.reason.description;
    steps.note(`The bank wants the customer to approve. It says: ${whyNotExempt}`);
    return { ...(await askCustomer(paying, outcome)), whyNotExempt };
  }
  const { payment, submission } = outcome;
  steps.facts({ payer: payer.iban, submissionId: submission.submissionId, status: submission.status });
  return { payment, submission: await follow(paying, payment.paymentId, submission.submissionId) };
}

async function payWithCustomer(paying: Paying): Promise<PaymentMade> {
  const { tpp, order, steps } = paying;
  steps.begin('Create the payment');
  const payment = await tpp.createPayment(order.request);
  const { paymentId, authorizationId } = payment;
  steps.facts({ paymentId, authorizationId, status: payment.status });
  const responseType = responseTypeOf(paying);
  return askCustomer(paying, { payment, ...tpp.authorizationUrl({ authorizationId, responseType }) });
}

/** A browser keeps a fragment to itself, so whoever listens for the customer asks for the code in the query. */
function responseTypeOf({ listener }: Paying): ResponseType {
  return listener === undefined ? 'code id_token' : 'code';
}

/** From the customer's way to the bank to the booking. */
async function askCustomer(
  paying: Paying,
  { payment, url, pending }: { payment: SepaPayment; url: string; pending: PendingAuthorization },
): Promise<PaymentMade> {
  const { tpp, order, listener, steps } = paying;
  const { player, approvals } = order;
  const { paymentId } = payment;
  steps.begin('Send the customer to the bank');
  const callbackUrl =
    player === undefined
      ? await waitForBrowser(url, pending, listener, steps)
      : await playCustomer({
          ...player,
          authorizationUrl: url,
          onStep: (step) => steps.note(`${player.username} ${step}`),
        });

  steps.begin('Verify what the customer came back with');
  const verified = await tpp.handleCallback(callbackUrl, pending);
  steps.note(
    `state, issuer${pending.responseType === 'code' ? '' : ', nonce, signature, s_hash and c_hash'} are right`,
  );

  steps.begin('Exchange the code for tokens');
  const tokens = await tpp.exchangeCode(verified);
  steps.facts({ scope: tokens.scope, expires: tokens.expiresAt });

  steps.begin('Submit the payment');
  const accepted = await tpp.submitPayment(paymentId, { tokens, submissionId: randomUUID() });
  steps.facts({ submissionId: accepted.submissionId, status: accepted.status });
  const submission = await follow(paying, paymentId, accepted.submissionId);

  // The account is the one the customer chose at the bank.
  const { payer } = await tpp.readPayment(paymentId);
  if (payer !== undefined) await approvals.keep({ payerIban: payer.iban, tokens });
  return { payment, submission };
}

async function follow({ tpp, steps }: Paying, paymentId: string, submissionId: string): Promise<Submission> {
  steps.begin('Follow it until it is booked');
  const submission = await tpp.waitForStatus(paymentId, submissionId, { timeoutMs: BOOKING_TIMEOUT_MS });
  steps.facts({ status: submission.status, ...(submission.archiveId && { archiveId: submission.archiveId }) });
  return submission;
}

async function waitForBrowser(
  url: string,
  pending: { readonly state: string; readonly expiresAt: string },
  listener: CallbackListener | undefined,
  steps: StepPrinter,
): Promise<string> {
  if (listener === undefined) throw new Error('nobody listens for the customer');
  const callback = listener.wait(url, pending.state, new Date(pending.expiresAt));
  steps.invite(listener.entrance, url);
  return callback;
}
