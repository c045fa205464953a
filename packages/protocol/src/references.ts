/** The two references a SEPA payment may carry (contract §5, `reference`). */

const FINNISH_REFERENCE = /^[0-9]{4,20}$/;
const FINNISH_WEIGHTS = [7, 3, 1] as const;

/** `RF`, check digits of 02 to 98 as ISO 7064 produces them, then 1 to 21 characters, upper case without spaces. */
const CREDITOR_REFERENCE = /^RF(?:0[2-9]|[1-8][0-9]|9[0-8])[A-Z0-9]{1,21}$/;

/**
 * Whether the text is a Finnish reference number: 4–20 digits, of which the last one is right by the weights 7-3-1
 * from the right (Finance Finland's reference number guide).
 */
export function isFinnishReference(text: string): boolean {
  if (!FINNISH_REFERENCE.test(text)) return false;
  let sum = 0;
  const last = text.length - 1;
  for (let index = last - 1; index >= 0; index -= 1) {
    sum += (text.charCodeAt(index) - 0x30) * (FINNISH_WEIGHTS[(last - 1 - index) % 3] ?? 0);
  }
  return (10 - (sum % 10)) % 10 === text.charCodeAt(last) - 0x30;
}

/**
 * Whether the text is an RF creditor reference (ISO 11649), such as `RF18539007547034`: with `RFcc` moved to its end
 * and letters read as 10–35, the number leaves 1 when divided by 97.
 */
export function isCreditorReference(text: string): boolean {
  if (!CREDITOR_REFERENCE.test(text)) return false;
  let remainder = 0;
  for (const character of text.slice(4) + text.slice(0, 4)) {
    const value = Number.parseInt(character, 36);
    remainder = (remainder * (value < 10 ? 10 : 100) + value) % 97;
  }
  return remainder === 1;
}

/** Whether the text is either of the two references that a payment may carry. */
export function isPaymentReference(text: string): boolean {
  return isFinnishReference(text) || isCreditorReference(text);
}
