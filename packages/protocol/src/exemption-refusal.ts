/**
 * Why an exemption is refused (contract §9), as the `error_description` of `400 invalid_grant` says it. In order of precedence.
 * ASCII without quotes and backslashes, which is what RFC 6749 section 5.2 lets a description consist of.
 */
export const EXEMPTION_REFUSALS = {
  'sca-not-valid':
    'No exemption: the earlier authorization of the customer is revoked, or its refresh token has expired. Use the default flow.',
  'payer-not-owned': 'No exemption: payer.iban is not an account of the customer who authorized. Use the default flow.',
  amount: 'No exemption: the amount is not less than 30.00 EUR. Use the default flow.',
  count:
    'No exemption: the customer has made 5 exemption payments since the last strong authentication. Use the default flow.',
  sum: 'No exemption: with this one the exemption payments since the last strong authentication would reach 100.00 EUR. Use the default flow.',
} as const;

/** The condition of contract §9 that was not met. */
export type ExemptionRefusal = keyof typeof EXEMPTION_REFUSALS;

/** The condition an `error_description` speaks of; undefined when it speaks of something else. */
export function parseExemptionRefusal(description: string): ExemptionRefusal | undefined {
  const refusals = Object.keys(EXEMPTION_REFUSALS) as ExemptionRefusal[];
  return refusals.find((refusal) => EXEMPTION_REFUSALS[refusal] === description);
}
