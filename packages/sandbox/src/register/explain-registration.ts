import { TppError } from '@lupa/tpp';
import type { RegisterOptions } from './registration-plan.ts';
import { CertificatesUnusable } from './tpp-certificates.ts';

/** Says in plain words why nothing was registered, and what to do next. */
export function explainRegistration(error: unknown, options: Pick<RegisterOptions, 'out'>): string {
  if (error instanceof TppError) return explainTppError(error);
  if (error instanceof CertificatesUnusable)
    return `These certificates cannot be registered.\n${indented(error.message)}`;
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  if (code !== undefined && UNWRITABLE.includes(code)) {
    return `${options.out} cannot be written (${code}). Name a directory of your own with --out.`;
  }
  return error.message;
}

const UNWRITABLE = ['EACCES', 'EPERM', 'EROFS', 'ENOSPC'];

function explainTppError(error: TppError): string {
  const { code, check, status, requestId, oauthDescription, oauthError } = error;
  if (code === 'REGISTRATION_REFUSED') {
    const lines = [
      `The bank refused${check === undefined ? '' : `; the check that failed is ${check}`} (${oauthError ?? `HTTP ${status}`}).`,
      ...(oauthDescription === undefined ? [] : [indented(oauthDescription)]),
      ...(status === 404 ? ['  There is no registration at that address; check --registration-url or --bank.'] : []),
      ...(requestId === undefined ? [] : [`  request id ${requestId}`]),
    ];
    return lines.join('\n');
  }
  const said = [...whatHappened(error), ...(requestId === undefined ? [] : [`  request id ${requestId}`])];
  if (error.outcomeUnknown) said.push(UNKNOWN);
  return said.join('\n');
}

const UNKNOWN =
  'It may have registered a client whose secret nobody has, and which nobody can use. Run the command again for another one.';

/** What OpenSSL says when the bank's certificate is not trusted here, as opposed to ours not being trusted there. */
const UNKNOWN_ISSUER = /SELF_SIGNED_CERT|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER/;
const OUR_CERTIFICATE = /ALERT/;

/** What the SDK says is meant for programmers; here a person has to look for the right option. */
function whatHappened({ code, status, detail = 'no reason was given', message, outcomeUnknown }: TppError): string[] {
  if (outcomeUnknown) return [`The bank's answer to the registration did not come whole (${code}: ${detail}).`];
  switch (code) {
    case 'CONNECTION_FAILED':
      return [
        `The bank cannot be reached (${detail}).`,
        'Is it running? Start the sandbox in another terminal with lupa up, or name another bank with --bank.',
      ];
    case 'TLS_FAILED':
      if (UNKNOWN_ISSUER.test(detail)) {
        const hint = 'Name it with --ca; a sandbox has its own in its data directory: --ca .lupa/ca.crt';
        return [`This machine does not know the issuer of the bank's certificate (${detail}).`, hint];
      }
      if (OUR_CERTIFICATE.test(detail))
        return [`The bank does not accept the certificate shown to it (${detail}).`, BANK_HINT];
      return [`This is no TLS address, or its certificate is for another one (${detail}).`, BANK_HINT];
    case 'CONNECTION_LOST':
      return [`The connection was closed without an answer (${detail}).`, BANK_HINT];
    case 'DISCOVERY_FAILED':
      return [`There is no bank at that address, or it registers nobody: ${detail}.`, BANK_HINT];
    case 'DISCOVERY_ISSUER_WRONG':
      return [
        'The bank calls itself by another address than the one given.',
        'Say --bank exactly as it names itself, such as http://localhost:8080 and not http://127.0.0.1:8080.',
      ];
    default:
      return [`${message} (${code}${status === undefined ? '' : `, HTTP ${status}`})`];
  }
}

const BANK_HINT =
  'Check the port: --bank takes the Authorize address, where browsers go. lupa up prints it as Bank; it is http://localhost:8080 by default.';

function indented(text: string): string {
  return text
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n');
}
