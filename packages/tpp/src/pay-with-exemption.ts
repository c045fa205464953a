import type { SepaPayment, SepaPaymentRequest, Submission } from '@lupa/protocol';
import { type AuthorizationWish, buildAuthorizationUrl } from './authorization-url.ts';
import type { Connection } from './connection.ts';
import { type CreateOptions, createSepaPayment, idempotencyKeyOf, matchRequest } from './create-payment.ts';
import type { Deadline } from './deadline.ts';
import { requestExemption } from './exemption-grant.ts';
import { type ExemptionReason, exemptionReason } from './exemption-reason.ts';
import { refreshForExemption } from './grants.ts';
import { checkSubmissionId, deletePayment, readPayment, submitPayment } from './payments.ts';
import type { PendingAuthorization } from './pending-authorization.ts';
import type { CallOptions } from './settings.ts';
import { argumentInvalid, TppError } from './tpp-error.ts';
import type { UserTokens } from './user-tokens.ts';
import { uuid } from './uuid.ts';
import { isCertainlyUndone, mayHelpToRepeat } from './wire/retry.ts';

export interface ExemptionOptions extends CreateOptions {
  /** Of an earlier approval of this customer, with their refresh token. */
  readonly tokens: UserTokens;
  /** Your own name for the submission; a UUID when absent. */
  readonly submissionId?: string;
  /** Of the payment of an earlier call, from its error's `retryWith` or from `keep`: its fate is settled before anything else is tried. */
  readonly paymentId?: string;
  /**
   * Stores what a later call needs should this one not return: called and awaited with the renewed tokens before they are used, which ends
   * the old ones, and again when the payment is created. What it throws ends the call.
   */
  readonly keep?: (progress: ExemptionProgress) => unknown;
  /** How the customer would go to the bank, should it come to that. */
  readonly authorization?: Omit<AuthorizationWish, 'authorizationId'>;
}

/** How far an exemption payment has come. */
export interface ExemptionProgress {
  readonly tokens: UserTokens;
  readonly paymentId?: string;
}

/** What became of a payment that was to be made without asking the customer. */
export type ExemptionOutcome =
  | {
      readonly kind: 'submitted';
      readonly payment: SepaPayment;
      readonly submission: Submission;
      /** The customer's, renewed; they replace the ones given. */
      readonly tokens: UserTokens;
    }
  | {
      /** The customer has to approve: go on as after `authorizationUrl`. */
      readonly kind: 'authorization-needed';
      readonly url: string;
      readonly pending: PendingAuthorization;
      /** Created anew, for the default flow. */
      readonly payment: SepaPayment;
      readonly reason: ExemptionReason;
      readonly tokens: UserTokens;
    };

/** The customer's key space and the client's are two (contract §7), so this is about order, not uniqueness: a retry falls back to the same payment. */
const FALLBACK_KEY = '.default-flow';

/** Calls that are under way, so that one made twice at once is made once: the two could not see each other's payment. */
const underWay = new WeakMap<Connection, Map<string, { request: string; outcome: Promise<ExemptionOutcome> }>>();

/**
 * The exemption flow (contract §9), with the default flow to fall back on. Two payments may come to exist, and one of them can be paid: the
 * default flow's is created only once the exemption's is known to be revoked, or never to have been created.
 */
export async function payWithExemption(
  connection: Connection,
  request: SepaPaymentRequest,
  options: ExemptionOptions,
): Promise<ExemptionOutcome> {
  const key = idempotencyKeyOf(connection, options);
  const calls = underWay.get(connection) ?? new Map();
  underWay.set(connection, calls);
  const text = JSON.stringify(request);
  const other = calls.get(key);
  if (other !== undefined) {
    if (other.request !== text) throw argumentInvalid('idempotencyKey is just being used for another payment');
    return other.outcome;
  }
  const outcome = new ExemptionRun(connection, request, options, key).pay().finally(() => calls.delete(key));
  calls.set(key, { request: text, outcome });
  return outcome;
}

class ExemptionRun {
  readonly #connection: Connection;
  readonly #request: SepaPaymentRequest;
  readonly #options: ExemptionOptions;
  readonly #idempotencyKey: string;
  readonly #submissionId: string;
  readonly #deadline: Deadline;
  #tokens: UserTokens;
  #paymentId: string | undefined;
  /** Whether a submission may have been made that no answer has told of. */
  #isInDoubt: boolean;

  constructor(connection: Connection, request: SepaPaymentRequest, options: ExemptionOptions, idempotencyKey: string) {
    this.#connection = connection;
    this.#request = request;
    this.#options = options;
    this.#idempotencyKey = idempotencyKey;
    this.#submissionId = checkSubmissionId(options.submissionId ?? uuid(connection));
    this.#deadline = connection.deadline(options);
    this.#tokens = options.tokens;
    this.#paymentId = options.paymentId;
    this.#isInDoubt = options.paymentId !== undefined;
  }

  async pay(): Promise<ExemptionOutcome> {
    try {
      return await (this.#paymentId === undefined ? this.#begin() : this.#goOn(await this.#read(this.#paymentId)));
    } catch (error) {
      if (!(error instanceof TppError)) throw error;
      const outcomeUnknown = error.outcomeUnknown || this.#isInDoubt;
      throw error.with({ outcomeUnknown, retrySafe: error.retrySafe || outcomeUnknown, retryWith: this.#retryWith() });
    }
  }

  /** Steps 2 and 3 of the workflow: a token that stands for the customer, and the payment created with it. */
  async #begin(): Promise<ExemptionOutcome> {
    let payment: SepaPayment;
    try {
      this.#tokens = await refreshForExemption(this.#connection, this.#tokens, this.#deadline);
      await this.#options.keep?.({ tokens: this.#tokens });
      payment = await this.#create(this.#idempotencyKey, this.#tokens);
    } catch (error) {
      const reason = exemptionReason(error);
      if (reason === undefined) throw error;
      return this.#fallBack(reason);
    }
    this.#paymentId = payment.paymentId;
    await this.#options.keep?.({ tokens: this.#tokens, paymentId: payment.paymentId });
    return this.#authorize(payment);
  }

  /** Step 4. An answer that was lost is not asked for again, for the nonce is spent; the payment's own status tells what it said. */
  async #authorize(payment: SepaPayment): Promise<ExemptionOutcome> {
    const { authorizationId, paymentId } = payment;
    for (let attempt = 1; ; attempt += 1) {
      let tokens: UserTokens;
      try {
        tokens = await requestExemption(this.#connection, authorizationId, this.#tokens, this.#deadline);
      } catch (error) {
        const reason = exemptionReason(error);
        if (reason !== undefined) return this.#withdraw(paymentId, reason);
        if (!(error instanceof TppError) || isSettled(error)) throw error;
        const current = await this.#read(paymentId);
        if (current.status !== 'Unauthorized') return this.#goOn(current);
        if (attempt >= this.#connection.limits.attempts || !mayHelpToRepeat(error)) throw error;
        continue;
      }
      return this.#submit(payment, tokens);
    }
  }

  /** Step 5. Whether it is refused or not is the bank's signed word; short of that word nothing else is tried. */
  async #submit(payment: SepaPayment, tokens: UserTokens): Promise<ExemptionOutcome> {
    const { paymentId } = payment;
    try {
      const wish = { ...this.#callOptions(), tokens, submissionId: this.#submissionId };
      const submission = await submitPayment(this.#connection, paymentId, wish);
      return { kind: 'submitted', payment, submission, tokens: this.#tokens };
    } catch (error) {
      const reason = exemptionReason(error);
      if (reason !== undefined) return this.#withdraw(paymentId, reason);
      this.#isInDoubt = error instanceof TppError && error.outcomeUnknown;
      throw error;
    }
  }

  /** Goes on from what the bank says of the payment of an earlier attempt. */
  #goOn(payment: SepaPayment): Promise<ExemptionOutcome> {
    const submission = this.#submissionOf(payment);
    const isDebited = submission !== undefined && submission.status !== 'Error' && submission.status !== 'Pending';
    if (payment.status === 'Unauthorized') return this.#authorize(payment);
    // The token that could submit it was in the answer that got lost, and the bank gives it once.
    if (payment.status === 'Authorized' && !isDebited) return this.#withdraw(payment.paymentId, GIVEN_UP);
    return this.#conclude(payment, GIVEN_UP);
  }

  /** Revokes the exemption's payment; it may turn out that it was submitted meanwhile, by a request that was thought lost. */
  async #withdraw(paymentId: string, reason: ExemptionReason): Promise<ExemptionOutcome> {
    try {
      return await this.#conclude(await deletePayment(this.#connection, paymentId, this.#callOptions()), reason);
    } catch (error) {
      // What a repeated DELETE finds may be what the first one has done.
      if (!(error instanceof TppError) || error.code !== 'ILLEGAL_STATE') throw error;
    }
    return this.#conclude(await this.#read(paymentId), reason);
  }

  #conclude(payment: SepaPayment, reason: ExemptionReason): Promise<ExemptionOutcome> {
    if (payment.status === 'Revoked' || payment.status === 'Rejected') return this.#fallBack(reason);
    const submission = this.#submissionOf(payment);
    if (submission === undefined) {
      throw new TppError('ILLEGAL_STATE', { detail: `the payment is ${payment.status}`, cause: reason.error });
    }
    return Promise.resolve({ kind: 'submitted', payment, submission, tokens: this.#tokens });
  }

  /** The default flow, with a payment of the client's own. Always under the same key, so that there is one however often this is tried. */
  async #fallBack(reason: ExemptionReason): Promise<ExemptionOutcome> {
    const payment = await this.#create(this.#idempotencyKey + FALLBACK_KEY);
    const { authorizationId } = payment;
    const wish = { ...this.#options.authorization, authorizationId };
    const { url, pending } = buildAuthorizationUrl(this.#connection, wish);
    return { kind: 'authorization-needed', url, pending, payment, reason, tokens: this.#tokens };
  }

  #create(idempotencyKey: string, tokens?: UserTokens): Promise<SepaPayment> {
    const { customer } = this.#options;
    const options = { ...this.#callOptions(), ...(customer === undefined ? {} : { customer }) };
    return createSepaPayment(this.#connection, this.#request, { idempotencyKey, tokens }, options);
  }

  async #read(paymentId: string): Promise<SepaPayment> {
    const payment = await readPayment(this.#connection, paymentId, {
      ...this.#callOptions(),
      includeSubmissions: true,
    });
    this.#isInDoubt = false;
    return matchRequest(payment, this.#request);
  }

  /** It is submitted once, whatever it was called then. */
  #submissionOf({ submissions = [] }: SepaPayment): Submission | undefined {
    return submissions.find(({ submissionId }) => submissionId === this.#submissionId) ?? submissions[0];
  }

  #callOptions(): CallOptions {
    const { signal, interactionId } = this.#options;
    return {
      deadlineMs: this.#deadline.remainingMs(),
      ...(signal === undefined ? {} : { signal }),
      ...(interactionId === undefined ? {} : { interactionId }),
    };
  }

  #retryWith() {
    const [idempotencyKey, submissionId, paymentId] = [this.#idempotencyKey, this.#submissionId, this.#paymentId];
    return { idempotencyKey, submissionId, ...(paymentId === undefined ? {} : { paymentId }) };
  }
}

const GIVEN_UP: ExemptionReason = {
  description: 'The answer that the exemption was in got lost, so it was given up and its payment revoked.',
};

/** Whether the failed request for an exemption has certainly left no trace, or the caller has called everything off. */
function isSettled(error: TppError): boolean {
  return isCertainlyUndone(error) || error.code === 'ABORTED' || error.code === 'TOKEN_REFUSED';
}
