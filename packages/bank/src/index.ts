/** The bank's side of PSD2 payment initiation: one function opens it, everything else is what it takes and gives. */
export { fixedExchangeRates } from './adapters/fixed-exchange-rates.ts';
export { jsonLog } from './adapters/json-log.ts';
export { isPasswordHash, scryptPasswords } from './adapters/passwords.ts';
export { StoreInUse } from './adapters/postgres/directory-lock.ts';
export type { StoreSettings } from './adapters/postgres/open-database.ts';
export { StoreNotFound } from './adapters/postgres/open-existing-database.ts';
export { RemovalNotPermitted } from './adapters/postgres/record-removals.ts';
export { serverAddresses } from './adapters/postgres/server-addresses.ts';
export type { BankAdministration } from './administration.ts';
export { LONGEST_LIFETIMES, type TokenLifetimes } from './authorization-server/options.ts';
export { type Bank, openBank } from './bank.ts';
export type { BankFigures } from './bank-figures.ts';
export {
  ID_TOKEN_KEY_KEPT_SECONDS,
  type KeyRotation,
  planKeyRotation,
  RESPONSE_KEY_KEPT_SECONDS,
} from './domain/key-rotation.ts';
export { publishedKeys, signingKey } from './domain/key-schedule.ts';
export type { Rate } from './domain/rate-window.ts';
export { FEWEST_KEEP_YEARS, KEEP_YEARS, MOST_KEEP_YEARS } from './domain/record-term.ts';
export { IDEMPOTENCY_KEY_DAYS, type Retention } from './domain/retention.ts';
export { isAddressOrNetwork } from './http/address-list.ts';
export type { DrainLimits } from './http/drain.ts';
export type { LoadSettings } from './http/load-limit.ts';
export { type BankOffice, openAdministration } from './open-administration.ts';
export type { RemovableRecords, RemovedRecords } from './operations/remove-records.ts';
export type { AuditReport } from './operations/verify-audit-trail.ts';
export type { BankKey, BankKeySource, BankKeys } from './ports/bank-keys.ts';
export type { Client, NewClient } from './ports/clients.ts';
export type { Clock } from './ports/clock.ts';
export type { ExchangeRates } from './ports/exchange-rates.ts';
export type { LedgerFaults } from './ports/ledger.ts';
export type { Measures } from './ports/measures.ts';
export type { RecordCounts } from './ports/record-removals.ts';
export type { StoreFigures } from './ports/store-figures.ts';
export type { RegistrationSettings } from './registration-settings.ts';
export type { SandboxRooms } from './sandbox-rooms.ts';
// What the sandbox's own pages are made of, so that they look and behave like the bank's.
export { type Page, renderPage } from './sca/layout.ts';
export { type Fragment, type Markup, markup } from './sca/markup.ts';
export { euros } from './sca/money-text.ts';
export { amountOf, paymentDetails } from './sca/payment-lines.ts';
export { isFromOwnPage } from './sca/same-origin.ts';
export { pageHeaders } from './sca/security-headers.ts';
export { textsIn } from './sca/texts/texts-in.ts';
export type { BankSettings } from './settings.ts';
export { openStoredRecords, type StoredRecords } from './stored-records.ts';
export { verifyStoredAuditTrail } from './verify-stored-audit-trail.ts';
