import type { TppErrorCode } from './error-codes.ts';

/**
 * What a status means that means the same at every endpoint of the bank.
 *
 * @param refused what it is called when the bank refuses this call
 */
export function codeOfStatus(status: number, refused: TppErrorCode): TppErrorCode {
  if (status === 429) return 'TOO_MANY_REQUESTS';
  if (status === 502 || status === 503 || status === 504) return 'UNAVAILABLE';
  if (status >= 500) return 'BANK_FAILED';
  return status >= 400 ? refused : 'ANSWER_UNEXPECTED';
}
