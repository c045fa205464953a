import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { statSync } from 'node:fs';
import { weaknessOf } from './key-strength.ts';
import type { MemberPath } from './members.ts';
import { isOfSandbox, sandboxAround } from './sandbox-marks.ts';
import type { Values } from './values.ts';

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g;
const OTHERS_MAY = 0o007;
const NOT_SANDBOX = 'Take one that only this bank has; the sandbox’s own are for lupa up.';

/** Reads certificates, each strong, of now, and none of a sandbox's. @returns undefined after saying what is wrong */
export function readCertificates(values: Values, path: MemberPath, now: Date): X509Certificate[] | undefined {
  const pem = values.requiredText(path);
  if (pem === undefined) return undefined;
  const found = pem.match(CERTIFICATE) ?? [];
  if (found.length === 0)
    return values.mistake(
      path,
      'It holds no certificate in PEM.',
      `Give PEM, which begins with -----BEGIN CERTIFICATE-----.${pathHint(pem)}`,
    );
  const certificates: X509Certificate[] = [];
  for (const [index, text] of found.entries()) {
    const which = found.length === 1 ? 'The certificate' : `Certificate ${index + 1} of ${found.length}`;
    try {
      certificates.push(new X509Certificate(text));
    } catch {
      values.mistake(path, `${which} cannot be read.`, 'Copy it anew from whoever issued it.');
    }
  }
  for (const certificate of certificates) judge(values, path, certificate, now);
  return certificates.length === found.length ? certificates : undefined;
}

/** Reads certificates that issue others. @returns undefined after saying what is wrong */
export function readIssuers(values: Values, path: MemberPath, now: Date): X509Certificate[] | undefined {
  const issuers = readCertificates(values, path, now);
  for (const issuer of issuers ?? []) {
    if (issuer.ca) continue;
    values.mistake(
      path,
      `The certificate of ${nameOf(issuer)} is no issuer’s: its basic constraints do not say CA.`,
      'Give the certificates of the issuers, not those they issued.',
    );
  }
  return issuers;
}

/** Reads a private key: strong, none of a sandbox's, and readable by nobody else. @returns undefined after saying what is wrong */
export function readPrivateKey(
  values: Values,
  path: MemberPath,
  pem: string | undefined,
  file: string | undefined,
): KeyObject | undefined {
  if (pem === undefined) return undefined;
  let key: KeyObject;
  try {
    key = createPrivateKey(pem);
  } catch (error) {
    const isEncrypted = error instanceof Error && 'code' in error && error.code === 'ERR_MISSING_PASSPHRASE';
    return isEncrypted
      ? values.mistake(
          path,
          'The key is encrypted.',
          'Decrypt it with openssl pkey into a file that only this account may read.',
        )
      : values.mistake(
          path,
          'It holds no private key in PEM.',
          `Give PEM, which begins with -----BEGIN PRIVATE KEY-----.${pathHint(pem)}`,
        );
  }
  if (file !== undefined) judgeFile(values, path, file);
  const weakness = weaknessOf(key);
  if (weakness === undefined) return key;
  return values.mistake(path, `It is ${weakness}.`, 'Make a new one: P-256, or RSA with 2048 bits or more.');
}

function judge(values: Values, path: MemberPath, certificate: X509Certificate, now: Date): void {
  const name = nameOf(certificate);
  const weakness = weaknessOf(certificate.publicKey);
  if (weakness !== undefined) {
    values.mistake(
      path,
      `The certificate of ${name} has ${weakness}.`,
      'Take one with a key of P-256, or of RSA with 2048 bits or more.',
    );
  }
  if (isOfSandbox(certificate)) values.mistake(path, `The certificate of ${name} is a Lupa sandbox’s.`, NOT_SANDBOX);
  if (certificate.validToDate <= now) {
    values.mistake(
      path,
      `The certificate of ${name} expired at ${certificate.validToDate.toISOString()}.`,
      'Have it renewed, or take it out.',
    );
  } else if (certificate.validFromDate > now) {
    values.mistake(
      path,
      `The certificate of ${name} is not good before ${certificate.validFromDate.toISOString()}.`,
      'Wait, or see whether this machine’s clock is right.',
    );
  }
}

function judgeFile(values: Values, path: MemberPath, file: string): void {
  const sandbox = sandboxAround(file);
  if (sandbox !== undefined)
    values.mistake(path, `${file} is in the data directory of a Lupa sandbox, ${sandbox}.`, NOT_SANDBOX);
  if ((statSync(file).mode & OTHERS_MAY) !== 0) {
    values.warning(path, `Everybody on this machine may read or change ${file}.`, `Take that away: chmod o= ${file}`);
  }
}

/** What a person calls the subject of a certificate. */
export function nameOf({ subject }: X509Certificate): string {
  const line = (attribute: string) => new RegExp(`^${attribute}=(.*)$`, 'm').exec(subject)?.[1];
  return line('CN') ?? line('O') ?? 'nobody';
}

/** A path where PEM was wanted is the likeliest mistake. */
function pathHint(text: string): string {
  return text.length < 500 && !text.includes('\n') ? ' If it is a path, say it as …File or …_FILE.' : '';
}
