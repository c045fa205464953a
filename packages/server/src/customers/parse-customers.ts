import { isPasswordHash } from '@lupa/bank';
import { isFinnishIban, isIbanOfBank, LupaError, parseAmountEUR, parseStrictJson } from '@lupa/protocol';
import { isObject } from '../configuration/given.ts';

/** A customer to be taken in, with the accounts to be opened. */
export interface ImportedCustomer {
  readonly username: string;
  readonly name: string;
  readonly passwordHash: string;
  readonly accounts: readonly ImportedAccount[];
}

export interface ImportedAccount {
  readonly iban: string;
  readonly name: string;
  readonly openingBalanceCents: number;
  /** 0 or less. */
  readonly limitCents: number;
}

/** What `normaliseUsername` leaves as it is: what a customer types is compared with it. */
const USERNAME = /^[a-z0-9][a-z0-9._@-]{0,63}$/;
const MAX_NAME_CHARACTERS = 70;
const CUSTOMER_MEMBERS = ['username', 'name', 'passwordHash', 'accounts'];
const ACCOUNT_MEMBERS = ['iban', 'name', 'openingBalanceEUR', 'limitEUR'];

/**
 * Reads a file of customers: a list of `{"username", "name", "passwordHash", "accounts": [{"iban", "name", "openingBalanceEUR",
 * "limitEUR"}]}`, amounts as text, the limit (how far the balance may fall, as `-500.00`) only where it is not 0.
 *
 * @param bankCodes whose accounts are this bank's
 * @returns the customers; or every mistake at once, each with its place
 */
export function parseCustomers(
  bytes: Uint8Array,
  bankCodes: readonly string[],
): { readonly customers: readonly ImportedCustomer[] } | { readonly mistakes: readonly string[] } {
  let json: unknown;
  try {
    json = parseStrictJson(bytes);
  } catch (error) {
    if (error instanceof LupaError) return { mistakes: [`The file is not JSON: ${error.description}`] };
    throw error;
  }
  if (!Array.isArray(json)) return { mistakes: ['The file is not a list of customers.'] };
  const reading = new Reading(bankCodes);
  const customers = json.map((customer, index) => reading.customer(customer, `customer ${index + 1}`));
  return reading.mistakes.length > 0 ? { mistakes: reading.mistakes } : { customers };
}

class Reading {
  readonly mistakes: string[] = [];
  readonly #bankCodes: readonly string[];
  readonly #seen = new Set<string>();

  constructor(bankCodes: readonly string[]) {
    this.#bankCodes = bankCodes;
  }

  customer(value: unknown, place: string): ImportedCustomer {
    const members = this.#members(value, CUSTOMER_MEMBERS, place);
    const username = this.#text(members, 'username', place);
    if (!USERNAME.test(username))
      this.#say(place, 'username is not 1 to 64 of a-z, 0-9, ".", "_", "-" and "@", beginning with a letter or digit');
    this.#once(`username ${username}`, place);
    const name = this.#name(members, place);
    const passwordHash = this.#text(members, 'passwordHash', place);
    if (!isPasswordHash(passwordHash)) this.#say(place, 'passwordHash is none that lupa customers hash makes');
    const { accounts } = members;
    if (!Array.isArray(accounts)) this.#say(place, 'accounts is not a list');
    const list = Array.isArray(accounts) ? accounts : [];
    return {
      username,
      name,
      passwordHash,
      accounts: list.map((each, index) => this.#account(each, `${place}, account ${index + 1}`)),
    };
  }

  #account(value: unknown, place: string): ImportedAccount {
    const members = this.#members(value, ACCOUNT_MEMBERS, place);
    const iban = this.#text(members, 'iban', place);
    if (!isFinnishIban(iban) || !isIbanOfBank(iban, this.#bankCodes)) {
      this.#say(place, `iban is not a Finnish IBAN of this bank, whose codes begin with ${this.#bankCodes.join(', ')}`);
    }
    this.#once(`iban ${iban}`, place);
    const name = this.#name(members, place);
    const openingBalanceCents = this.#cents(members, 'openingBalanceEUR', place);
    const limitCents = members.limitEUR === undefined ? 0 : this.#cents(members, 'limitEUR', place);
    if (openingBalanceCents < 0) this.#say(place, 'openingBalanceEUR is below zero');
    if (limitCents > 0) this.#say(place, 'limitEUR is above zero: write how far the balance may fall, as "-500.00"');
    return { iban, name, openingBalanceCents, limitCents };
  }

  #members(value: unknown, known: readonly string[], place: string): Readonly<Record<string, unknown>> {
    if (!isObject(value)) {
      this.#say(place, 'it is not an object');
      return {};
    }
    for (const name of Object.keys(value)) {
      if (!known.includes(name)) this.#say(place, `there is no member ${name}; there are ${known.join(', ')}`);
    }
    return value;
  }

  #name(members: Readonly<Record<string, unknown>>, place: string): string {
    const name = this.#text(members, 'name', place);
    if (name.length > MAX_NAME_CHARACTERS) this.#say(place, `name is longer than ${MAX_NAME_CHARACTERS} characters`);
    return name;
  }

  #text(members: Readonly<Record<string, unknown>>, member: string, place: string): string {
    const value = members[member];
    if (typeof value === 'string' && value.trim() !== '') return value;
    this.#say(place, `${member} is missing, or no text`);
    return '';
  }

  /** "0", "12.50", "-500.00" */
  #cents(members: Readonly<Record<string, unknown>>, member: string, place: string): number {
    const value = members[member];
    const [, sign = '', digits = ''] = typeof value === 'string' ? (/^(-?)(\d+(?:\.\d\d)?)$/.exec(value) ?? []) : [];
    const cents = /^0+(?:\.00)?$/.test(digits) ? 0 : parseAmountEUR(digits);
    if (cents !== undefined) return sign === '-' ? -cents : cents;
    this.#say(place, `${member} is not an amount such as "12.50"`);
    return 0;
  }

  #once(what: string, place: string): void {
    if (this.#seen.has(what)) this.#say(place, `${what} is there twice`);
    this.#seen.add(what);
  }

  #say(place: string, what: string): void {
    this.mistakes.push(`${place}: ${what}`);
  }
}
