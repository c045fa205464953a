import { type StoreSettings, serverAddresses } from '@lupa/bank';
import type { Values } from './values.ts';

const TLS_MODES: ReadonlySet<string> = new Set(['require', 'verify-ca', 'verify-full', 'prefer']);
const OWN_MACHINE = /^(?:|localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/** The database: a PostgreSQL, or what speaks like one. */
export function checkDatabase(values: Values): Extract<StoreSettings, { kind: 'postgres' }> | undefined {
  const lanes = values.wholeNumber('database.lanes', { least: 1, most: 64, otherwise: 4 });
  const transactions = values.wholeNumber('database.transactions', { least: 2, most: 256, otherwise: 8 });
  const urls = readUrls(values);
  if (urls === undefined) return undefined;
  if (!urls.every((url) => isPostgres(values, url))) return undefined;
  const servers = serverAddresses(urls);
  if (!servers.every((server) => URL.canParse(server))) return notAnAddress(values);
  if (!servers.every((server) => isProtected(new URL(server)))) {
    values.warning(
      'database.url',
      'Everything between the bank and its database travels in the clear: the address asks for no TLS, and is not this machine’s.',
      'Add ?sslmode=verify-full, and sslrootcert=… where the server’s certificate is of an issuer of your own.',
    );
  }
  const [only, ...others] = urls;
  return { kind: 'postgres', url: others.length === 0 && only !== undefined ? only : urls, lanes, transactions };
}

/** One text, which may name several servers; in the file also a list. */
function readUrls(values: Values): readonly string[] | undefined {
  if (Array.isArray(values.given('database.url')?.value)) {
    const urls = values.list('database.url');
    return urls.length > 0 ? urls : values.missing('database.url');
  }
  const url = values.requiredText('database.url');
  return url === undefined ? undefined : [url];
}

function isPostgres(values: Values, url: string): boolean {
  // The address may hold a password, so nothing of it is said.
  if (/^postgres(?:ql)?:\/\//.test(url)) return true;
  if (/^(?:pglite:|file:|memory:|[./~])/.test(url)) {
    values.mistake(
      'database.url',
      'It names a directory: PGlite is one process’s own store, without copies and without failover.',
      'Name a PostgreSQL: postgres://user@host/database. The sandbox, lupa up, is what runs on PGlite.',
    );
  } else {
    notAnAddress(values);
  }
  return false;
}

function notAnAddress(values: Values): undefined {
  return values.mistake(
    'database.url',
    'It is not the address of a PostgreSQL.',
    'Write it as postgres://user:password@host:5432/database?sslmode=verify-full; several servers as host:5432,other:5432.',
  );
}

function isProtected({ hostname, searchParams }: URL): boolean {
  const socket = searchParams.get('host') ?? '';
  if (hostname === '' ? socket === '' || socket.startsWith('/') : OWN_MACHINE.test(hostname)) return true;
  return TLS_MODES.has(searchParams.get('sslmode') ?? '') || ['true', '1'].includes(searchParams.get('ssl') ?? '');
}
