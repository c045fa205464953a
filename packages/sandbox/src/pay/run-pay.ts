import { basename, join } from 'node:path';
import type { SepaPaymentRequest, Submission } from '@lupa/tpp';
import { TEST_CUSTOMERS } from '../customers/test-customers.ts';
import type { ExitCode } from '../exit-code.ts';
import { DEFAULT_DATA_DIRECTORY, dataDirectory } from '../files/data-directory.ts';
import { findRunningSandbox } from '../files/running-sandbox.ts';
import { painter } from '../print/paint.ts';
import { shellQuoted } from '../print/shell-quoted.ts';
import { isThisMachine } from '../this-machine.ts';
import { explainPayment } from './explain-payment.ts';
import { KeptApproval } from './kept-approval.ts';
import { type PaymentMade, pay } from './pay.ts';
import { type PayingTpp, payingTppOf } from './paying-tpp.ts';
import { stepPrinter } from './step-printer.ts';

/** The command line's options; amount, IBAN and reference are checked already. */
export interface PayOptions {
  readonly amountEUR: string;
  readonly to: string;
  readonly name: string;
  readonly address?: readonly string[];
  readonly country?: string;
  readonly message?: string;
  readonly reference?: string;
  readonly instant?: boolean;
  readonly approve?: boolean;
  readonly exempt?: boolean;
  readonly user: string;
  readonly factor: 'keycode' | 'mobilekey';
  /** A directory of `lupa register`, to pay as that TPP. */
  readonly tpp?: string;
  readonly data: string;
  readonly json?: boolean;
}

/** Statuses that mean the money has left the payer's account. */
const PAID: readonly Submission['status'][] = ['Submitted', 'Credited'];

/** Makes one payment and prints each step. @returns the exit code */
export async function runPay(options: PayOptions): Promise<ExitCode> {
  const steps = stepPrinter(options.json ? process.stderr : process.stdout, { quiet: options.json === true });
  try {
    const from = await findPayer(options);
    if (typeof from === 'string') return tell(from);
    const player = options.approve ? playedCustomer(from.tpp, options) : undefined;
    if (typeof player === 'string') return tell(player);
    const approvals = new KeptApproval(from.approvalFile);
    const request = paymentRequest(options);
    const made = await pay(from.tpp, { request, player, approvals, exempt: options.exempt === true }, steps);
    report(made, options, steps.paint);
    return PAID.includes(made.submission.status) ? 0 : 1;
  } catch (error) {
    return tell(explainPayment(error));
  }
}

function tell(problem: string): ExitCode {
  const paint = painter(process.stderr);
  process.stderr.write(`${paint('red', 'lupa pay:')} ${problem}\n`);
  return 1;
}

/** @returns the TPP that pays, or why there is none */
async function findPayer({
  tpp,
  data,
}: PayOptions): Promise<{ readonly tpp: PayingTpp; readonly approvalFile: string } | string> {
  const directory = dataDirectory(data);
  const { approval } = directory.tpp;
  if (tpp !== undefined) return { tpp: await payingTppOf(tpp), approvalFile: join(tpp, basename(approval)) };
  if ((await findRunningSandbox(directory)) !== undefined) {
    return { tpp: await payingTppOf(directory.tpp.directory), approvalFile: approval };
  }
  const hint = `lupa up${data === DEFAULT_DATA_DIRECTORY ? '' : ` --data ${shellQuoted(data)}`}`;
  return `No sandbox is running on ${directory.path}. Start one in another terminal: ${hint}`;
}

/** @returns who to play, or why that cannot be */
function playedCustomer({ bank }: PayingTpp, { user, factor }: PayOptions) {
  // Nobody's password is tried at a bank that may be a real one.
  if (!isThisMachine(bank)) {
    return `--approve plays a customer of a sandbox on this machine, and ${bank} is none. Leave it out, and approve in a browser.`;
  }
  const found = TEST_CUSTOMERS.find(({ username }) => username === user);
  if (found === undefined)
    return `There is no test user ${user}. Take one of ${TEST_CUSTOMERS.map(({ username }) => username).join(', ')}.`;
  return { username: found.username, password: found.password, factor };
}

function paymentRequest(options: PayOptions): SepaPaymentRequest {
  const { amountEUR, to, name, address, country, message, reference, instant } = options;
  return {
    amountEUR,
    payee: { iban: to, name, ...(address === undefined ? {} : { address, country: country ?? to.slice(0, 2) }) },
    ...(reference === undefined ? { message: message ?? 'lupa pay' } : { reference }),
    ...(instant ? { paymentOrder: 'SEPA_INST' as const } : {}),
  };
}

function report(
  { payment, submission, whyNotExempt }: PaymentMade,
  { json, name, exempt }: PayOptions,
  paint: ReturnType<typeof painter>,
): void {
  const { paymentId, authorizationId, amountEUR } = payment;
  const { submissionId, status, archiveId } = submission;
  if (json) {
    const result = { paymentId, authorizationId, submissionId, amountEUR, status, archiveId };
    const exemption = exempt ? { exempt: whyNotExempt === undefined, whyNotExempt } : {};
    process.stdout.write(`${JSON.stringify({ ...result, ...exemption })}\n`);
  } else if (PAID.includes(status)) {
    const how = exempt && whyNotExempt === undefined ? ' The customer was not asked.' : '';
    process.stdout.write(`\n${paint('green', 'Paid.')} ${amountEUR} EUR to ${name}, archive id ${archiveId}.${how}\n`);
  } else {
    process.stdout.write(`\n${paint('red', 'Not paid.')} The submission is ${status}.\n`);
  }
}
