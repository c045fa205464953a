/** What the composition root needs of the store. */
export { PostgresAuthorizationRequests } from './authorization-requests.ts';
export { PostgresClients } from './clients.ts';
export { PostgresCustomers } from './customers.ts';
export type { Database } from './database.ts';
export { PostgresExemptionStore } from './exemption-store.ts';
export { PostgresLedger } from './ledger.ts';
export { openDatabase, type StoreSettings } from './open-database.ts';
export { openExistingDatabase, StoreNotFound } from './open-existing-database.ts';
export { PostgresOutgoingMessages } from './outgoing-messages.ts';
export { PostgresPaymentStore } from './payment-store.ts';
export { PostgresRecordRemovals, RemovalNotPermitted } from './record-removals.ts';
export { PostgresRegistrations } from './registrations.ts';
export { PostgresScaStore } from './sca-store.ts';
export { PostgresAuditTrail } from './stored-audit-trail.ts';
export { PostgresTokenArtifacts } from './token-artifacts.ts';
