import { relative, sep } from 'node:path';
import { DEFAULT_DATA_DIRECTORY } from '../files/data-directory.ts';
import { type Cell, columns } from '../print/columns.ts';
import { type Paint, painter } from '../print/paint.ts';
import { shellQuoted } from '../print/shell-quoted.ts';
import type { SandboxFacts, TestUser } from '../sandbox-facts.ts';

/** The payee of the workflow document's samples: an account of this bank. */
const SAMPLE_PAYEE = 'FI4950009420028730';

/**
 * What a person reads when the sandbox is ready: addresses, test users, the demo TPP's files, and what to try next. Fits 80
 * columns unless the data directory's own path does not.
 *
 * @param dataOption what was given as `--data`
 */
export function readyTable(facts: SandboxFacts, dataOption: string, paint: Paint = painter(process.stdout)): string {
  const heading = (text: string) => paint('bold', text);
  const address = (text: string) => paint('cyan', text);
  const data = dataOption === DEFAULT_DATA_DIRECTORY ? '' : ` --data ${shellQuoted(dataOption)}`;
  const lines = [
    heading(paint('green', 'Lupa sandbox is ready.')),
    '',
    ...columns([
      ...(facts.shop === null ? [] : [['Demo shop', address(facts.shop)]]),
      ['Bank', address(facts.authorize), 'key cards, phones, discovery'],
      ['Payments API', address(facts.api), 'mutual TLS'],
    ]),
    '',
    heading('Test users'),
    ...columns(facts.users.flatMap((user) => userRows(user, paint))),
    '',
    heading('Demo TPP'),
    ...columns([
      ['client id', facts.tpp.clientId],
      ['files', readable(facts.tpp.cert).replace(/[^/\\]*$/, '')],
      ['', paint('dim', 'client.crt key.pem ca.crt        for mutual TLS')],
      ['', paint('dim', 'ssa-signing-key.pem              signs payments and requests')],
      ['', paint('dim', 'registration-result.txt          client id, secret, API key, kid')],
    ]),
    '',
    heading('Try'),
    ...(facts.shop === null ? [] : [`  open ${address(facts.shop)} and buy something, or`]),
    `  ${paint('cyan', `npx lupa pay 12.50 --to ${SAMPLE_PAYEE} --approve${data}`)}`,
    '',
    paint('dim', 'Ctrl-C ends it.'),
  ];
  return `${lines.join('\n')}\n`;
}

function userRows({ username, password, accounts }: TestUser, paint: Paint): Cell[][] {
  return accounts.map(({ iban, balanceEUR }, index) => [
    index === 0 ? paint('bold', username) : '',
    index === 0 ? password : '',
    iban,
    { text: balanceEUR, align: 'right' },
    'EUR',
  ]);
}

/** A path as short as it can be said: relative when it lies below the current directory. */
function readable(path: string): string {
  const fromHere = relative('.', path);
  return fromHere.startsWith(`..${sep}`) || fromHere === '' ? path : fromHere;
}
