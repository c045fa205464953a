import { TrustAnchors } from '@lupa/certificates';
import { anchoredTrust } from './adapters/anchored-trust.ts';
import { cachedClients } from './adapters/cached-clients.ts';
import { derivedFactorSecrets } from './adapters/factor-secrets.ts';
import { fixedExchangeRates } from './adapters/fixed-exchange-rates.ts';
import { guardedFetch } from './adapters/guarded-fetch.ts';
import { iso20022Messages } from './adapters/iso20022/credit-transfer-message.ts';
import { jsonLog } from './adapters/json-log.ts';
import { measuredExemptions, measuredLedger, measuredSca } from './adapters/measured-stores.ts';
import { scryptPasswords } from './adapters/passwords.ts';
import { PostgresAuthorizationRequests } from './adapters/postgres/authorization-requests.ts';
import {
  type Database,
  PostgresAuditTrail,
  PostgresClients,
  PostgresCustomers,
  PostgresExemptionStore,
  PostgresLedger,
  PostgresOutgoingMessages,
  PostgresPaymentStore,
  PostgresRegistrations,
  PostgresScaStore,
} from './adapters/postgres/index.ts';
import { observedDatabase } from './adapters/postgres/observed-database.ts';
import { PostgresRateCounts } from './adapters/postgres/rate-counts.ts';
import { PostgresReaper } from './adapters/postgres/reaper.ts';
import { PostgresRevocationLists } from './adapters/postgres/revocation-lists.ts';
import { PostgresTokenArtifacts } from './adapters/postgres/token-artifacts.ts';
import { randomIdentifiers } from './adapters/random-identifiers.ts';
import { RevocationLists } from './adapters/revocation/revocation-lists.ts';
import { sealedClientKeys } from './adapters/sealed-client-keys.ts';
import { systemClock } from './adapters/system-clock.ts';
import { SCA_LIMITS } from './domain/sca-limits.ts';
import { followedClientKeys } from './operations/follow-client-keys.ts';
import type { ScaBank } from './operations/sca-bank.ts';
import { NO_MEASURES } from './ports/measures.ts';
import type { BankSettings } from './settings.ts';

/** Every port of the bank with the adapter that stands behind it. */
export type BankParts = ReturnType<typeof assembleBank>;

/**
 * Puts an adapter behind every port, as the settings say. Nothing runs yet.
 *
 * @throws CertificateError when the trust anchors cannot be read; RangeError for a setting out of its limits
 */
export function assembleBank(settings: BankSettings, opened: Database) {
  const measures = settings.measures ?? NO_MEASURES;
  const database = observedDatabase(opened, measures);
  const clock = settings.clock ?? systemClock;
  const artifacts = new PostgresTokenArtifacts(database, clock);
  const log = jsonLog(settings.log);
  opened.onServerChange?.((change) => {
    measures.storeServerChanged();
    log.warn(change, 'another server of the store takes writes now; what was open to the former one is cut');
  });
  const identifiers = randomIdentifiers(clock);
  const clients = cachedClients(new PostgresClients(database), clock);
  const registrations = new PostgresRegistrations(database, clients.forget);
  const { exceptions, keyServerIssuers: ca } = settings.registration ?? {};
  const documents = guardedFetch({ ...(exceptions && { exceptions }), ...(ca === undefined ? {} : { ca }) });
  const revocations = new RevocationLists({
    settings: settings.revocation,
    store: new PostgresRevocationLists(database),
    clock,
    failed: (url, why, err) => log.warn({ url, why, err }, 'a revocation list'),
  });
  const anchors = TrustAnchors.fromPem(settings.api.trustedIssuers);
  const trust = anchoredTrust({ anchors, lists: revocations, clock });
  return {
    revocations,
    trust,
    registrations,
    documents,
    clientKeys: followedClientKeys({
      stored: sealedClientKeys(trust),
      registrations,
      documents,
      clock,
      identifiers,
      failed: (clientId, err) => log.warn({ clientId, err }, 'a key set could not be fetched; the last one serves'),
    }),
    artifacts,
    tokenUse: artifacts,
    authorizationRequests: new PostgresAuthorizationRequests(database),
    payments: new PostgresPaymentStore(database),
    exemptions: measuredExemptions(new PostgresExemptionStore(database), measures),
    sca: measuredSca(new PostgresScaStore(database), measures),
    ledger: measuredLedger(new PostgresLedger(database, iso20022Messages({ bic: settings.bic })), measures),
    outgoingMessages: new PostgresOutgoingMessages(database),
    audit: new PostgresAuditTrail(database),
    customers: new PostgresCustomers(database),
    clients,
    measures,
    rateCounts: new PostgresRateCounts(database),
    reaper: new PostgresReaper(database),
    clock,
    identifiers,
    passwords: scryptPasswords(),
    factorSecrets: derivedFactorSecrets(settings.factorSecret),
    exchangeRates: settings.exchangeRates ?? fixedExchangeRates(),
    log,
  };
}

/** The parts that the operations of strong customer authentication work with. */
export function scaBank(parts: BankParts): ScaBank {
  const { sca, customers, clock, identifiers, factorSecrets, passwords, exchangeRates } = parts;
  return { store: sca, customers, clock, identifiers, factorSecrets, passwords, exchangeRates, limits: SCA_LIMITS };
}
