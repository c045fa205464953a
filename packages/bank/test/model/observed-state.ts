import assert from 'node:assert/strict';
import type { AccountName } from './actions.ts';
import { type BankModel, settleMidnight } from './bank-model.ts';
import type { BankWorld } from './bank-world.ts';

/** Everything the model knows about, as text that can be compared: statuses, what is debited where, balances. */
export type State = Readonly<Record<string, string>>;

/** The state as the model has it. */
export function stateOf(model: BankModel): State {
  const state: Record<string, string> = {};
  for (const [name, { balance, reserved }] of Object.entries(model.accounts)) state[name] = `${balance} - ${reserved}`;
  for (const { place, status, payments } of model.bundles.values()) {
    state[`bundle ${place}`] = status;
    for (const payment of payments.values()) {
      state[`payment ${payment.place}`] = `${payment.status} ${payment.debit ?? '-'} ${payment.made}`;
      for (const [id, submission] of payment.submissions) {
        const settled = { ...submission };
        settleMidnight(model, settled);
        state[`submission ${payment.place} ${id}`] = settled.status;
      }
    }
  }
  return sorted(state);
}

/** The state as the store has it. */
export async function stateIn(world: BankWorld): Promise<State> {
  const { database, clock } = world.parts;
  const places = new Map([...world.payments].map(([place, { paymentId }]) => [paymentId as string, place]));
  const names = new Map([...world.accounts].map(([name, { accountId }]) => [accountId, name]));
  const ids = [...new Set([...world.payments.values()].map(({ authorizationId }) => authorizationId))];
  const [accounts, payments, submissions] = await Promise.all([
    database.query<{ id: string; balance: number; reserved: number }>(ACCOUNTS, [[...names.keys()]]),
    database.query<PaymentRow>(PAYMENTS, [ids]),
    database.query<{ payment: string; id: string; status: string }>(SUBMISSIONS, [ids, clock.now()]),
  ]);
  const state: Record<string, string> = {};
  for (const { id, balance, reserved } of accounts) state[nameOf(names, id)] = `${balance} - ${reserved}`;
  const opened = new Map<string, number>();
  for (const row of payments) {
    const place = places.get(row.payment) ?? assert.fail('a payment that nobody was told of');
    const debit = row.debit === null ? '-' : nameOf(names, row.debit);
    state[`payment ${place}`] = `${row.status} ${debit} ${row.made}`;
    // The bundle has the place of the payment that opened it, which no other of its payments came before.
    opened.set(row.bundle, Math.min(place, opened.get(row.bundle) ?? place));
    state[`bundle ${opened.get(row.bundle)}`] = row.bundle_status;
  }
  for (const { payment, id, status } of submissions) state[`submission ${places.get(payment)} ${id}`] = status;
  return sorted(state);
}

/**
 * What holds whatever happened: the books balance, nothing was booked more often than its customer approved, and every booking
 * moved exactly the amount, from the account and to the payee that the customer was shown.
 */
export async function assertInvariants(world: BankWorld): Promise<void> {
  const { database, ledger } = world.parts;
  assert.deepEqual(new Set(Object.values(await ledger.trialBalance())), new Set([0]), 'the books do not balance');
  const ids = [...new Set([...world.payments.values()].map(({ authorizationId }) => authorizationId))];
  const [bookings, approvals] = await Promise.all([
    database.query<BookingRow>(BOOKINGS, [ids]),
    database.query<{ shown: Shown }>(APPROVALS, [ids]),
  ]);
  const approved = new Map(
    approvals.flatMap(({ shown }) => shown.payments.map((payment) => [payment.paymentId, { ...payment, shown }])),
  );
  const booked = new Map<string, number>();
  for (const { payment, amount, debited, credited } of bookings) {
    booked.set(payment, (booked.get(payment) ?? 0) + 1);
    const shown = approved.get(payment) ?? assert.fail('a booking of a payment that no customer approved');
    assert.ok((booked.get(payment) ?? 0) <= shown.count, 'booked more often than approved');
    const isHere = [...world.accounts.values()].some(({ iban }) => iban === shown.payeeAccount);
    assert.deepEqual(
      { amount, debited, credited },
      {
        amount: shown.amountCents,
        debited: shown.shown.account.iban,
        credited: isHere ? shown.payeeAccount : null,
      },
      'booked otherwise than approved',
    );
  }
}

interface PaymentRow {
  bundle: string;
  bundle_status: string;
  payment: string;
  status: string;
  debit: string | null;
  made: number;
}
interface BookingRow {
  payment: string;
  amount: number;
  debited: string | null;
  /** Null for the account that stands for all other banks. */
  credited: string | null;
}
/** What the audit trail says the customer was shown and approved. */
interface Shown {
  readonly account: { readonly iban: string };
  readonly payments: readonly { paymentId: string; amountCents: number; payeeAccount: string; count: number }[];
}

const ACCOUNTS = {
  name: 'model-accounts',
  text: 'SELECT account_id AS id, balance_cents AS balance, reserved_cents AS reserved FROM accounts WHERE account_id = ANY($1)',
};
const PAYMENTS = {
  name: 'model-payments',
  text: `SELECT a.authorization_id AS bundle, a.status AS bundle_status, p.payment_id AS payment, p.status,
      p.debit_account_id AS debit, p.submissions_made AS made
    FROM authorizations a JOIN payments p USING (authorization_id) WHERE a.authorization_id = ANY($1)
    ORDER BY p.payment_id`,
};
/** What waited for a midnight that is over is `Rejected`, written down or not. */
const SUBMISSIONS = {
  name: 'model-submissions',
  text: `SELECT s.payment_id AS payment, s.submission_id AS id,
      CASE WHEN s.pending_until <= $2 THEN 'Rejected' ELSE s.status END AS status
    FROM submissions s JOIN payments p USING (payment_id) WHERE p.authorization_id = ANY($1)`,
};
const BOOKINGS = {
  name: 'model-bookings',
  text: `SELECT b.payment_id AS payment, b.amount_cents AS amount, d.iban AS debited, c.iban AS credited
    FROM bookings b JOIN payments p USING (payment_id)
    JOIN accounts d ON d.account_id = b.debit_account_id JOIN accounts c ON c.account_id = b.credit_account_id
    WHERE p.authorization_id = ANY($1)`,
};
const APPROVALS = {
  name: 'model-approvals',
  text: `SELECT details->'shown' AS shown FROM audit_events
    WHERE event = 'sca approved' AND authorization_id = ANY($1)`,
};

function nameOf(names: ReadonlyMap<string, AccountName>, accountId: string): AccountName {
  return names.get(accountId) ?? assert.fail('an account of another story');
}

function sorted(state: Record<string, string>): State {
  return Object.fromEntries(Object.entries(state).sort(([one], [other]) => (one < other ? -1 : 1)));
}
