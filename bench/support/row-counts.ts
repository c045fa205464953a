import pg from 'pg';

/** How many rows each table holds. */
export type RowCounts = Readonly<Record<string, number>>;

/** Filled and emptied now and then, beside the payments: by the migrations, and by the worker that seals the audit trail. */
const BESIDE_PAYMENTS = ['schema_migrations', 'audit_unsealed', 'audit_seals', 'audit_sealed_heads'];

/** Counts the rows of every table that payments fill. */
export async function countRows(databaseUrl: string): Promise<RowCounts> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const tables = await client.query<{ name: string }>(
      `SELECT table_name AS name FROM information_schema.tables
       WHERE table_schema = 'public' AND table_name <> ALL ($1) ORDER BY 1`,
      [BESIDE_PAYMENTS],
    );
    const counts: Record<string, number> = {};
    for (const { name } of tables.rows) {
      const { rows } = await client.query<{ rows: string }>(`SELECT count(*) AS rows FROM ${name}`);
      counts[name] = Number(rows[0]?.rows);
    }
    return counts;
  } finally {
    await client.end();
  }
}

/** The tables that grew between two counts, and by how much. */
export function grownTables(before: RowCounts, after: RowCounts): RowCounts {
  const grown = Object.entries(after).map(([table, rows]) => [table, rows - (before[table] ?? 0)] as const);
  return Object.fromEntries(grown.filter(([, rows]) => rows !== 0));
}
