import type {
  Authorization,
  ForeignPayment,
  ForeignPaymentRequest,
  Payment,
  PaymentType,
  SepaPayment,
  SepaPaymentRequest,
  Submission,
} from '@lupa/protocol';
import { type AuthorizationWish, buildAuthorizationUrl } from './authorization-url.ts';
import { type VerifiedCallback, verifyCallback } from './callback.ts';
import type { Connection } from './connection.ts';
import { createForeignPayment } from './create-foreign-payment.ts';
import { type Bundle, type CreateOptions, createBundle, createPayment } from './create-payment.ts';
import { discoverEndpoints } from './discovery.ts';
import { exchangeCode, refreshTokens, revokeTokens } from './grants.ts';
import { openConnection } from './open-connection.ts';
import { type ExemptionOptions, type ExemptionOutcome, payWithExemption } from './pay-with-exemption.ts';
import * as payments from './payments.ts';
import type { PendingAuthorization } from './pending-authorization.ts';
import { type DirectoryOptions, settingsFromDirectory } from './registration/open-directory.ts';
import type { BankEndpoints, CallOptions, DiscoverySettings, TppSettings } from './settings.ts';
import type { UserTokens } from './user-tokens.ts';
import { type WaitOptions, waitForStatus } from './wait-for-status.ts';

/**
 * A TPP's side of payment initiation at one bank, every step verified (contract §2–§7). Keep one for each bank and client: it keeps its
 * connections, its access token and the bank's keys.
 *
 * Every method throws `TppError` and nothing else; `retrySafe` says whether to call again, `retryWith` with what. What can be retried
 * safely is retried inside already, until `limits.attempts` or `limits.callMs`: a lost connection, a 429, a 503.
 *
 * @example see `examples/default-flow.ts`
 */
export class Tpp {
  readonly #connection: Connection;

  /**
   * With the addresses given one by one.
   *
   * @throws TppError SETTINGS_INVALID, naming everything that is wrong with them
   */
  constructor(settings: TppSettings) {
    this.#connection = openConnection(settings);
  }

  /**
   * With the addresses from the bank's discovery document (OpenID Connect Discovery; RFC 8414), whose `issuer` must be the one asked for;
   * the token endpoint from its `mtls_endpoint_aliases` (RFC 8705 section 5). The document does not name the payments API: unless
   * `endpoints` does, that is `/payments-psd2/v1` beside the token endpoint, its key set `/jwks/payments/jwks.json` of the issuer, and the
   * audience the API's origin (contract §1).
   *
   * @throws TppError SETTINGS_INVALID, DISCOVERY_FAILED, DISCOVERY_ISSUER_WRONG, and what any connection can fail with
   * @example
   * const tpp = await Tpp.discover({ bank: 'http://localhost:8080', ...client });
   */
  static async discover(settings: DiscoverySettings): Promise<Tpp> {
    return new Tpp({ ...settings, endpoints: await discoverEndpoints(settings) });
  }

  /**
   * With what `lupa register` wrote to a directory: client, keys, certificates, the bank's address (contract §10).
   *
   * @throws TppError SETTINGS_INVALID, naming every file that is missing or cannot be used; what `discover` throws
   * @example
   * const tpp = await Tpp.fromDirectory('tpp');
   */
  static async fromDirectory(directory: string, options: DirectoryOptions = {}): Promise<Tpp> {
    return Tpp.discover(await settingsFromDirectory(directory, options));
  }

  /** The addresses in use. */
  get endpoints(): BankEndpoints {
    return this.#connection.endpoints;
  }

  /**
   * Creates a payment, signed (`POST /sepa-payments`, contract §5). It waits for the customer's approval: see `authorizationUrl`.
   *
   * However often it is sent, one idempotency key makes one payment; a retry sends the same key and the same bytes.
   *
   * @throws TppError REQUEST_INVALID with the violations, DUPLICATE_PAYMENT, ILLEGAL_STATE where `authorizationId` names a bundle that
   * takes no more; when `outcomeUnknown`, call again with `retryWith.idempotencyKey`
   * @example
   * const payment = await tpp.createPayment({
   *   amountEUR: '4.00',
   *   payee: { iban: 'FI4950009420028730', name: 'Test Person' },
   *   message: 'Order 1234',
   * });
   */
  createPayment(request: SepaPaymentRequest, options: CreateOptions = {}): Promise<SepaPayment> {
    return createPayment(this.#connection, request, options);
  }

  /**
   * Creates a foreign payment, signed (`POST /foreign-payments`, contract §5): alone in its authorization, never recurring. The customer is
   * shown what it costs in euros and approves that too. Otherwise as `createPayment`; for what follows, say `paymentType: 'ForeignPayment'`.
   *
   * @throws TppError as `createPayment`
   * @example see `examples/foreign-payment.ts`
   */
  createForeignPayment(request: ForeignPaymentRequest, options: CreateOptions = {}): Promise<ForeignPayment> {
    return createForeignPayment(this.#connection, request, options);
  }

  /**
   * Creates several payments that the customer approves together: one bundle with one `authorizationId` (contract §5).
   *
   * When one of them fails, those before it stay behind unapproved, where nothing can be debited; call again with the same idempotency
   * key to complete the bundle.
   *
   * @param requests at least one, none with an `authorizationId`
   * @throws TppError as `createPayment`
   */
  createBundle(requests: readonly SepaPaymentRequest[], options: CreateOptions = {}): Promise<Bundle> {
    return createBundle(this.#connection, requests, options);
  }

  /**
   * Makes a payment without asking the customer (the exemption flow, contract §9), on the strength of an earlier approval: renews its tokens,
   * creates the payment in the customer's name, asks for the exemption and submits. When the bank refuses at any point, the payment is
   * revoked and created anew for the default flow, for the customer to approve: `authorization-needed`, with the bank's reason.
   *
   * One of the two can be paid, and once, however answers get lost: when the call fails, call again with the renewed tokens that `keep` got
   * and `retryWith`. Give each payment you mean to make its own `idempotencyKey`, and have one process at a time work on it.
   *
   * @param request for the bank to grant it: below 30 euros or between the customer's own accounts, `payer` named, `count` 1, no bundle
   * @throws TppError when it is not known what the bank has done, with `retryWith`; DUPLICATE_PAYMENT when the key's payment has moved on;
   * PAYMENT_FAIL; what `createPayment` throws for the default flow
   * @example see `examples/exemption-flow.ts`
   */
  payWithExemption(request: SepaPaymentRequest, options: ExemptionOptions): Promise<ExemptionOutcome> {
    return payWithExemption(this.#connection, request, options);
  }

  /**
   * Where to send the customer's browser, with a signed request object (`GET /oauth/authorize`, contract §3; RFC 9101).
   *
   * Keep `pending` in that customer's session, and nowhere else: who comes back with another session is somebody else.
   *
   * @throws TppError ARGUMENT_INVALID
   * @example
   * const { url, pending } = tpp.authorizationUrl({ authorizationId: payment.authorizationId });
   * session.pending = pending;
   * response.writeHead(303, { location: url });
   */
  authorizationUrl(wish: AuthorizationWish): { readonly url: string; readonly pending: PendingAuthorization } {
    return buildAuthorizationUrl(this.#connection, wish);
  }

  /**
   * Verifies what the customer came back with (contract §3 and §4): `state`, `iss` (RFC 9207) and, for `code id_token`, the ID token with
   * its signature, `iss`, `aud`, times, `nonce`, `authorizationId`, `acr`, `s_hash` and `c_hash`. Nothing is returned before all of it is.
   *
   * A pending authorization works once: take it out of the session before calling this.
   *
   * @param callbackUrl the URL asked for, with its query, and its fragment where `code id_token` was asked; may be relative. A browser does
   * not send the fragment: a page of yours has to post it back.
   * @param pending what `authorizationUrl` gave for this customer's session
   * @throws TppError CALLBACK_…, ID_TOKEN_…, KEYS_UNAVAILABLE; AUTHORIZATION_DENIED or AUTHORIZATION_FAILED when the bank's answer is an
   * error, which is believed only once `state` and `iss` are verified
   */
  handleCallback(
    callbackUrl: string,
    pending: PendingAuthorization,
    options: CallOptions = {},
  ): Promise<VerifiedCallback> {
    return verifyCallback(this.#connection, callbackUrl, pending, options);
  }

  /**
   * Exchanges the code for the customer's tokens (`authorization_code`, contract §2), and verifies the ID token that comes with them:
   * everything `handleCallback` verifies, and `at_hash` and `rt_hash`.
   *
   * A code works once, so this is not retried when an answer is lost; the customer then has to approve again.
   *
   * @param verified what `handleCallback` returned, in this process; nothing else is taken
   * @throws TppError CALLBACK_NOT_VERIFIED, CALLBACK_USED, TOKEN_REFUSED with `oauthError`, ID_TOKEN_…
   */
  exchangeCode(verified: VerifiedCallback, options: CallOptions = {}): Promise<UserTokens> {
    return exchangeCode(this.#connection, verified, options);
  }

  /**
   * Renews the customer's tokens (`refresh_token`, contract §2), verified like those of `exchangeCode`. Store the new refresh token; the old
   * one works until the new tokens are first used, so a lost answer can be asked for again.
   *
   * @throws TppError TOKEN_REFUSED with `oauthError` `invalid_grant` when the customer has to approve anew; ID_TOKEN_…
   */
  refresh(tokens: UserTokens, options: CallOptions = {}): Promise<UserTokens> {
    return refreshTokens(this.#connection, tokens, options);
  }

  /**
   * Gives the customer's tokens back (RFC 7009): afterwards neither works any more.
   *
   * @throws TppError SETTINGS_INVALID when no revocation endpoint is known; TOKEN_REFUSED
   */
  revokeTokens(tokens: UserTokens, options: CallOptions = {}): Promise<void> {
    return revokeTokens(this.#connection, tokens, options);
  }

  /**
   * Submits an approved payment (`PUT /sepa-payments/{paymentId}/submissions/{submissionId}`, contract §5 and §6). However often it is
   * sent, one `submissionId` pays once. In a sandbox, `scenario` says what it is to play (contract §8).
   *
   * @throws TppError INSUFFICIENT_FUNDS, PAYMENT_FAIL, ILLEGAL_STATE, ACCESS_TOKEN_REFUSED (then `refresh`); when `outcomeUnknown`, call
   * again with `retryWith.submissionId`
   */
  submitPayment(paymentId: string, options: payments.SubmitOptions): Promise<Submission> {
    return payments.submitPayment(this.#connection, paymentId, options);
  }

  /** Reads a payment (`GET /sepa-payments/{paymentId}`, contract §5); of either type with `paymentType: 'any'`. @throws TppError NOT_FOUND */
  readPayment<Type extends PaymentType | 'any' = 'SepaPayment'>(
    paymentId: string,
    options: payments.ReadPaymentOptions<Type> = {},
  ): Promise<payments.PaymentOf<Type>> {
    return payments.readPayment(this.#connection, paymentId, options);
  }

  /**
   * Deletes a payment that was not yet submitted (`DELETE /sepa-payments/{paymentId}`, contract §5): it is now `Revoked`.
   *
   * @throws TppError NOT_FOUND, ILLEGAL_STATE
   */
  deletePayment<Type extends PaymentType = 'SepaPayment'>(
    paymentId: string,
    options: CallOptions & payments.TypeOptions<Type> = {},
  ): Promise<payments.PaymentOf<Type>> {
    return payments.deletePayment(this.#connection, paymentId, options);
  }

  /** Reads a bundle (`GET /authorizations/{authorizationId}`, contract §5). @throws TppError NOT_FOUND */
  readAuthorization(authorizationId: string, options: payments.ReadAuthorizationOptions = {}): Promise<Authorization> {
    return payments.readAuthorization(this.#connection, authorizationId, options);
  }

  /** Reads the payments of a bundle (`GET /authorizations/{authorizationId}/payments`, contract §5). @throws TppError NOT_FOUND */
  readAuthorizationPayments(authorizationId: string, options: payments.ReadOptions = {}): Promise<readonly Payment[]> {
    return payments.readAuthorizationPayments(this.#connection, authorizationId, options);
  }

  /**
   * Revokes every payment of a bundle that was not yet submitted (`DELETE /authorizations/{authorizationId}`, contract §5).
   *
   * @throws TppError NOT_FOUND, ILLEGAL_STATE
   */
  revokeAuthorization(authorizationId: string, options: CallOptions = {}): Promise<Authorization> {
    return payments.revokeAuthorization(this.#connection, authorizationId, options);
  }

  /**
   * Approves a bundle in the customer's place (`POST /authorizations/{authorizationId}/sandbox-authorize`, contract §5), in a sandbox only. Then
   * `submitPayment(paymentId, { scenario: 'SandboxAuthorized=<authorizationId>' })`. @throws TppError NOT_FOUND, ILLEGAL_STATE
   */
  sandboxAuthorize(authorizationId: string, options: CallOptions = {}): Promise<Authorization> {
    return payments.decideInSandbox(this.#connection, authorizationId, 'sandbox-authorize', options);
  }

  /** Refuses a bundle in the customer's place (`sandbox-reject`), as `sandboxAuthorize`. @throws TppError NOT_FOUND, ILLEGAL_STATE */
  sandboxReject(authorizationId: string, options: CallOptions = {}): Promise<Authorization> {
    return payments.decideInSandbox(this.#connection, authorizationId, 'sandbox-reject', options);
  }

  /** Reads a submission (`GET /sepa-payments/{paymentId}/submissions/{submissionId}`, contract §5). @throws TppError NOT_FOUND */
  readSubmission(
    paymentId: string,
    submissionId: string,
    options: payments.ReadSubmissionOptions = {},
  ): Promise<Submission> {
    return payments.readSubmission(this.#connection, paymentId, submissionId, options);
  }

  /** Reads all submissions of a payment (`GET /sepa-payments/{paymentId}/submissions`, contract §5). @throws TppError NOT_FOUND */
  readSubmissions(
    paymentId: string,
    options: payments.ReadOptions & payments.TypeOptions = {},
  ): Promise<readonly Submission[]> {
    return payments.readSubmissions(this.#connection, paymentId, options);
  }

  /**
   * Polls a submission, ever less often, until it has a wanted status or one that will not change by itself any more: `Submitted` (unless
   * `Credited` is waited for), `Credited`, `Rejected`, or `Error`, which waits for a submission with the same id (contract §6).
   *
   * @throws TppError WAIT_TIMEOUT with `lastStatus`; whatever reading it fails with for good
   * @example
   * const { status } = await tpp.waitForStatus(paymentId, submissionId, { tokens, timeoutMs: 30_000 });
   */
  waitForStatus(paymentId: string, submissionId: string, options: WaitOptions = {}): Promise<Submission> {
    return waitForStatus(this.#connection, paymentId, submissionId, options);
  }

  /** Closes the idle connections. A process may also just end: they do not keep it alive. */
  close(): void {
    this.#connection.close();
  }
}
