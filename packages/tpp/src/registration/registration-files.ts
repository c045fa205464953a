import { Secret } from '../secret.ts';
import { type Registration, readRegistration } from './registration.ts';

/** The files of a registered TPP, as the workflow document names them (contract §10), and two of ours that say where the bank is. */
export const REGISTRATION_FILES = {
  certificate: 'client.crt',
  key: 'key.pem',
  signingKey: 'ssa-signing-key.pem',
  privateJwks: 'private-jwks.json',
  publicJwks: 'public-jwks.json',
  result: 'registration-result.txt',
  bank: 'bank.json',
  ca: 'ca.crt',
} as const;

const KID_LINE = 'ssaSigningKid: ';

/** Prints `registration-result.txt`: the bank's JSON answer, then the line that names the key that signs (contract §10). Secret. */
export function printRegistrationResult({ answer }: Pick<Registration, 'answer'>, signingKid: string): Secret {
  return new Secret(`${answer.reveal()}\n${KID_LINE}${signingKid}\n`);
}

/**
 * Reads `registration-result.txt` back.
 *
 * @throws TppError ANSWER_UNEXPECTED when it is not what `printRegistrationResult` gave
 */
export function parseRegistrationResult(text: string): { registration: Registration; signingKid: string | undefined } {
  const end = text.lastIndexOf(KID_LINE);
  const json = end === -1 ? text : text.slice(0, end);
  const signingKid = end === -1 ? '' : text.slice(end + KID_LINE.length).trim();
  return {
    registration: readRegistration(Buffer.from(json)),
    signingKid: signingKid === '' ? undefined : signingKid,
  };
}
