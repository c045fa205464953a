import { cachedClients } from './adapters/cached-clients.ts';
import { derivedFactorSecrets } from './adapters/factor-secrets.ts';
import { fixedExchangeRates } from './adapters/fixed-exchange-rates.ts';
import { iso20022Messages } from './adapters/iso20022/credit-transfer-message.ts';
import { jsonLog } from './adapters/json-log.ts';
import { scryptPasswords } from './adapters/passwords.ts';
import { PostgresAuthorizationRequests } from './adapters/postgres/authorization-requests.ts';
import {
  type Database,
  openDatabase,
  PostgresAuditTrail,
  PostgresClients,
  PostgresCustomers,
  PostgresExemptionStore,
  PostgresLedger,
  PostgresOutgoingMessages,
  PostgresPaymentStore,
  PostgresScaStore,
} from './adapters/postgres/index.ts';
import { PostgresTokenArtifacts } from './adapters/postgres/token-artifacts.ts';
import { randomIdentifiers } from './adapters/random-identifiers.ts';
import { systemClock } from './adapters/system-clock.ts';
import { type BankAdministration, bankAdministration } from './administration.ts';
import { createAuthorizationServer } from './authorization-server/create-authorization-server.ts';
import { type BackgroundWork, startBackgroundWork } from './background-work.ts';
import { UNAUTHORIZED_SECONDS } from './domain/authorization-expiry.ts';
import { SCA_LIMITS } from './domain/sca-limits.ts';
import { apiListener } from './http/api-listener.ts';
import { authorizeListener } from './http/authorize-listener.ts';
import { certificateThumbprint } from './http/client-certificate.ts';
import { paymentsApi } from './http/payments-api.ts';
import { PAYMENTS_PREFIX } from './http/payments-routes.ts';
import { responseSignatureKeys } from './http/public-keys.ts';
import type { SandboxSide } from './http/route.ts';
import { answerPhoneRequest } from './operations/answer-phone-request.ts';
import { bookSubmissions } from './operations/book-submissions.ts';
import { endIdleSessions } from './operations/end-idle-sessions.ts';
import { expireAuthorizations } from './operations/expire-authorizations.ts';
import { readKeyCard } from './operations/read-key-card.ts';
import { readPhoneRequests } from './operations/read-phone-requests.ts';
import { rejectLapsedSubmissions } from './operations/reject-lapsed-submissions.ts';
import type { ScaBank } from './operations/sca-bank.ts';
import { sealAuditTrail } from './operations/seal-audit-trail.ts';
import { unblockCustomer } from './operations/unblock-customer.ts';
import { verifyAuditTrail } from './operations/verify-audit-trail.ts';
import type { SandboxRooms } from './sandbox-rooms.ts';
import { scaPages } from './sca/sca-pages.ts';
import type { BankSettings } from './settings.ts';

/** A booking whose process died before it waits at most this long for another. */
const BOOKING_INTERVAL_MS = 1_000;
const HOUSEKEEPING_INTERVAL_MS = 10_000;
/** What the audit trail says is under a seal this long after it was written. */
const SEALING_INTERVAL_MS = 10_000;
/** Expired rows removed a round, so that no round holds the store for long. */
const PURGED_PER_ROUND = 500;

/** An open bank. */
export interface Bank {
  readonly administration: BankAdministration;
  /** Takes no new calls, finishes those under way and the background work, then closes the store. */
  close(): Promise<void>;
}

/**
 * Opens a bank: its store, its background work and its two listeners. This is the one place that knows every part.
 *
 * @throws StoreInUse when another process has the sandbox's directory; an error with code EADDRINUSE when a port is taken
 */
export async function openBank(settings: BankSettings): Promise<Bank> {
  const database = await openDatabase(settings.store);
  const parts = assemble(settings, database);
  const work = startWork(parts, settings.unauthorizedSeconds);
  const listeners = await listen(settings, parts, work).catch(async (error) => {
    await stopWork(work);
    await database.close();
    throw error;
  });
  return {
    administration: bankAdministration(parts),
    close: async () => {
      await Promise.all(listeners.map((listener) => listener.close()));
      await stopWork(work);
      // A bank that has ended leaves nothing unsealed; if it cannot, whoever opens the store next does.
      await sealAuditTrail(parts).catch((error) => parts.log.error({ err: error }, SEALING_FAILED));
      await database.close();
    },
  };
}

type Parts = ReturnType<typeof assemble>;

function assemble(settings: BankSettings, database: Database) {
  const clock = settings.clock ?? systemClock;
  const artifacts = new PostgresTokenArtifacts(database, clock);
  return {
    artifacts,
    tokenUse: artifacts,
    authorizationRequests: new PostgresAuthorizationRequests(database),
    payments: new PostgresPaymentStore(database),
    exemptions: new PostgresExemptionStore(database),
    sca: new PostgresScaStore(database),
    ledger: new PostgresLedger(database, iso20022Messages({ bic: settings.bic })),
    outgoingMessages: new PostgresOutgoingMessages(database),
    audit: new PostgresAuditTrail(database),
    customers: new PostgresCustomers(database),
    clients: cachedClients(new PostgresClients(database), clock),
    clock,
    identifiers: randomIdentifiers(clock),
    passwords: scryptPasswords(),
    factorSecrets: derivedFactorSecrets(settings.factorSecret),
    exchangeRates: settings.exchangeRates ?? fixedExchangeRates(),
    log: jsonLog(settings.log),
  };
}

function scaBank(parts: Parts): ScaBank {
  const { sca, customers, clock, identifiers, factorSecrets, passwords, exchangeRates } = parts;
  return { store: sca, customers, clock, identifiers, factorSecrets, passwords, exchangeRates, limits: SCA_LIMITS };
}

interface Work {
  readonly booking: BackgroundWork;
  readonly housekeeping: BackgroundWork;
  readonly sealing: BackgroundWork;
}

const SEALING_FAILED = 'sealing the audit trail failed; it is tried again';

function startWork(parts: Parts, unauthorizedSeconds = UNAUTHORIZED_SECONDS): Work {
  const { payments, ledger, clock, identifiers, artifacts, authorizationRequests, log } = parts;
  const bank = scaBank(parts);
  return {
    booking: startBackgroundWork(
      BOOKING_INTERVAL_MS,
      async () => (await bookSubmissions({ ledger, clock, identifiers })) > 0,
      (error) => log.error({ err: error }, 'booking failed; it is tried again'),
    ),
    housekeeping: startBackgroundWork(
      HOUSEKEEPING_INTERVAL_MS,
      async () => {
        const ended = await endIdleSessions(bank);
        const rejected = await rejectLapsedSubmissions({ payments, clock, identifiers });
        const expired = await expireAuthorizations({ payments, clock, identifiers }, unauthorizedSeconds);
        const purged = await artifacts.purge(clock.now(), PURGED_PER_ROUND);
        const nonces = await authorizationRequests.purgeNonces(clock.now(), PURGED_PER_ROUND);
        return rejected + expired > 0 || ended + purged + nonces >= PURGED_PER_ROUND;
      },
      (error) => log.error({ err: error }, 'housekeeping failed; it is tried again'),
    ),
    sealing: startBackgroundWork(
      SEALING_INTERVAL_MS,
      () => sealAuditTrail(parts),
      (error) => log.error({ err: error }, SEALING_FAILED),
    ),
  };
}

async function stopWork({ booking, housekeeping, sealing }: Work): Promise<void> {
  await Promise.all([booking.stop(), housekeeping.stop(), sealing.stop()]);
}

async function listen(settings: BankSettings, parts: Parts, work: Work) {
  const authorizationServer = createAuthorizationServer({
    issuer: settings.authorize.url,
    apiBaseUrl: settings.api.url,
    audiences: settings.audiences,
    lifetimes: settings.lifetimes,
    clients: parts.clients,
    artifacts: parts.artifacts,
    authorizationRequests: parts.authorizationRequests,
    exemptions: parts.exemptions,
    identifiers: parts.identifiers,
    keys: settings.keys,
    clock: parts.clock,
    certificateThumbprint,
    onFault: (fault, requestId) => parts.log.error({ err: fault, requestId }, 'authorization server failed'),
  });
  const api = await apiApp(settings, parts, work, authorizationServer.api);
  const authorize = await authorizeApp(settings, parts, authorizationServer);
  const listeners = [api, authorize];
  try {
    await api.listen({ host: settings.api.host, port: settings.api.port });
    await authorize.listen({ host: settings.authorize.host, port: settings.authorize.port });
  } catch (error) {
    await Promise.all(listeners.map((listener) => listener.close()));
    throw error;
  }
  return listeners;
}

type AuthorizationServer = ReturnType<typeof createAuthorizationServer>;

async function apiApp(settings: BankSettings, parts: Parts, work: Work, oauth: AuthorizationServer['api']) {
  const { payments, tokenUse, clock, identifiers, clients, log } = parts;
  const { kid, alg, privateKey: key } = settings.keys.responseSigning[0];
  const signer = { kid, alg, key };
  const app = apiListener({ tls: settings.api, signer, identifiers, log });
  await app.register(oauth);
  await app.register(paymentsApi, {
    prefix: PAYMENTS_PREFIX,
    clients,
    signer,
    api: {
      payments,
      tokenUse,
      clock,
      identifiers,
      bookingWanted: work.booking.wake,
      bankCodes: settings.bankCodes,
      exchangeRates: parts.exchangeRates,
      signatures: settings.signatures ?? 'required',
      sandbox: sandboxSide(settings, parts),
    },
  });
  return app;
}

/** What only a sandbox lets a caller do (contract §8); undefined everywhere else. */
function sandboxSide({ sandbox }: BankSettings, { ledger, customers }: Parts): SandboxSide | undefined {
  if (sandbox === undefined) return undefined;
  const [first] = sandbox.testUsers;
  return {
    foreseeBooking: (paymentId, submissionId) => ledger.foreseeBooking(paymentId, submissionId),
    firstTestCustomer: async () => first && (await customers.byUsername(first.username))?.customerId,
  };
}

async function authorizeApp(settings: BankSettings, parts: Parts, server: AuthorizationServer) {
  const { identifiers, log } = parts;
  const { sandbox } = settings;
  const bank = scaBank(parts);
  const { url: issuer, tls } = settings.authorize;
  const app = authorizeListener({ issuer, isSandbox: sandbox !== undefined, tls, identifiers, log });
  await app.register(server.authorize);
  await app.register(responseSignatureKeys, { keys: settings.keys.responseSigning });
  await app.register(
    scaPages({
      sca: bank,
      interactions: server.interactions,
      issuer: settings.authorize.url,
      ...(sandbox === undefined ? {} : { sandbox: { testUsers: sandbox.testUsers } }),
    }),
  );
  if (sandbox !== undefined) await app.register(async (scope) => sandbox.pages(scope, sandboxRooms(bank, parts)));
  return app;
}

function sandboxRooms(bank: ScaBank, { audit, outgoingMessages }: Parts): SandboxRooms {
  return {
    readPhoneRequests: (username) => readPhoneRequests(bank, username),
    answerPhoneRequest: (username, id, action, requestId) => answerPhoneRequest(bank, username, id, action, requestId),
    readKeyCard: (username) => readKeyCard(bank, username),
    unblockCustomer: (username, requestId) => unblockCustomer(bank, username, requestId),
    verifyAuditTrail: () => verifyAuditTrail(audit),
    readOutgoingMessages: (limit) => outgoingMessages.latest(limit),
    readOutgoingMessage: (messageId) => outgoingMessages.byId(messageId),
  };
}
