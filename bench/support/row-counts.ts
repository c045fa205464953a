import pg from 'pg';

/** How many rows each table holds. */
export type RowCounts = Readonly<Record<string, number>>;

/** Counts the rows of every table but the list of migrations. */
export async function countRows(databaseUrl: string): Promise<RowCounts> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const tables = await client.query<{ name: string }>(
      `SELECT table_name AS name FROM information_schema.tables
       WHERE table_schema = 'public' AND table_name <> 'schema_migrations' ORDER BY 1`,
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
