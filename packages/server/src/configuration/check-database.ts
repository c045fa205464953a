import type { StoreSettings } from '@lupa/bank';
import type { Values } from './values.ts';

const TLS_MODES: ReadonlySet<string> = new Set(['require', 'verify-ca', 'verify-full', 'prefer']);
const OWN_MACHINE = /^(?:|localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/** The database: a PostgreSQL, or what speaks like one. */
export function checkDatabase(values: Values): Extract<StoreSettings, { kind: 'postgres' }> | undefined {
  const lanes = values.wholeNumber('database.lanes', { least: 1, most: 64, otherwise: 4 });
  const transactions = values.wholeNumber('database.transactions', { least: 2, most: 256, otherwise: 8 });
  const url = values.requiredText('database.url');
  if (url === undefined) return undefined;
  if (/^(?:pglite:|file:|memory:|[./~])/.test(url)) {
    return values.mistake(
      'database.url',
      'It names a directory: PGlite is one process’s own store, without copies and without failover.',
      'Name a PostgreSQL: postgres://user@host/database. The sandbox, lupa up, is what runs on PGlite.',
    );
  }
  // The address may hold a password, so nothing of it is said.
  if (!/^postgres(?:ql)?:\/\//.test(url) || !URL.canParse(url)) {
    return values.mistake(
      'database.url',
      'It is not the address of a PostgreSQL.',
      'Write it as postgres://user:password@host:5432/database?sslmode=verify-full.',
    );
  }
  if (!isProtected(new URL(url))) {
    values.warning(
      'database.url',
      'Everything between the bank and its database travels in the clear: the address asks for no TLS, and is not this machine’s.',
      'Add ?sslmode=verify-full, and sslrootcert=… where the server’s certificate is of an issuer of your own.',
    );
  }
  return { kind: 'postgres', url, lanes, transactions };
}

function isProtected({ hostname, searchParams }: URL): boolean {
  const socket = searchParams.get('host') ?? '';
  if (hostname === '' ? socket === '' || socket.startsWith('/') : OWN_MACHINE.test(hostname)) return true;
  return TLS_MODES.has(searchParams.get('sslmode') ?? '') || ['true', '1'].includes(searchParams.get('ssl') ?? '');
}
