import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { OPENING_ACCOUNT } from '../../src/adapters/postgres/accounts.ts';
import type { Queryable } from '../../src/adapters/postgres/database.ts';
import { StatementError } from '../../src/adapters/postgres/statement-error.ts';
import { archiveId, ledgerOf, newAccount, newCustomer, uuid } from './fixtures.ts';
import { SOUND } from './ledger-contract.ts';
import type { OpenDatabase } from './test-databases.ts';

/** Two accounts with one entry each: 1000 and 500 cents. */
interface World {
  readonly from: string;
  readonly to: string;
}

type Value = string | number;

let statements = 0;
async function run(database: Queryable, text: string, values: readonly Value[]): Promise<void> {
  statements += 1;
  await database.query({ name: `test-raw-${statements}`, text }, values);
}

const ENTRY =
  'INSERT INTO entries (account_id, entry_number, booking_id, amount_cents, previous_balance_cents, balance_cents) VALUES';

/** A whole booking of 400 cents, from which each test below leaves out or changes one thing. */
const WHOLE = {
  debit: `UPDATE accounts SET balance_cents = 600, entry_number = 2 WHERE account_id = $1`,
  credit: `UPDATE accounts SET balance_cents = 900, entry_number = 2 WHERE account_id = $2`,
  debited: `${ENTRY} ($1, 2, $3, -400, 1000, 600)`,
  credited: `${ENTRY} ($2, 2, $3, 400, 500, 900)`,
  booking: `INSERT INTO bookings (booking_id, archive_id, amount_cents, debit_account_id, debit_entry_number, credit_account_id, credit_entry_number, booked)
    VALUES ($3, $4, 400, $1, 2, $2, 2, now())`,
};
type Part = keyof typeof WHOLE;

/** Every part in one statement: the database's rules hold at its end. */
function statement(change: Partial<Record<Part, string>> = {}): string {
  const parts = Object.entries({ ...WHOLE, ...change }).filter(([, text]) => text !== '');
  const uses = parts.map(([name, text]) => `${name}_ AS (${text})`);
  return `WITH ${uses.join(', ')} SELECT $1::uuid, $2::uuid, $3::uuid, $4::text`;
}

/** What the database refuses of the ledger, tried with raw SQL: no mistake of the program can be stored. */
export function ledgerRefusalsContract(database: OpenDatabase): void {
  async function world(): Promise<World> {
    const customerId = await newCustomer(database());
    const from = await newAccount(database(), customerId, 1000);
    const to = await newAccount(database(), customerId, 500);
    return { from: from.accountId, to: to.accountId };
  }

  const book = ({ from, to }: World, text: string) => run(database(), text, [from, to, uuid(), archiveId()]);

  async function refuses(constraint: string, work: () => Promise<void>): Promise<void> {
    await assert.rejects(work, (error: unknown) => {
      assert.ok(error instanceof StatementError, String(error));
      assert.equal(error.constraint, constraint);
      return true;
    });
  }

  describe('the database refuses', () => {
    test('nothing of a whole booking', async () => {
      await book(await world(), statement());
      assert.deepEqual(await ledgerOf(database()).trialBalance(), SOUND);
    });

    const bookings: Record<string, [string, Partial<Record<Part, string>>]> = {
      'a booking without its debit': ['booking_has_its_debit', { debit: '', debited: '' }],
      'a booking without its credit': ['booking_has_its_credit', { credit: '', credited: '' }],
      'a booking whose debit is larger than its credit': [
        'booking_has_its_debit',
        { debit: WHOLE.debit.replace('600', '599'), debited: `${ENTRY} ($1, 2, $3, -401, 1000, 599)` },
      ],
      'a booking whose credit is larger than its debit': [
        'booking_has_its_credit',
        { credit: WHOLE.credit.replace('900', '901'), credited: `${ENTRY} ($2, 2, $3, 401, 500, 901)` },
      ],
      'entries without a booking': ['entry_has_its_booking', { booking: '' }],
      'an entry whose balance is not the previous one plus its amount': [
        'entry_adds_up',
        { debit: WHOLE.debit.replace('600', '700'), debited: `${ENTRY} ($1, 2, $3, -400, 1000, 700)` },
      ],
      'an entry that starts from another balance than the previous one left': [
        'entry_follows_the_previous',
        { debit: WHOLE.debit.replace('600', '700'), debited: `${ENTRY} ($1, 2, $3, -400, 1100, 700)` },
      ],
      'a balance that is not that of the latest entry': [
        'balance_is_that_of_the_latest_entry',
        { debit: WHOLE.debit.replace('600', '601') },
      ],
      'a gap in the entries of an account': [
        'entry_follows_the_previous',
        {
          debit: WHOLE.debit.replace('entry_number = 2', 'entry_number = 3'),
          debited: `${ENTRY} ($1, 3, $3, -400, 1000, 600)`,
          booking: WHOLE.booking.replace('$1, 2,', '$1, 3,'),
        },
      ],
      'a second debit of one booking': [
        'one_entry_a_side',
        {
          credited: `${ENTRY} ($2, 2, $3, 400, 500, 900), ($1, 3, $3, -1, 600, 599)`,
          debit: WHOLE.debit.replace('balance_cents = 600, entry_number = 2', 'balance_cents = 599, entry_number = 3'),
        },
      ],
      'an amount of nothing': ['bookings_amount_cents_check', { booking: WHOLE.booking.replace('400', '0') }],
      'a booking from an account to itself': [
        'between_two_accounts',
        { credit: '', credited: '', booking: WHOLE.booking.replace('$2, 2, now()', '$1, 2, now()') },
      ],
    };
    for (const [what, [constraint, change]] of Object.entries(bookings)) {
      test(what, async () => {
        const accounts = await world();
        await refuses(constraint, () => book(accounts, statement(change)));
        await book(accounts, statement());
      });
    }

    test('a first entry that does not start from zero', async () => {
      const customerId = await newCustomer(database());
      const { accountId } = await newAccount(database(), customerId, 0);
      const entry = `${ENTRY} ($1, 1, $2, 400, 100, 500)`;
      await refuses('first_entry_starts_from_zero', () => run(database(), entry, [accountId, uuid()]));
    });

    test('a balance without entries', async () => {
      const { accountId } = await newAccount(database(), await newCustomer(database()), 0);
      const gift = 'UPDATE accounts SET balance_cents = 100 WHERE account_id = $1';
      await refuses('balance_comes_from_entries', () => run(database(), gift, [accountId]));
    });

    test('a balance or a reservation below the limit', async () => {
      const { from } = await world();
      const reserve = 'UPDATE accounts SET reserved_cents = $2 WHERE account_id = $1';
      await run(database(), reserve, [from, 1000]);
      await refuses('balance_not_below_limit', () => run(database(), reserve, [from, 1001]));
      await refuses('accounts_reserved_cents_check', () => run(database(), reserve, [from, -1]));
      const limit = 'UPDATE accounts SET limit_cents = $2 WHERE account_id = $1';
      await refuses('balance_not_below_limit', () => run(database(), limit, [from, 1]));
      await refuses('account_is_whole', () =>
        run(database(), 'UPDATE accounts SET limit_cents = NULL WHERE account_id = $1', [from]),
      );
    });

    test('the removal or change of an entry or a booking', async () => {
      const { from } = await world();
      await refuses('balance_is_that_of_the_latest_entry', () =>
        run(database(), 'DELETE FROM entries WHERE account_id = $1', [from]),
      );
      await assert.rejects(
        run(database(), 'UPDATE entries SET amount_cents = 1001, balance_cents = 1001 WHERE account_id = $1', [from]),
        { sqlState: '23503' },
      );
      await refuses('entry_has_its_booking', () =>
        run(database(), 'DELETE FROM bookings WHERE credit_account_id = $1', [from]),
      );
      await assert.rejects(
        run(database(), 'UPDATE bookings SET amount_cents = 1 WHERE credit_account_id = $1', [from]),
        { sqlState: '23503' },
      );
    });

    test('a customer behind the bank’s own accounts', async () => {
      const customerId = await newCustomer(database());
      const take = 'UPDATE accounts SET customer_id = $2 WHERE account_id = $1';
      await refuses('account_is_whole', () => run(database(), take, [OPENING_ACCOUNT, customerId]));
    });
  });
}
