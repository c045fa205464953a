import { openDatabase } from '../../src/adapters/postgres/open-database.ts';

/** Opens the PGlite store named by the first argument, says so, writes customers, and stays until it is killed. */
const [, , directory = ''] = process.argv;
const INSERT = {
  name: 'test-insert',
  text: "INSERT INTO customers (customer_id, username, name, password_hash) VALUES ($1, $2, 'Test', 'scrypt$')",
};
try {
  const database = await openDatabase({ kind: 'pglite', directory });
  process.stdout.write('open\n');
  for (;;) {
    const id = crypto.randomUUID();
    await database.query(INSERT, [id, id]);
    process.stdout.write(`${id}\n`);
  }
} catch (error) {
  process.stdout.write(`${String(error)}\n`);
  process.exitCode = 1;
}
