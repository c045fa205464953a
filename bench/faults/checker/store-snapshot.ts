import pg from 'pg';

/** One row of a table: times as ISO 8601 in UTC, bytes in hexadecimal, whole numbers as numbers. */
export type Row = Readonly<Record<string, unknown>>;

/** What the checker wants of each table, in plain SQL. */
const QUERIES = {
  customers: 'SELECT customer_id, username FROM customers',
  accounts:
    'SELECT account_id, purpose, customer_id, iban, balance_cents, reserved_cents, limit_cents, entry_number FROM accounts',
  entries:
    'SELECT account_id, entry_number, booking_id, amount_cents, balance_cents FROM entries ORDER BY account_id, entry_number',
  bookings:
    'SELECT booking_id, archive_id, payment_id, submission_id, amount_cents, debit_account_id, credit_account_id FROM bookings',
  authorizations:
    'SELECT authorization_id, client_id, status, customer_id, source_grant_id, authorized, audit_sequence, audit_hash FROM authorizations',
  payments:
    'SELECT payment_id, authorization_id, status, request, amount_cents, payee_iban, count, debit_account_id, debit_iban, submissions_made FROM payments',
  submissions: 'SELECT payment_id, submission_id, status, archive_id FROM submissions',
  grants: 'SELECT payment_id, customer_id, amount_cents, counted, period, given_back_at FROM exemption_grants',
  counters: 'SELECT customer_id, period, granted_count, granted_cents FROM exemption_counters',
  messages: 'SELECT payment_id, submission_id, message_id FROM outgoing_messages',
  events:
    'SELECT chain_id, sequence, previous_hash, hash, event_id, at, event, authorization_id, client_id, customer_id, request_id, details FROM audit_events ORDER BY chain_id, sequence',
  chains: 'SELECT chain_id, audit_sequence, audit_hash FROM audit_chains',
  unsealed: 'SELECT chain_id, sequence FROM audit_unsealed',
  seals: 'SELECT seal_number, sealed_at, head_count, root, previous_hash, hash FROM audit_seals ORDER BY seal_number',
  heads: 'SELECT seal_number, chain_id, sequence, hash FROM audit_sealed_heads',
} as const;

export type StoreSnapshot = Readonly<Record<keyof typeof QUERIES, readonly Row[]>>;

/** Everything of the bank's database that rules ask about, as it is at one moment. */
export async function takeSnapshot(url: string): Promise<StoreSnapshot> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query('BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const tables: Record<string, readonly Row[]> = {};
    for (const [name, sql] of Object.entries(QUERIES)) {
      const { rows, fields } = await client.query<Record<string, unknown>>(sql);
      const bigints = new Set(fields.filter(({ dataTypeID }) => dataTypeID === BIGINT).map((field) => field.name));
      tables[name] = rows.map((row) =>
        Object.fromEntries(Object.entries(row).map(([column, value]) => [column, plain(value, bigints.has(column))])),
      );
    }
    return tables as StoreSnapshot;
  } finally {
    await client.end();
  }
}

const BIGINT = 20;

function plain(value: unknown, isBigint: boolean): unknown {
  if (value instanceof Date) return value.toISOString();
  if (Buffer.isBuffer(value)) return value.toString('hex');
  return isBigint && typeof value === 'string' ? Number(value) : value;
}

export function textOf(row: Row | undefined, column: string): string {
  return typeof row?.[column] === 'string' ? (row[column] as string) : '';
}

export function numberOf(row: Row | undefined, column: string): number {
  return typeof row?.[column] === 'number' ? (row[column] as number) : Number.NaN;
}

/** By the text in one column. */
export function byText(rows: readonly Row[], column: string): Map<string, Row> {
  return new Map(rows.map((row) => [textOf(row, column), row]));
}
