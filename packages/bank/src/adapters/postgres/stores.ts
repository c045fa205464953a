import type { AuthorizationRequests } from '../../ports/authorization-requests.ts';
import type { Clients } from '../../ports/clients.ts';
import type { Customers } from '../../ports/customers.ts';
import type { Ledger } from '../../ports/ledger.ts';
import type { PaymentStore } from '../../ports/payment-store.ts';
import type { ScaStore } from '../../ports/sca-store.ts';
import type { TokenArtifacts } from '../../ports/token-artifacts.ts';
import type { TokenUse } from '../../ports/token-use.ts';
import { PostgresAuthorizationRequests } from './authorization-requests.ts';
import { PostgresClients } from './clients.ts';
import { PostgresCustomers } from './customers.ts';
import type { Database } from './database.ts';
import { PostgresLedger } from './ledger.ts';
import { PostgresPaymentStore } from './payment-store.ts';
import { PostgresScaStore } from './sca-store.ts';
import { PostgresTokenArtifacts } from './token-artifacts.ts';

/** Every port of the bank that one database serves. */
export interface Stores {
  readonly artifacts: TokenArtifacts;
  readonly authorizationRequests: AuthorizationRequests;
  readonly clients: Clients;
  readonly customers: Customers;
  readonly ledger: Ledger;
  readonly payments: PaymentStore;
  readonly sca: ScaStore;
  readonly tokenUse: TokenUse;
}

export function openStores(database: Database): Stores {
  const artifacts = new PostgresTokenArtifacts(database);
  return {
    artifacts,
    authorizationRequests: new PostgresAuthorizationRequests(database),
    clients: new PostgresClients(database),
    customers: new PostgresCustomers(database),
    ledger: new PostgresLedger(database),
    payments: new PostgresPaymentStore(database),
    sca: new PostgresScaStore(database),
    tokenUse: artifacts,
  };
}
