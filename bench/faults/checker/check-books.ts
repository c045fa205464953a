import type { Story } from './read-history.ts';
import { numberOf, type Row, type StoreSnapshot, textOf } from './store-snapshot.ts';
import { type Violation, violationsOf } from './violation.ts';

/** The books, added up anew from their entries. */
export function checkBooks({ run }: Story, store: StoreSnapshot): Violation[] {
  const entries = Map.groupBy(store.entries, (row) => textOf(row, 'account_id'));
  const limits = new Map(
    run.customers.flatMap(({ accounts }) => accounts.map(({ iban, limitCents }) => [iban, limitCents])),
  );
  const reservations = reservedByAccount(store);
  return [
    ...violationsOf('a balance is what its entries add up to, and never below its limit', store.accounts, (account) => {
      const problem = replay(
        account,
        entries.get(textOf(account, 'account_id')) ?? [],
        limits.get(textOf(account, 'iban')),
      );
      return problem === undefined ? undefined : { what: `account ${nameOf(account)}: ${problem}` };
    }),
    ...violationsOf('a booking is one debit and one credit of its amount', store.bookings, (booking) => {
      const id = textOf(booking, 'booking_id');
      const sides = store.entries.filter((row) => row.booking_id === id).map((row) => numberOf(row, 'amount_cents'));
      const amount = numberOf(booking, 'amount_cents');
      const isWhole = sides.length === 2 && sides.includes(amount) && sides.includes(-amount);
      return isWhole ? undefined : { what: `booking ${id} of ${amount} has entries of ${sides.join(', ')}` };
    }),
    ...violationsOf('debits equal credits', [sumOf(store.entries), sumOf(store.accounts, 'balance_cents')], (sum) =>
      sum === 0 ? undefined : { what: `together they are ${sum} cents instead of 0` },
    ),
    ...violationsOf('opening balances are as opened', openings(run.customers, store), (problem) => ({ what: problem })),
    ...violationsOf('what is reserved is what waits for its booking', store.accounts, (account) => {
      const expected = reservations.get(textOf(account, 'account_id')) ?? 0;
      const reserved = numberOf(account, 'reserved_cents');
      return reserved === expected
        ? undefined
        : { what: `account ${nameOf(account)} has ${reserved} cents reserved instead of ${expected}` };
    }),
  ];
}

function replay(account: Row, entries: readonly Row[], limitCents: number | undefined): string | undefined {
  let balance = 0;
  for (const [at, entry] of entries.entries()) {
    if (entry.entry_number !== at + 1) return `entry ${at + 1} is missing`;
    balance += numberOf(entry, 'amount_cents');
    if (entry.balance_cents !== balance) return `entry ${at + 1} leaves ${entry.balance_cents} instead of ${balance}`;
    if (limitCents !== undefined && balance < limitCents)
      return `entry ${at + 1} leaves ${balance}, below ${limitCents}`;
  }
  if (account.balance_cents !== balance) return `it shows ${account.balance_cents} instead of ${balance}`;
  return undefined;
}

function sumOf(rows: readonly Row[], column = 'amount_cents'): number {
  return rows.reduce((sum, row) => sum + numberOf(row, column), 0);
}

function openings(customers: Story['run']['customers'], store: StoreSnapshot): string[] {
  const first = new Map(
    store.entries.filter((row) => row.entry_number === 1).map((row) => [textOf(row, 'account_id'), row]),
  );
  return customers
    .flatMap(({ accounts }) => accounts)
    .flatMap(({ iban, openingCents }) => {
      const account = store.accounts.find((row) => row.iban === iban);
      const opened = numberOf(first.get(textOf(account, 'account_id')), 'amount_cents');
      return opened === openingCents ? [] : [`account ${iban} was opened with ${opened} instead of ${openingCents}`];
    });
}

function reservedByAccount({ submissions, payments }: StoreSnapshot): Map<string, number> {
  const paymentOf = new Map(payments.map((row) => [textOf(row, 'payment_id'), row]));
  const reserved = new Map<string, number>();
  for (const submission of submissions) {
    const payment = paymentOf.get(textOf(submission, 'payment_id'));
    if (submission.status !== 'Accepted' || payment === undefined) continue;
    const account = textOf(payment, 'debit_account_id');
    reserved.set(account, (reserved.get(account) ?? 0) + numberOf(payment, 'amount_cents'));
  }
  return reserved;
}

function nameOf(account: Row): string {
  return textOf(account, 'iban') || `${account.purpose} ${account.account_id}`;
}
