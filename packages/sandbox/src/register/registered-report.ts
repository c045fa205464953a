import { relative, resolve } from 'node:path';
import { REGISTRATION_FILES } from '@lupa/tpp';
import { columns } from '../print/columns.ts';
import type { Paint } from '../print/paint.ts';
import { shellQuoted } from '../print/shell-quoted.ts';
import type { Registered } from './register.ts';
import type { RegisterOptions, RegistrationPlan } from './registration-plan.ts';

/** The payee of the workflow document's samples: an account of the sandbox's bank. */
const SAMPLE_PAYEE = 'FI4950009420028730';

/** What is printed in the end: a line of JSON, or what there is now and what to try next. No secret is in either. */
export function registeredReport(
  made: Registered,
  plan: RegistrationPlan,
  registrationUrl: string,
  { out, json }: Pick<RegisterOptions, 'out' | 'json'>,
  paint: Paint,
): string {
  return json ? `${asJson(made, plan, registrationUrl, out)}\n` : asText(made, plan, registrationUrl, out, paint);
}

function asJson(
  { registration, certificates, replaced }: Registered,
  { bank }: RegistrationPlan,
  url: string,
  out: string,
) {
  return JSON.stringify({
    registered: true,
    directory: resolve(out),
    clientId: registration.clientId,
    clientName: registration.clientName,
    organisationId: certificates.organisationId,
    signingKid: certificates.qseal.kid,
    redirectUris: registration.redirectUris,
    bank,
    registrationUrl: url,
    replaced,
  });
}

function asText(
  { registration, files, replaced }: Registered,
  { bank }: RegistrationPlan,
  registrationUrl: string,
  out: string,
  paint: Paint,
): string {
  const has = (file: string) => files.includes(file);
  const directory = shellQuoted(out);
  const rows = FILES.flatMap(([names, what]) => {
    const there = names.filter(has);
    return there.length === 0 ? [] : [[there.join(' '), paint('dim', what)]];
  });
  const lines = [
    ...columns(rows),
    '',
    paint('green', `Registered: ${out} is client ${registration.clientId}${bank === undefined ? '' : ` of ${bank}`}.`),
    ...(replaced === undefined
      ? []
      : [`The registration that was there is in ${relative('.', replaced)} now; the bank still knows it.`]),
    '',
    paint('bold', 'Try'),
    ...(bank === undefined
      ? []
      : [`  ${paint('cyan', `npx lupa pay 12.50 --to ${SAMPLE_PAYEE} --approve --tpp ${directory}`)}`, '']),
    ...curl(registrationUrl, has(REGISTRATION_FILES.ca)).map((line) =>
      `  ${paint('cyan', line)}`.replace('$DIR', directory),
    ),
    '',
    `  ${paint('cyan', `const tpp = await Tpp.fromDirectory('${out}'${bank === undefined ? ", { bank: '<its issuer>' }" : ''});`)}`,
  ];
  return `${lines.join('\n')}\n`;
}

const FILES: readonly (readonly [readonly string[], string])[] = [
  [[REGISTRATION_FILES.certificate, REGISTRATION_FILES.key], 'for mutual TLS (QWAC)'],
  [[REGISTRATION_FILES.signingKey], 'signs payments and requests (QSEALC)'],
  [[REGISTRATION_FILES.result], 'client id, secret, API key, kid'],
  [[REGISTRATION_FILES.privateJwks, REGISTRATION_FILES.publicJwks], 'the keys once more, as JWKs'],
  [[REGISTRATION_FILES.bank], 'where the bank is'],
  [[REGISTRATION_FILES.ca], "who issued the bank's certificate"],
];

/** The workflow document's call for a token, to be pasted as it is: the secrets are read from the file by the shell. */
function curl(registrationUrl: string, hasCa: boolean): string[] {
  const ca = hasCa ? ' --cacert ca.crt' : '';
  const token = new URL('/oauth/token', registrationUrl).href;
  return [
    'cd $DIR',
    `of() { sed -n "s/.*\\"$1\\": \\"\\(.*\\)\\".*/\\1/p" ${REGISTRATION_FILES.result}; }`,
    `curl${ca} --key key.pem --cert client.crt ${token} \\`,
    '  -d grant_type=client_credentials -d scope=payments \\',
    '  -d "client_id=$(of client_id)" -d "client_secret=$(of client_secret)"',
  ];
}
