/** The rules of free text: names, messages, address lines (contract §5). */

/** Why a text is refused: its length, or a character that has no place in a payment. */
export type TextRefusal = 'Size' | 'InvalidValue';

/** Nearly every real text, decided at once: printable ASCII and the Latin letters, without the soft hyphen. */
const PLAIN_TEXT = /^[\x20-\x7e\xa1-\xac\xae-\u017f]*$/;

/**
 * What a customer cannot see, or what makes a customer see something else than what is booked: control and format
 * characters (bidirectional overrides and isolates, zero-width characters, tags), lone surrogates, private use, line
 * and paragraph separators, and blanks that pass for letters. The customer must approve exactly what is executed (RTS
 * article 5).
 */
const HIDDEN_CHARACTER =
  /[[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\p{Noncharacter_Code_Point}\u2800\p{Default_Ignorable_Code_Point}]--[\p{Variation_Selector}]]/v;

/** At least one character that leaves ink. */
const VISIBLE_CHARACTER = /[\p{L}\p{N}\p{P}\p{S}]/u;

/**
 * Checks a free text of 1 to `maxCodePoints` code points.
 *
 * @returns which rule it breaks, or `undefined` when it is good
 */
export function checkText(text: string, maxCodePoints: number): TextRefusal | undefined {
  if (text.length === 0 || isLongerThan(text, maxCodePoints)) return 'Size';
  if (!PLAIN_TEXT.test(text) && HIDDEN_CHARACTER.test(text)) return 'InvalidValue';
  return VISIBLE_CHARACTER.test(text) ? undefined : 'InvalidValue';
}

/** A code point takes one or two code units, so only texts between the two bounds have to be counted. */
function isLongerThan(text: string, maxCodePoints: number): boolean {
  if (text.length <= maxCodePoints) return false;
  if (text.length > maxCodePoints * 2) return true;
  let count = 0;
  for (const _ of text) count += 1;
  return count > maxCodePoints;
}
