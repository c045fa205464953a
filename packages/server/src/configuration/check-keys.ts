import type { BankKey, BankKeys } from '@lupa/bank';
import { type Given, isObject } from './given.ts';
import { keyId } from './key-id.ts';
import type { Problem } from './problem.ts';
import { readNamedFile } from './read-named-file.ts';
import { readPrivateKey } from './read-pem.ts';
import type { Values } from './values.ts';

/** As long as the digest they key: what is shorter would be their weakest part. */
const LEAST_SECRET_CHARACTERS = 32;

type KeyPath = 'keys.responseSigning' | 'keys.idTokens';
type OneOrMore<T> = [T, ...T[]];

/** The bank's own keys and secrets. */
export async function checkKeys(
  values: Values,
  problems: Problem[],
): Promise<{ keys: BankKeys; factorSecret: string } | undefined> {
  const responseSigning = await checkSigningKeys(values, problems, 'keys.responseSigning');
  const idTokens = await checkSigningKeys(values, problems, 'keys.idTokens');
  const cookieKeys = checkCookieKeys(values);
  const factorSecret = checkSecret(values, 'keys.factorSecret', values.requiredText('keys.factorSecret'));
  if (responseSigning === undefined || idTokens === undefined) return undefined;
  if (cookieKeys === undefined || factorSecret === undefined) return undefined;
  return { keys: { responseSigning, idTokens, cookieKeys }, factorSecret };
}

async function checkSigningKeys(
  values: Values,
  problems: Problem[],
  path: KeyPath,
): Promise<OneOrMore<BankKey> | undefined> {
  const given = values.given(path);
  if (given === undefined) return values.missing(path);
  const written = await writtenKeys(values, problems, path, given);
  const [first, ...others] = written.map((each) => each && bankKey(values, path, each));
  if (first === undefined || !others.every((key) => key !== undefined)) return undefined;
  const keys: OneOrMore<BankKey> = [first, ...others];
  if (new Set(keys.map(({ kid }) => kid)).size < keys.length) {
    return values.mistake(path, 'It holds the same key twice.', 'Take one of the two out.');
  }
  if (keys.every(({ retiresAt }) => retiresAt !== undefined)) {
    return values.mistake(path, 'Every key retires, so one day none signs.', 'Leave retiresAt out of the newest.');
  }
  return keys;
}

interface WrittenKey {
  readonly pem: string | undefined;
  readonly file: string | undefined;
  readonly signsFrom: unknown;
  readonly retiresAt: unknown;
}

const KEY_MEMBERS = ['privateKey', 'privateKeyFile', 'signsFrom', 'retiresAt'];

/** One key as text, or a list of objects. `undefined` stands for one that was complained of. */
async function writtenKeys(
  values: Values,
  problems: Problem[],
  path: KeyPath,
  { value, file, where, directory }: Given,
): Promise<(WrittenKey | undefined)[]> {
  if (value === undefined) return [undefined];
  if (typeof value === 'string') return [{ pem: value, file, signsFrom: undefined, retiresAt: undefined }];
  const isList = Array.isArray(value) && value.length > 0 && value.every(isObject);
  if (!isList) {
    values.mistake(path, 'It is neither a key nor a list of keys.', 'Write [{"privateKeyFile": "response-key.pem"}].');
    return [undefined];
  }
  const written: (WrittenKey | undefined)[] = [];
  for (const [index, key] of value.entries()) {
    const unknown = Object.keys(key).filter((name) => !KEY_MEMBERS.includes(name));
    if (unknown.length > 0)
      values.mistake(path, `Key ${index + 1} has ${unknown.join(', ')}.`, `Its members are ${KEY_MEMBERS.join(', ')}.`);
    const { privateKey, privateKeyFile, signsFrom, retiresAt } = key;
    if (
      (privateKey === undefined) === (privateKeyFile === undefined) ||
      typeof (privateKey ?? privateKeyFile) !== 'string'
    ) {
      values.mistake(path, `Key ${index + 1} needs either privateKey or privateKeyFile, as text.`, 'Say one of them.');
      written.push(undefined);
    } else if (typeof privateKey === 'string') {
      written.push({ pem: privateKey, file: undefined, signsFrom, retiresAt });
    } else {
      const read = await readNamedFile({ where, path: String(privateKeyFile), from: directory }, problems);
      written.push(read && { pem: read.text, file: read.file, signsFrom, retiresAt });
    }
  }
  return written;
}

function bankKey(values: Values, path: KeyPath, written: WrittenKey): BankKey | undefined {
  const privateKey = readPrivateKey(values, path, written.pem, written.file);
  const [signsFrom, retiresAt] = [timeOf(values, path, written.signsFrom), timeOf(values, path, written.retiresAt)];
  if (privateKey === undefined) return undefined;
  const { asymmetricKeyType: kind, asymmetricKeyDetails: details } = privateKey;
  const isP256 = kind === 'ec' && details?.namedCurve === 'prime256v1';
  if (kind !== 'rsa' && !(isP256 && path === 'keys.responseSigning')) {
    const wanted = path === 'keys.idTokens' ? 'ID tokens are signed RS256' : 'answers are signed ES256 or RS256';
    const mend = path === 'keys.idTokens' ? 'Make an RSA key.' : 'Make a key of P-256, or an RSA key.';
    return values.mistake(path, `It is a key of another kind: ${wanted}.`, mend);
  }
  if (signsFrom !== undefined && retiresAt !== undefined && retiresAt <= signsFrom) {
    return values.mistake(path, 'A key retires before it signs.', 'Let retiresAt be later than signsFrom.');
  }
  return {
    kid: keyId(privateKey),
    alg: isP256 ? 'ES256' : 'RS256',
    privateKey,
    ...(signsFrom && { signsFrom }),
    ...(retiresAt && { retiresAt }),
  };
}

function timeOf(values: Values, path: KeyPath, value: unknown): Date | undefined {
  if (value === undefined) return undefined;
  const time =
    typeof value === 'string' && /^\d{4}-\d{2}-\d{2}T[\d:.]+(?:Z|[+-]\d{2}:\d{2})$/.test(value)
      ? new Date(value)
      : undefined;
  if (time !== undefined && !Number.isNaN(time.getTime())) return time;
  return values.mistake(path, `${JSON.stringify(value)} is no time.`, 'Write it as 2027-01-31T12:00:00Z.');
}

function checkCookieKeys(values: Values): OneOrMore<string> | undefined {
  if (values.given('keys.cookies') === undefined) return values.missing('keys.cookies');
  const [first, ...others] = values.list('keys.cookies').map((secret) => checkSecret(values, 'keys.cookies', secret));
  if (first === undefined || !others.every((secret) => secret !== undefined)) return undefined;
  return [first, ...others];
}

function checkSecret(
  values: Values,
  path: 'keys.cookies' | 'keys.factorSecret',
  secret: string | undefined,
): string | undefined {
  if (secret === undefined || secret.length >= LEAST_SECRET_CHARACTERS) return secret;
  return values.mistake(
    path,
    `It has ${secret.length} characters; what keys a digest needs ${LEAST_SECRET_CHARACTERS} or more.`,
    'Make one with openssl rand -base64 48.',
  );
}
