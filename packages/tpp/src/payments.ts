import {
  type Authorization,
  HEADERS,
  type Payment,
  type PaymentType,
  parseAuthorizationId,
  parsePaymentId,
  parseSandboxScenario,
  parseSubmissionId,
  type Submission,
} from '@lupa/protocol';
import type { Connection } from './connection.ts';
import {
  parseAuthorization,
  parseForeignPayment,
  parsePayment,
  parsePayments,
  parseSepaPayment,
  parseSubmission,
  parseSubmissions,
} from './parse-answers.ts';
import { callPaymentsApi } from './payments-api.ts';
import type { CallOptions } from './settings.ts';
import { argumentInvalid, TppError } from './tpp-error.ts';
import type { UserTokens } from './user-tokens.ts';
import { uuid } from './uuid.ts';

export interface ReadOptions extends CallOptions {
  /** The customer's tokens; without them the client's own token is used. */
  readonly tokens?: UserTokens;
}

/** Which payments a call is about. A payment of the other type is not found. */
export interface TypeOptions<Type extends PaymentType | 'any' = PaymentType> {
  /** `SepaPayment` when absent. */
  readonly paymentType?: Type;
}

/** `any` is read where payments of either type are (`GET /payments/{paymentId}`). */
export type PaymentOf<Type extends PaymentType | 'any'> = Type extends 'any'
  ? Payment
  : Extract<Payment, { paymentType: Type }>;

export interface ReadPaymentOptions<Type extends PaymentType | 'any' = 'SepaPayment'>
  extends ReadOptions,
    TypeOptions<Type> {
  /** Adds `submissions`. */
  readonly includeSubmissions?: boolean;
}

export interface ReadAuthorizationOptions extends ReadOptions {
  /** Adds `sepaPayments` or `foreignPayments`. */
  readonly includePayments?: boolean;
}

export interface ReadSubmissionOptions extends ReadOptions, TypeOptions, ScenarioOptions {}

/** What a sandbox is to play on this one call (contract §8); a real bank refuses it. */
export interface ScenarioOptions {
  /** `x-sandbox-scenario`, such as `InsufficientFunds` or `FutureSimulation=P1D`. */
  readonly scenario?: string;
}

/** A submission, in the customer's name or, in a sandbox, in that of `sandboxAuthorize`. */
export type SubmitOptions = CallOptions &
  TypeOptions & {
    /** Your own name for this submission: 1–64 characters of `A–Z a–z 0–9 . _ ~ -`; a UUID when absent. Keep it before you call. */
    readonly submissionId?: string;
  } & (
    | (ScenarioOptions & {
        /** The customer's tokens, for the authorization the payment belongs to. */
        readonly tokens: UserTokens;
      })
    | {
        /** Submits with the client's own token what `sandboxAuthorize` approved. */
        readonly scenario: `SandboxAuthorized=${string}`;
        readonly tokens?: undefined;
      }
  );

export async function submitPayment(
  connection: Connection,
  paymentId: string,
  options: SubmitOptions,
): Promise<Submission> {
  if (options.tokens === undefined && options.scenario?.startsWith('SandboxAuthorized=') !== true) {
    throw argumentInvalid("tokens of the customer are needed, or the sandbox's approval");
  }
  const submissionId = checkSubmissionId(options.submissionId ?? uuid(connection));
  const path = `${paymentPath(paymentId, options)}/submissions/${submissionId}`;
  const read = (json: unknown) => matching(parseSubmission(json), 'submissionId', submissionId);
  const headers = scenarioHeaders(options.scenario);
  const call = { method: 'PUT', path, headers, tokens: options.tokens, retryWith: { submissionId }, read } as const;
  return callPaymentsApi(connection, call, options);
}

export async function readPayment<Type extends PaymentType | 'any' = 'SepaPayment'>(
  connection: Connection,
  paymentId: string,
  options: ReadPaymentOptions<Type>,
): Promise<PaymentOf<Type>> {
  const path = paymentPath(paymentId, options) + (options.includeSubmissions === true ? '?include=submissions' : '');
  const read = (json: unknown) => matching(parsePaymentOf(json, options), 'paymentId', paymentId);
  return callPaymentsApi(connection, { method: 'GET', path, tokens: options.tokens, read }, options);
}

export async function deletePayment<Type extends PaymentType = 'SepaPayment'>(
  connection: Connection,
  paymentId: string,
  options: CallOptions & TypeOptions<Type>,
): Promise<PaymentOf<Type>> {
  const read = (json: unknown) => matching(parsePaymentOf(json, options), 'paymentId', paymentId);
  return callPaymentsApi(connection, { method: 'DELETE', path: paymentPath(paymentId, options), read }, options);
}

export async function readAuthorization(
  connection: Connection,
  authorizationId: string,
  options: ReadAuthorizationOptions,
): Promise<Authorization> {
  const path = authorizationPath(authorizationId) + (options.includePayments === true ? '?include=payments' : '');
  const read = (json: unknown) => matching(parseAuthorization(json), 'authorizationId', authorizationId);
  return callPaymentsApi(connection, { method: 'GET', path, tokens: options.tokens, read }, options);
}

export async function readAuthorizationPayments(
  connection: Connection,
  authorizationId: string,
  options: ReadOptions,
): Promise<readonly Payment[]> {
  const path = `${authorizationPath(authorizationId)}/payments`;
  const read = (json: unknown) =>
    parsePayments(json).map((payment) => matching(payment, 'authorizationId', authorizationId));
  return callPaymentsApi(connection, { method: 'GET', path, tokens: options.tokens, read }, options);
}

export async function revokeAuthorization(
  connection: Connection,
  authorizationId: string,
  options: CallOptions,
): Promise<Authorization> {
  const path = authorizationPath(authorizationId);
  const read = (json: unknown) => matching(parseAuthorization(json), 'authorizationId', authorizationId);
  return callPaymentsApi(connection, { method: 'DELETE', path, read }, options);
}

/** `sandbox-authorize` or `sandbox-reject`. The bank answers a repeated decision as it answered the first. */
export async function decideInSandbox(
  connection: Connection,
  authorizationId: string,
  decision: 'sandbox-authorize' | 'sandbox-reject',
  options: CallOptions,
): Promise<Authorization> {
  const path = `${authorizationPath(authorizationId)}/${decision}`;
  const read = (json: unknown) => matching(parseAuthorization(json), 'authorizationId', authorizationId);
  const headers = { [HEADERS.idempotencyKey]: uuid(connection) };
  return callPaymentsApi(connection, { method: 'POST', path, headers, read }, options);
}

export async function readSubmission(
  connection: Connection,
  paymentId: string,
  submissionId: string,
  options: ReadSubmissionOptions,
): Promise<Submission> {
  const path = `${paymentPath(paymentId, options)}/submissions/${checkSubmissionId(submissionId)}`;
  const headers = scenarioHeaders(options.scenario);
  const read = (json: unknown) => matching(parseSubmission(json), 'submissionId', submissionId);
  return callPaymentsApi(connection, { method: 'GET', path, headers, tokens: options.tokens, read }, options);
}

export async function readSubmissions(
  connection: Connection,
  paymentId: string,
  options: ReadOptions & TypeOptions,
): Promise<readonly Submission[]> {
  const path = `${paymentPath(paymentId, options)}/submissions`;
  return callPaymentsApi(connection, { method: 'GET', path, tokens: options.tokens, read: parseSubmissions }, options);
}

/** A signature covers the body and not the question, so an old answer to another one would pass for this one's. */
function matching<T, Name extends keyof T>(answer: T, name: Name, asked: string): T {
  if (answer[name] === asked) return answer;
  throw new TppError('ANSWER_MISMATCH', { detail: `its ${String(name)} is not the one that was asked for` });
}

const PATHS: Readonly<Record<PaymentType | 'any', string>> = {
  SepaPayment: '/sepa-payments',
  ForeignPayment: '/foreign-payments',
  any: '/payments',
};

function paymentPath(paymentId: string, { paymentType = 'SepaPayment' }: TypeOptions<PaymentType | 'any'>): string {
  if (parsePaymentId(String(paymentId)) === undefined) throw argumentInvalid('paymentId is not one');
  if (!Object.hasOwn(PATHS, paymentType)) throw argumentInvalid('paymentType is not one');
  return `${PATHS[paymentType]}/${paymentId}`;
}

/** Refuses a payment of another type than was asked for, so that what is returned has the type it is given here. */
function parsePaymentOf<Type extends PaymentType | 'any'>(
  json: unknown,
  { paymentType }: TypeOptions<Type>,
): PaymentOf<Type> {
  const parse = { any: parsePayment, ForeignPayment: parseForeignPayment, SepaPayment: parseSepaPayment };
  return parse[paymentType ?? 'SepaPayment'](json) as PaymentOf<Type>;
}

function authorizationPath(authorizationId: string): string {
  if (parseAuthorizationId(String(authorizationId)) === undefined) throw argumentInvalid('authorizationId is not one');
  return `/authorizations/${authorizationId}`;
}

/** @throws TppError ARGUMENT_INVALID: a misspelt scenario never reaches the wire */
function scenarioHeaders(scenario: string | undefined): Record<string, string> {
  if (scenario === undefined) return {};
  if (parseSandboxScenario(scenario) === undefined) throw argumentInvalid('scenario is not one of the sandbox');
  return { [HEADERS.sandboxScenario]: scenario };
}

export function checkSubmissionId(submissionId: string): string {
  if (parseSubmissionId(String(submissionId)) !== undefined) return submissionId;
  throw argumentInvalid('submissionId is not 1 to 64 of the characters A-Z a-z 0-9 . _ ~ -');
}
