import type { ExemptionReason, ExemptionRefusal } from '@lupa/tpp';

/** The conditions of contract §9, as a customer would put them. */
const WORDS: Readonly<Record<ExemptionRefusal, string>> = {
  'sca-not-valid': 'your earlier approval is no longer valid',
  'payer-not-owned': 'the account you paid from last time is not one of yours',
  amount: 'only payments below €30.00 can be made without it',
  count: 'you have made five payments without it since you last logged in there',
  sum: 'your payments without it would come to €100.00 or more since you last logged in there',
};

/** Why the customer has to go to the bank after all. The bank's own words are on the page of what went over the wire. */
export function whyAsked({ refusal, error }: ExemptionReason): string {
  const why = refusal === undefined ? WORDS_OF_CODES[error?.code ?? ''] : WORDS[refusal];
  return `Your bank wants you to approve this payment yourself${why === undefined ? '' : `: ${why}`}.`;
}

const WORDS_OF_CODES: Readonly<Record<string, string>> = {
  TOKEN_REFUSED: WORDS['sca-not-valid'],
  INSUFFICIENT_FUNDS: 'there is not enough money in the account you paid from last time',
};
