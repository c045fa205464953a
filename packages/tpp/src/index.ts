/** The TPP's side of PSD2 payment initiation. See `packages/tpp/README.md`. */

export type {
  AccountScheme,
  Authorization,
  AuthorizationStatus,
  Cents,
  DetailsOfCharges,
  ErrorType,
  ExemptionRefusal,
  FinancialInstitution,
  ForeignAddress,
  ForeignBankAccount,
  ForeignBankAddress,
  ForeignPayee,
  ForeignPayment,
  ForeignPaymentOrder,
  ForeignPaymentRequest,
  Iban,
  MinorUnits,
  Payment,
  PaymentStatus,
  PaymentType,
  ResponseType,
  SepaPayee,
  SepaPayment,
  SepaPaymentOrder,
  SepaPaymentRequest,
  SoftwareRole,
  Submission,
  SubmissionId,
  SubmissionStatus,
  Violation,
  ViolationType,
} from '@lupa/protocol';
export {
  asCents,
  currencyDecimals,
  formatCents,
  formatCurrencyAmount,
  formatIbanInGroups,
  isFinalSubmissionStatus,
  isPaymentReference,
  isSepaIban,
  MAX_REDIRECT_URIS,
  PAYMENT_STATUSES,
  parseAmountEUR,
  parseCurrencyAmount,
  parseSubmissionId,
  redirectUriProblem,
  SOFTWARE_ROLES,
  SUBMISSION_STATUSES,
  verifyIban,
} from '@lupa/protocol';
export type { AuthorizationWish } from './authorization-url.ts';
export type { VerifiedCallback } from './callback.ts';
export { type Clock, systemClock } from './clock.ts';
export type { Bundle, CreateOptions } from './create-payment.ts';
export type { CustomerContext } from './customer-context.ts';
export { TPP_ERROR_CODES, type TppErrorCode, type TppErrorEntry } from './error-codes.ts';
export type { ExemptionReason } from './exemption-reason.ts';
export type { ExemptionOptions, ExemptionOutcome, ExemptionProgress } from './pay-with-exemption.ts';
export type {
  PaymentOf,
  ReadAuthorizationOptions,
  ReadOptions,
  ReadPaymentOptions,
  ReadSubmissionOptions,
  ScenarioOptions,
  SubmitOptions,
  TypeOptions,
} from './payments.ts';
export type { PendingAuthorization } from './pending-authorization.ts';
export { findRegistrationEndpoint } from './registration/find-registration-endpoint.ts';
export {
  deleteRegisteredClient,
  type ManagementSettings,
  type RegistrationChanges,
  readRegisteredClient,
  rotateClientSecret,
  updateRegisteredClient,
} from './registration/manage-registration.ts';
export type { DirectoryOptions } from './registration/open-directory.ts';
export { type RegisteredTpp, readRegistrationDirectory } from './registration/read-directory.ts';
export { registerTpp } from './registration/register-tpp.ts';
export type { Registration } from './registration/registration.ts';
export {
  parseRegistrationResult,
  printRegistrationResult,
  REGISTRATION_FILES,
} from './registration/registration-files.ts';
export { buildRegistrationRequest, type RegistrationWish } from './registration/registration-request.ts';
export type { RegistrationSettings } from './registration/registration-settings.ts';
export {
  buildSoftwareStatement,
  type Organisation,
  type OrganisationContact,
  type Software,
  type WholeSoftware,
} from './registration/software-statement.ts';
export { Secret } from './secret.ts';
export type { BankEndpoints, CallOptions, ClientSettings, DiscoverySettings, Limits, TppSettings } from './settings.ts';
export { Tpp } from './tpp.ts';
export { type RetryWith, TppError, type TppErrorDetails } from './tpp-error.ts';
export { restoreTokens, revealTokens, type StoredUserTokens, type UserTokens } from './user-tokens.ts';
export type { WaitOptions } from './wait-for-status.ts';
export type { ExchangePurpose, ExchangeRecord } from './wire/exchange-record.ts';
export { type HttpAnswer, HttpFailure, type HttpFailureKind, type HttpRequest, type HttpSend } from './wire/http.ts';
