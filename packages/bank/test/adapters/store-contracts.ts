import { auditTamperingContract } from './audit-tampering-contract.ts';
import { auditTrailContract } from './audit-trail-contract.ts';
import { createPaymentContract } from './create-payment-contract.ts';
import { databaseContract } from './database-contract.ts';
import { exemptionContract } from './exemption-contract.ts';
import { foreignPaymentContract } from './foreign-payment-contract.ts';
import { ledgerContract } from './ledger-contract.ts';
import { ledgerRefusalsContract } from './ledger-refusals-contract.ts';
import { outgoingMessagesContract } from './outgoing-messages-contract.ts';
import { partiesContract } from './parties-contract.ts';
import { paymentUnitContract } from './payment-unit-contract.ts';
import { rateCountsContract } from './rate-counts-contract.ts';
import { reaperContract } from './reaper-contract.ts';
import { registrationsContract } from './registrations-contract.ts';
import { scaCountersContract } from './sca-counters-contract.ts';
import { scaStoreContract } from './sca-store-contract.ts';
import { storeFiguresContract } from './store-figures-contract.ts';
import { submissionStatesContract } from './submission-states-contract.ts';
import { submitAtOnceContract } from './submit-at-once-contract.ts';
import type { OpenDatabase } from './test-databases.ts';

/** What every database of the bank must pass, port by port. */
export function storeContracts(database: OpenDatabase): void {
  // The trial balance looks at the whole ledger, and the other contracts leave reservations behind: so the ledger is first.
  ledgerContract(database);
  ledgerRefusalsContract(database);
  outgoingMessagesContract(database);
  databaseContract(database);
  createPaymentContract(database);
  foreignPaymentContract(database);
  paymentUnitContract(database);
  submissionStatesContract(database);
  submitAtOnceContract(database);
  exemptionContract(database);
  scaStoreContract(database);
  scaCountersContract(database);
  partiesContract(database);
  rateCountsContract(database);
  reaperContract(database);
  storeFiguresContract(database);
  registrationsContract(database);
  auditTrailContract(database);
  auditTamperingContract(database);
}
