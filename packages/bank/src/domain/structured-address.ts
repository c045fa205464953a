import { toSepaCharacters } from './sepa-characters.ts';

/** Characters of the address fields towards the rails (ISO 20022, PostalAddress24). */
const MAX_TOWN_LENGTH = 35;
const MAX_LINE_LENGTH = 70;

/** A postal address as the rails take it, in the SEPA character set. */
export interface StructuredAddress {
  readonly postCode: string | undefined;
  readonly town: string;
  /** ISO 3166-1 alpha-2 */
  readonly country: string;
  /** At most two, of at most 70 characters: beside a structured town and country the schemes take no more. */
  readonly lines: readonly string[];
}

/** `114 55 Stockholm`, `00-950 Warszawa`, `LV-1010 Rīga`, `DE-10115 Berlin`. */
const POST_CODE_FIRST = /^((?:[A-Z]{1,2}-)?[0-9]{2,6}(?:[ -][0-9]{2,4})?) +(.*\p{L}.*)$/u;
/** `1012 AB Amsterdam`; elsewhere two letters after the digits begin the town. */
const DUTCH_POST_CODE_FIRST = /^((?:NL-)?[0-9]{4} ?[A-Z]{2}) +(.*\p{L}.*)$/u;
/** `Rīga, LV-1010` */
const POST_CODE_LAST = /^(.*\p{L}),? +([A-Z]{2}-[0-9]{3,5})$/u;

/**
 * Structures the address of a payee. Since 15 November 2026 the EPC schemes take no unstructured address: town and country
 * have fields of their own, and at most two lines stand beside them. The contract's address has lines only, so that its
 * last one is read as the town, with its post code where one is there to see.
 *
 * @param address 1–4 lines (contract §5); undefined where the TPP gave none
 * @returns undefined where town or country is unknown: no address is better than one the rails refuse
 */
export function structuredAddress(
  address: readonly string[] | undefined,
  country: string | undefined,
): StructuredAddress | undefined {
  const last = address?.at(-1);
  if (address === undefined || last === undefined || country === undefined) return undefined;
  const { postCode, town } = splitTown(last.trim(), country);
  return {
    postCode,
    town: toSepaCharacters(town, MAX_TOWN_LENGTH),
    country,
    lines: atMostTwo(address.slice(0, -1).map((line) => toSepaCharacters(line, MAX_LINE_LENGTH))),
  };
}

function splitTown(line: string, country: string): { postCode: string | undefined; town: string } {
  const [, before, town] = (country === 'NL' ? DUTCH_POST_CODE_FIRST : POST_CODE_FIRST).exec(line) ?? [];
  if (before !== undefined && town !== undefined) return { postCode: before, town };
  const [, townBefore, after] = POST_CODE_LAST.exec(line) ?? [];
  if (townBefore !== undefined && after !== undefined) return { postCode: after, town: townBefore };
  return { postCode: undefined, town: line };
}

/** Of three lines the shorter neighbours share one: 35 + 35 characters and the blank between them lose one at most. */
function atMostTwo(lines: readonly string[]): readonly string[] {
  const [first = '', second = '', third] = lines;
  if (third === undefined) return lines;
  const pairs = first.length <= third.length ? [`${first} ${second}`, third] : [first, `${second} ${third}`];
  return pairs.map((line) => line.slice(0, MAX_LINE_LENGTH).trim());
}
