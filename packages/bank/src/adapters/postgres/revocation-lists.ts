import type { RevocationListStore, StoredRevocationList } from '../../ports/revocation-list-store.ts';
import type { Database } from './database.ts';

const FIND = {
  name: 'find-revocation-list',
  text: 'SELECT digest, fetched FROM revocation_lists WHERE list_id = $1',
};
const READ = {
  name: 'read-revocation-list',
  text: 'SELECT der FROM revocation_lists WHERE list_id = $1',
};
/** Of two processes that fetched at once the later list stays, whoever comes last. */
const SAVE = {
  name: 'save-revocation-list',
  text: `INSERT INTO revocation_lists (list_id, url, digest, der, this_update, fetched) VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (list_id) DO UPDATE
    SET url = EXCLUDED.url, digest = EXCLUDED.digest, der = EXCLUDED.der, this_update = EXCLUDED.this_update,
      fetched = EXCLUDED.fetched
    WHERE revocation_lists.this_update <= EXCLUDED.this_update`,
};
const CONFIRM = {
  name: 'confirm-revocation-list',
  text: 'UPDATE revocation_lists SET fetched = $3 WHERE list_id = $1 AND digest = $2 AND fetched < $3',
};

/** The last good revocation lists in PostgreSQL or PGlite. */
export class PostgresRevocationLists implements RevocationListStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async find(listId: string): Promise<StoredRevocationList | undefined> {
    const [row] = await this.#database.query<StoredRevocationList>(FIND, [listId]);
    return row;
  }

  async read(listId: string): Promise<Uint8Array | undefined> {
    const [row] = await this.#database.query<{ der: Uint8Array }>(READ, [listId]);
    return row?.der;
  }

  async save(list: Parameters<RevocationListStore['save']>[0]): Promise<void> {
    const { listId, url, digest, der, thisUpdate, fetched } = list;
    await this.#database.query(SAVE, [listId, url, digest, der, thisUpdate, fetched]);
  }

  async confirm(listId: string, digest: Uint8Array, fetched: Date): Promise<void> {
    await this.#database.query(CONFIRM, [listId, digest, fetched]);
  }
}
