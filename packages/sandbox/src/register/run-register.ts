import { readFile, writeFile } from 'node:fs/promises';
import { readCertificates } from '@lupa/certificates';
import { whyUnreadable } from '@lupa/server/why-unreadable';
import { findRegistrationEndpoint } from '@lupa/tpp';
import type { ExitCode } from '../exit-code.ts';
import { dataDirectory } from '../files/data-directory.ts';
import { findRunningSandbox, type RunningSandbox } from '../files/running-sandbox.ts';
import { stepPrinter } from '../pay/step-printer.ts';
import { painter } from '../print/paint.ts';
import { listenForEnd } from '../up/listen-for-end.ts';
import { explainRegistration } from './explain-registration.ts';
import {
  findHostedKeys,
  generateTpp,
  issuerOfSandbox,
  publicKeySet,
  type ReadyTpp,
  type Registering,
  register,
  showCertificates,
} from './register.ts';
import { registeredReport } from './registered-report.ts';
import { readRegistrationConfig } from './registration-config.ts';
import {
  type OwnCertificates,
  PlanWrong,
  planRegistration,
  type RegisterOptions,
  type RegistrationPlan,
} from './registration-plan.ts';
import { checkTppCertificates, type TppCertificates } from './tpp-certificates.ts';
import { type LeftBehind, UnfinishedRegistration } from './unfinished-registration.ts';

const INTERRUPTED = 130;

/** Registers a TPP and writes its directory, each step shown. @returns the exit code */
export async function runRegister(options: RegisterOptions): Promise<ExitCode> {
  const steps = stepPrinter(options.json ? process.stderr : process.stdout, { quiet: options.json === true });
  const end = listenForEnd();
  const now = () => new Date();
  let unfinished: UnfinishedRegistration | undefined;
  let wasSent = false;
  try {
    const { plan, own, ca, sandbox } = await prepare(options, now());
    const begun = await UnfinishedRegistration.begin(options.out, { force: options.force === true, now: now() });
    if (begun.left !== undefined) tellLeftBehind(begun.left, options.out);
    ({ unfinished } = begun);
    if (unfinished === undefined) return 0;
    const registering: Registering = { plan, ca, steps, signal: end.signal, now };
    const registrationUrl = await findBank(registering);
    const tpp = own === undefined ? await generateTpp(registering) : await hostedTpp(own, plan, options, registering);
    if (tpp === undefined) {
      await unfinished.abandon();
      return 1;
    }
    const trusted = ca ?? (await caOf(sandbox, plan)) ?? issuerOfSandbox(plan, tpp);
    end.signal.throwIfAborted();
    wasSent = true;
    const made = await register({ ...registering, ca: trusted }, tpp, registrationUrl, unfinished);
    process.stdout.write(registeredReport(made, plan, registrationUrl, options, painter(process.stdout)));
    return 0;
  } catch (error) {
    await unfinished?.abandon();
    if (!end.signal.aborted) return tell(explainRegistration(error, options));
    tell(wasSent ? INTERRUPTED_WHILE_SENT : 'Interrupted before anything was registered. Nothing is left behind.');
    return INTERRUPTED;
  }
}

const INTERRUPTED_WHILE_SENT =
  'Interrupted while the bank was registering: it may hold a client now whose secret nobody has, and which nobody can use. Run the command again for another one.';

/** Everything that can be known without asking anybody. */
async function prepare(options: RegisterOptions, at: Date) {
  const { config: path, environment } = options;
  const config = path === undefined ? {} : await readRegistrationConfig(path, environment);
  const sandbox = await findRunningSandbox(dataDirectory(options.data));
  const plan = planRegistration(options, config, sandbox?.authorize);
  const own = plan.own === undefined ? undefined : await readOwnCertificates(plan.own, at);
  const ca = options.ca === undefined ? undefined : await readCa(options.ca);
  return { plan, own, ca, sandbox };
}

async function findBank({ plan, steps, signal }: Registering): Promise<string> {
  const { bank, registrationUrl } = plan;
  steps.begin('Find the bank');
  for (const note of plan.notes) steps.note(note);
  const url =
    registrationUrl ??
    (await findRegistrationEndpoint(
      { bank: bank ?? '', onExchange: steps.exchange, limits: { attempts: 2 } },
      { signal },
    ));
  steps.facts({ ...(bank === undefined ? {} : { bank }), 'registers at': url });
  return url;
}

/** A TPP that has certificates and hosts its keys; `undefined` when it has yet to, and was told how. */
async function hostedTpp(
  certificates: TppCertificates,
  { own }: RegistrationPlan,
  { out, ...options }: RegisterOptions,
  { steps, signal }: Registering,
): Promise<ReadyTpp | undefined> {
  steps.begin('Check the certificates');
  showCertificates(certificates, steps);
  const jwksUrl = own?.jwksUrl;
  if (jwksUrl !== undefined) {
    return { certificates: await findHostedKeys(jwksUrl, certificates, { steps, signal }), jwksUrl };
  }
  const path = `${out.replace(/\/+$/, '')}.public-jwks.json`;
  await writeFile(path, publicKeySet(certificates));
  const stream = options.json ? process.stderr : process.stdout;
  stream.write(
    `\nNothing was sent yet: the bank fetches your public keys from an https address of yours.\n` +
      `They are in ${path}. Host that file as it is, then run the same command with\n\n` +
      `  --jwks-url https://<where it is>\n`,
  );
  return undefined;
}

async function readOwnCertificates(own: OwnCertificates, at: Date): Promise<TppCertificates> {
  const names = ['qwac', 'qwacKey', 'qseal', 'qsealKey'] as const;
  const options = { qwac: '--qwac', qwacKey: '--qwac-key', qseal: '--qseal', qsealKey: '--qseal-key' };
  const problems: string[] = [];
  const [qwac, qwacKey, qseal, qsealKey] = await Promise.all(
    names.map((name) => readGiven(`${options[name]} ${own[name]}`, own[name], problems)),
  );
  if (problems.length > 0) throw new PlanWrong(problems);
  const given = (certificate: 'qwac' | 'qseal', pem = '', keyPem = '') => ({
    name: `${options[certificate]} ${own[certificate]}`,
    certificatePem: pem,
    keyName: `${options[`${certificate}Key`]} ${own[`${certificate}Key`]}`,
    keyPem,
  });
  return checkTppCertificates({ qwac: given('qwac', qwac, qwacKey), qseal: given('qseal', qseal, qsealKey) }, at);
}

async function readCa(path: string): Promise<string> {
  const problems: string[] = [];
  const pem = await readGiven(`--ca ${path}`, path, problems);
  try {
    readCertificates(pem);
  } catch {
    if (problems.length === 0) problems.push(`--ca ${path} holds no PEM certificate.`);
  }
  if (problems.length > 0) throw new PlanWrong(problems);
  return pem;
}

async function readGiven(name: string, path: string, problems: string[]): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    problems.push(`${name}: ${whyUnreadable(error)}.`);
    return '';
  }
}

/** The sandbox on the data directory, if that is the bank, has told where its CA is. */
async function caOf(sandbox: RunningSandbox | undefined, { bank }: RegistrationPlan): Promise<string | undefined> {
  return sandbox !== undefined && sandbox.authorize === bank ? readFile(sandbox.ca, 'utf8') : undefined;
}

function tellLeftBehind(left: LeftBehind, out: string): void {
  process.stderr.write(`${painter(process.stderr)('yellow', 'lupa register:')} ${describeLeftBehind(left, out)}\n`);
}

function describeLeftBehind(left: LeftBehind, out: string): string {
  switch (left.kind) {
    case 'completed':
      return `An earlier run had registered and was interrupted before its very last step. That is done now: ${out} is whole. To register once more, run this again with --force or another --out.`;
    case 'nothing-sent':
      return 'An earlier run was interrupted before it sent anything. What it left is deleted.';
    case 'sent':
      return `An earlier run was interrupted at ${left.at} after it had sent its registration to ${left.url}, so the bank may hold a client (software id ${left.softwareId}) whose secret nobody has, and which nobody can use. What the run left is deleted.`;
  }
}

function tell(problem: string): ExitCode {
  process.stderr.write(`${painter(process.stderr)('red', 'lupa register:')} ${problem}\n`);
  return 1;
}
