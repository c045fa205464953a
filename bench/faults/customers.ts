import type { CustomerFacts } from './history.ts';

/** Balances so small that payments meet the limits: of some accounts 0, of others less. */
const OPENINGS_CENTS = [150_00, 600_00, 40_00, 2_000_00];
const LIMITS_CENTS = [0, -50_00];

/** Customers of the bank, each with two accounts. */
export function makeCustomers(count: number): CustomerFacts[] {
  return Array.from({ length: count }, (_, at) => ({
    username: `asiakas-${at}`,
    accounts: [0, 1].map((which) => ({
      iban: finnishIban(at * 2 + which + 1),
      openingCents: OPENINGS_CENTS[(at + which) % OPENINGS_CENTS.length] ?? 0,
      limitCents: LIMITS_CENTS[(at + which) % LIMITS_CENTS.length] ?? 0,
    })),
  }));
}

export function passwordOf(username: string): string {
  return `${username}-salasana`;
}

/** An account number of the bank whose numbers begin with 5, with its check digits (Luhn, then ISO 13616). */
export function finnishIban(number: number): string {
  const body = `5${String(number).padStart(12, '0')}`;
  const sum = [...body].reduce((total, digit, at) => {
    const value = Number(digit) * (at % 2 === 0 ? 2 : 1);
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  const account = `${body}${(10 - (sum % 10)) % 10}`;
  // F is 15 and I is 18.
  const check = 98n - (BigInt(`${account}151800`) % 97n);
  return `FI${String(check).padStart(2, '0')}${account}`;
}
