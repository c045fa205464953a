import type { X509Certificate } from 'node:crypto';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The organisation in every name the sandbox's CA gives and has. */
const SANDBOX_ORGANISATION = /^O=Lupa Sandbox$/m;

/** The lock that marks a sandbox's data directory. */
const SANDBOX_LOCK = 'lupa.lock';

/** Whether the sandbox issued the certificate, or it is the sandbox's CA itself: everybody with a sandbox can have one like it. */
export function isOfSandbox({ subject, issuer }: X509Certificate): boolean {
  return SANDBOX_ORGANISATION.test(subject) || SANDBOX_ORGANISATION.test(issuer);
}

/** @returns the data directory of a sandbox that the file lies in, however deep */
export function sandboxAround(file: string): string | undefined {
  for (let directory = dirname(file), above = ''; directory !== above; directory = dirname(directory)) {
    if (existsSync(join(directory, SANDBOX_LOCK))) return directory;
    above = directory;
  }
  return undefined;
}
