import { type Submission, type Tpp, TppError, type UserTokens } from '@lupa/tpp';

/** What a shop does about each kind of failure. */
export type Outcome =
  | { readonly kind: 'submitted'; readonly submission: Submission }
  /** Nobody knows whether it is paid: keep the id, and submit with the same one until an answer comes. */
  | { readonly kind: 'unknown'; readonly submissionId: string }
  | { readonly kind: 'too-little-money' }
  | { readonly kind: 'failed'; readonly code: string; readonly quote: string | undefined };

/** Submits, and says what is known afterwards. */
export async function submit(tpp: Tpp, paymentId: string, submissionId: string, tokens: UserTokens): Promise<Outcome> {
  try {
    return { kind: 'submitted', submission: await tpp.submitPayment(paymentId, { tokens, submissionId }) };
  } catch (error) {
    if (!(error instanceof TppError)) throw error;
    if (error.outcomeUnknown) return { kind: 'unknown', submissionId };
    if (error.code === 'INSUFFICIENT_FUNDS') return { kind: 'too-little-money' };
    return { kind: 'failed', code: error.code, quote: error.requestId };
  }
}
