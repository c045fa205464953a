import { randomUUID } from 'node:crypto';
import { type SepaPayment, type SepaPaymentRequest, type Submission, Tpp } from '@lupa/tpp';
import { readClientSettings } from '../demo-tpp/client-settings.ts';
import { type CustomerScript, playCustomer } from '../play-customer/play-customer.ts';
import type { SandboxFacts } from '../sandbox-facts.ts';
import { type CallbackListener, listenForCallback } from './listen-for-callback.ts';
import type { StepPrinter } from './step-printer.ts';

export interface PaymentMade {
  readonly payment: SepaPayment;
  readonly submission: Submission;
}

/** The customer to play; `undefined` when a person does it in a browser. */
export type Player = Pick<CustomerScript, 'username' | 'password' | 'factor'> | undefined;

/** How long the bank may take to book. */
const BOOKING_TIMEOUT_MS = 30_000;

/** The default flow (contract §2 to §6) from one end to the other, each step told to `steps`. */
export async function pay(
  sandbox: SandboxFacts,
  request: SepaPaymentRequest,
  player: Player,
  steps: StepPrinter,
): Promise<PaymentMade> {
  // A played customer needs nobody to wait for: the address the bank sends it to is all there is to know.
  const listener = player === undefined ? await listenForCallback() : undefined;
  const redirectUri = listener?.redirectUri ?? sandbox.tpp.redirectUris[0] ?? '';
  steps.begin('Find the bank');
  const tpp = await Tpp.discover({
    ...(await readClientSettings(sandbox, redirectUri)),
    bank: sandbox.authorize,
    onExchange: steps.exchange,
  });
  try {
    return await payWith(tpp, request, player, listener, steps);
  } finally {
    tpp.close();
    await listener?.close();
  }
}

async function payWith(
  tpp: Tpp,
  request: SepaPaymentRequest,
  player: Player,
  listener: CallbackListener | undefined,
  steps: StepPrinter,
): Promise<PaymentMade> {
  steps.begin('Create the payment');
  const payment = await tpp.createPayment(request);
  const { paymentId, authorizationId } = payment;
  steps.facts({ paymentId, authorizationId, status: payment.status });

  steps.begin('Send the customer to the bank');
  // A browser keeps a fragment to itself, so whoever listens for the customer asks for the code in the query.
  const responseType = listener === undefined ? 'code id_token' : 'code';
  const { url, pending } = tpp.authorizationUrl({ authorizationId, responseType });
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
  steps.note(`state, issuer${responseType === 'code' ? '' : ', nonce, signature, s_hash and c_hash'} are right`);

  steps.begin('Exchange the code for tokens');
  const tokens = await tpp.exchangeCode(verified);
  steps.facts({ scope: tokens.scope, expires: tokens.expiresAt });

  steps.begin('Submit the payment');
  const accepted = await tpp.submitPayment(paymentId, { tokens, submissionId: randomUUID() });
  steps.facts({ submissionId: accepted.submissionId, status: accepted.status });

  steps.begin('Follow it until it is booked');
  const submission = await tpp.waitForStatus(paymentId, accepted.submissionId, {
    tokens,
    timeoutMs: BOOKING_TIMEOUT_MS,
  });
  steps.facts({ status: submission.status, ...(submission.archiveId && { archiveId: submission.archiveId }) });
  return { payment, submission };
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
