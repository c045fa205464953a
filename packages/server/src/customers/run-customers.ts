import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { type BankOffice, openAdministration, scryptPasswords } from '@lupa/bank';
import { checkConfiguration, type ServerConfiguration } from '../configuration/check-configuration.ts';
import { isMistake, printProblems } from '../configuration/problem.ts';
import { explainStart } from '../explain-start.ts';
import { whyUnreadable } from '../why-unreadable.ts';
import { importCustomers } from './import-customers.ts';
import { parseCustomers } from './parse-customers.ts';

export interface CustomersOptions {
  /** The configuration file; `LUPA_CONFIG` otherwise. */
  readonly config?: string;
}

type ExitCode = 0 | 1;

/** `lupa customers import FILE` */
export async function runCustomersImport(file: string, options: CustomersOptions): Promise<ExitCode> {
  let bytes: Buffer;
  try {
    bytes = await readFile(file);
  } catch (error) {
    return fail(`${file} cannot be read: ${whyUnreadable(error)}. Name a file of customers.\n`);
  }
  return atTheOffice(options, async (office, { bank }) => {
    const parsed = parseCustomers(bytes, bank.bankCodes);
    if ('mistakes' in parsed) {
      const lines = parsed.mistakes.map((mistake) => `  ✖ ${mistake}\n`);
      return fail(`${file} has mistakes; nothing was imported.\n${lines.join('')}`);
    }
    const report = await importCustomers(office.administration, parsed.customers);
    const { customers, accounts, openedAccounts, foreignAccounts } = report;
    process.stdout.write(
      `${customers} customers and ${accounts} accounts are in place; ${openedAccounts} accounts were opened now.\n`,
    );
    if (foreignAccounts.length === 0) return 0;
    return fail(
      `Other customers have ${foreignAccounts.join(', ')}: see which of the two is right, and mend the file.\n`,
    );
  });
}

/** `lupa customers key-list USERNAME` */
export function runCustomersKeyList(username: string, options: CustomersOptions): Promise<ExitCode> {
  return atTheOffice(options, async (office, { bank }) => {
    const card = await office.keyListOf(username, bank.factorSecret);
    if (card === undefined) return fail(`There is no customer ${username}. lupa customers import takes them in.\n`);
    const keys = card.keys.map(({ number, code }) => `${String(number).padStart(3)}  ${code}\n`);
    process.stdout.write(`Key list ${card.series} of ${card.name}\n\n${keys.join('')}`);
    return 0;
  });
}

/** `lupa customers hash`: reads a password from standard input, prints what the import takes. */
export async function runCustomersHash(): Promise<ExitCode> {
  if (process.stdin.isTTY) process.stderr.write('Password (shown as you type): ');
  const [password = ''] = await firstLine();
  if (password === '') return fail('No password came on standard input.\n');
  process.stdout.write(`${await scryptPasswords().hash(password)}\n`);
  return 0;
}

async function firstLine(): Promise<string[]> {
  for await (const line of createInterface({ input: process.stdin })) return [line];
  return [];
}

async function atTheOffice(
  { config }: CustomersOptions,
  work: (office: BankOffice, configuration: ServerConfiguration) => Promise<ExitCode>,
): Promise<ExitCode> {
  const { LUPA_CONFIG: fromEnvironment } = process.env;
  const file = config ?? (fromEnvironment === '' ? undefined : fromEnvironment);
  const { configuration, problems } = await checkConfiguration({ file, environment: process.env });
  if (configuration === undefined) return fail(printProblems(problems.filter(isMistake)));
  let office: BankOffice | undefined;
  try {
    office = await openAdministration(configuration.bank.store);
    return await work(office, configuration);
  } catch (error) {
    return fail(`${explainStart(error)}\n`);
  } finally {
    await office?.close();
  }
}

function fail(text: string): ExitCode {
  process.stderr.write(`lupa customers: ${text}`);
  return 1;
}
