import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type BankOffice, openAdministration, scryptPasswords } from '@lupa/bank';
import { Agent, type Dispatcher, getGlobalDispatcher, setGlobalDispatcher } from 'undici';
import { importCustomers } from '../../../packages/server/src/customers/import-customers.ts';
import type { TppIdentity } from '../../flow/support/tpp-identity.ts';
import { type Postgres, startPostgres } from '../../support/postgres.ts';
import { makeServeFiles, type ServeFiles } from './serve-files.ts';
import { freeServePorts } from './serve-process.ts';
import { registerTpp } from './serve-tpp.ts';

/** Everything a bank needs before `lupa serve` runs on it: files, a database, customers, a registered TPP. */
export interface ServedBank {
  readonly files: ServeFiles;
  readonly databaseUrl: string;
  readonly office: BankOffice;
  readonly tpp: TppIdentity;
  /** A configuration of one machine, on ports of its own. */
  configuration(): Promise<ServedConfiguration>;
  /** Reads a customer's key, as the customer would from the printed list. */
  readonly readKey: (username: string) => (number: string) => Promise<string>;
  close(): Promise<void>;
}

export type ServedConfiguration = ServeFiles['members'] & {
  readonly revocation: { readonly lists: readonly string[] };
};

/** The customers of the sandbox that tests know, with their passwords. */
const CUSTOMERS = [
  { username: 'aino', iban: 'FI9259995020084225', openingBalanceCents: 250_000_00 },
  { username: 'ville', iban: 'FI5850009420172322', openingBalanceCents: 80_000_00 },
  { username: 'mikko', iban: 'FI4950009420028730', openingBalanceCents: 100_00 },
];

export async function prepareServedBank(): Promise<ServedBank> {
  const closing: (() => unknown)[] = [];
  const close = async () => {
    for (const end of closing.splice(0)) await end();
  };
  try {
    const files = makeServeFiles();
    closing.unshift(() => files.remove());
    const postgres: Postgres = await startPostgres();
    closing.unshift(() => postgres.stop());
    const databaseUrl = await postgres.createDatabase();
    const office = await openAdministration({ kind: 'postgres', url: databaseUrl });
    closing.unshift(() => office.close());
    await takeInCustomers(office);
    const tpp = await registerTpp(files, office.administration);
    const lists = await serveRevocationList(files);
    closing.unshift(() => lists.close());
    closing.unshift(trustInFetch(tpp.tls.ca));
    const factorSecret = readFileSync(join(files.directory, 'factor-secret'), 'utf8').trim();
    return {
      files,
      databaseUrl,
      office,
      tpp,
      configuration: async () => ({
        ...files.members,
        ...(await freeServePorts(files)),
        database: { url: databaseUrl },
        revocation: { lists: [`http://127.0.0.1:${(lists.address() as AddressInfo).port}/ca.crl`] },
      }),
      readKey: (username) => async (number) => {
        const card = await office.keyListOf(username, factorSecret);
        return card?.keys.find((key) => String(key.number) === number)?.code ?? '';
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function takeInCustomers({ administration }: BankOffice): Promise<void> {
  const passwords = scryptPasswords();
  const customers = CUSTOMERS.map(async ({ username, ...account }) => ({
    username,
    name: username,
    passwordHash: await passwords.hash(`${username}-salasana`),
    accounts: [{ ...account, name: 'Käyttötili', limitCents: 0 }],
  }));
  await importCustomers(administration, await Promise.all(customers));
}

async function serveRevocationList({ directory }: ServeFiles): Promise<Server> {
  const list = readFileSync(join(directory, 'ca.crl'));
  const server = createServer((_request, response) => response.end(list));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

/** Lets `fetch` trust the bank's CA, with a connection for every request. @returns how to take that back */
function trustInFetch(ca: string): () => void {
  const before: Dispatcher = getGlobalDispatcher();
  setGlobalDispatcher(new Agent({ pipelining: 0, connect: { ca } }));
  return () => setGlobalDispatcher(before);
}
