import { type BankSettings, openBank } from '@lupa/bank';
import { keepBankSecrets } from '../../../packages/sandbox/src/certificates/keep-bank-keys.ts';
import { CRL_PATH } from '../../../packages/sandbox/src/certificates/published-revocation-list.ts';
import { keepSandboxCertificates } from '../../../packages/sandbox/src/certificates/sandbox-certificates.ts';
import { dataDirectory } from '../../../packages/sandbox/src/files/data-directory.ts';
import { findFreePort } from '../../../packages/sandbox/src/free-port.ts';
import type { TestSandbox } from './test-sandbox.ts';
import { TestTpp } from './test-tpp.ts';
import { demoTpp } from './tpp-identity.ts';

/** A bank that is no sandbox. */
export interface BankOutsideTheSandbox {
  /** The demo TPP, calling this bank. */
  readonly tpp: TestTpp;
  close(): Promise<void>;
}

/**
 * Opens a bank that is no sandbox, on a sandbox's own store and keys: whatever it refuses, it refuses for what it is.
 *
 * @param change settings to be otherwise
 */
export async function openBankOutsideTheSandbox(
  { sandbox, databaseUrl }: TestSandbox,
  change: Partial<BankSettings> = {},
): Promise<BankOutsideTheSandbox> {
  const files = dataDirectory(sandbox.dataDir);
  const [certificates, secrets] = await Promise.all([
    keepSandboxCertificates(files, `${sandbox.authorize}${CRL_PATH}`, new Date()),
    keepBankSecrets(files),
  ]);
  const ports = new Set<number>();
  const [api, authorize] = [await findFreePort(0, ports), await findFreePort(0, ports)];
  const addresses = { api: `https://localhost:${api}`, authorize: `http://localhost:${authorize}` };
  const bank = await openBank({
    store: { kind: 'postgres', url: databaseUrl },
    api: { host: 'localhost', port: api, url: addresses.api, ...certificates.api, trustedIssuers: certificates.ca },
    authorize: { host: 'localhost', port: authorize, url: addresses.authorize },
    audiences: [],
    keys: secrets.keys,
    factorSecret: secrets.factorSecret,
    bankCodes: ['5'],
    revocation: { lists: [{ url: `${sandbox.authorize}${CRL_PATH}` }] },
    log: { level: 'fatal' },
    ...change,
  });
  const tpp = await TestTpp.of(await demoTpp(sandbox), addresses);
  return {
    tpp,
    close: async () => {
      tpp.close();
      await bank.close();
    },
  };
}
