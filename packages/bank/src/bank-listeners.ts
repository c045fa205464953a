import { asClientId } from '@lupa/protocol';
import type { FollowedKeys } from './adapters/followed-keys.ts';
import { createAuthorizationServer } from './authorization-server/create-authorization-server.ts';
import type { BankLimits } from './bank-limits.ts';
import { type BankParts, scaBank } from './bank-parts.ts';
import type { BankWork } from './bank-work.ts';
import { apiListener } from './http/api-listener.ts';
import { authorizeListener } from './http/authorize-listener.ts';
import { type CertificateGuard, certificateGuard } from './http/certificate-guard.ts';
import { gentleListener } from './http/drain.ts';
import { guardBehindProxy } from './http/guard-behind-proxy.ts';
import { type CurrentSigner, type KeyRing, keyRing } from './http/key-ring.ts';
import { paymentsApi } from './http/payments-api.ts';
import { responseSignatureKeys } from './http/public-keys.ts';
import { REGISTRATION_PATH, registrationRoutes } from './http/registration-routes.ts';
import type { SandboxSide } from './http/route.ts';
import { answerPhoneRequest } from './operations/answer-phone-request.ts';
import { readKeyCard } from './operations/read-key-card.ts';
import { readPhoneRequests } from './operations/read-phone-requests.ts';
import type { RegistrationBank } from './operations/registration-bank.ts';
import type { ScaBank } from './operations/sca-bank.ts';
import { unblockCustomer } from './operations/unblock-customer.ts';
import { verifyAuditTrail } from './operations/verify-audit-trail.ts';
import { type RegistrationSettings, registrationRules } from './registration-settings.ts';
import type { SandboxRooms } from './sandbox-rooms.ts';
import { scaPages } from './sca/sca-pages.ts';
import type { BankSettings } from './settings.ts';

/**
 * Opens the bank's listeners, with all that answers at them.
 *
 * @returns how each of them ends
 * @throws an error with code EADDRINUSE when a port is taken; none of them is open then
 */
export async function openListeners(
  settings: BankSettings,
  parts: BankParts,
  limits: BankLimits,
  work: BankWork,
  keys: FollowedKeys,
) {
  const responseKeys = keyRing(() => keys.current().responseSigning, parts.clock);
  const guard = guardBehindProxy(certificateGuard(parts.trust), parts.trust, {
    isSandbox: settings.sandbox !== undefined,
  });
  const authorizationServer = createAuthorizationServer({
    issuer: settings.authorize.url,
    apiBaseUrl: settings.api.url,
    audiences: settings.audiences,
    lifetimes: settings.lifetimes,
    clients: parts.clients,
    clientKeys: parts.clientKeys,
    artifacts: parts.artifacts,
    authorizationRequests: parts.authorizationRequests,
    exemptions: parts.exemptions,
    identifiers: parts.identifiers,
    keys: keys.current,
    clock: parts.clock,
    guard,
    ...(settings.registration && { registrationEndpoint: `${settings.api.url}${REGISTRATION_PATH}` }),
    onNewSecretUsed: (clientId, digest) =>
      parts.registrations.confirmSecret(asClientId(clientId), Buffer.from(digest, 'base64url')),
    admit: async (certificateThumbprint) => limits.tokenCalls?.take(certificateThumbprint),
    onFault: (fault, requestId) => parts.log.error({ err: fault, requestId }, 'authorization server failed'),
  });
  const apis = await apiApps(settings, parts, { limits, guard, work }, responseKeys.signer, authorizationServer.api);
  const authorize = await authorizeApp(settings, parts, limits, responseKeys, authorizationServer);
  const apps = [...apis, { app: authorize, at: settings.authorize }];
  const listeners = apps.map(({ app }) => gentleListener(app));
  try {
    for (const { app, at } of apps) await app.listen({ host: at.host, port: at.port });
  } catch (error) {
    await Promise.all(listeners.map((listener) => listener.end()));
    throw error;
  }
  return listeners;
}

type AuthorizationServer = ReturnType<typeof createAuthorizationServer>;

/** The payments API on each of its listeners. */
async function apiApps(
  settings: BankSettings,
  parts: BankParts,
  { limits, guard, work }: { limits: BankLimits; guard: CertificateGuard; work: BankWork },
  signer: CurrentSigner,
  oauth: AuthorizationServer['api'],
) {
  const { payments, tokenUse, clock, identifiers, clients, clientKeys, log, measures } = parts;
  const door = paymentsApi({
    guard,
    clients,
    signer,
    identifiers,
    log,
    measures,
    limits,
    api: {
      payments,
      tokenUse,
      clock,
      identifiers,
      bookingWanted: work.booking.wake,
      bankCodes: settings.bankCodes,
      exchangeRates: parts.exchangeRates,
      clientKeys,
      signatures: settings.signatures ?? 'required',
      sandbox: sandboxSide(settings, parts),
    },
  });
  const { load, addresses } = limits;
  const places = settings.proxy === undefined ? [settings.api] : [settings.api, settings.proxy];
  return Promise.all(
    places.map(async (at) => {
      const app = apiListener({
        from: at,
        signer,
        identifiers,
        log,
        load,
        addresses,
        measures,
        payments: door,
        guard,
      });
      await app.register(oauth);
      if (settings.registration !== undefined) {
        await app.register(
          registrationRoutes({
            bank: registrationBank(settings.registration, parts, limits),
            guard,
            apiUrl: settings.api.url,
            callsUnderWay: limits.registrationsUnderWay,
          }),
        );
      }
      return { app, at };
    }),
  );
}

function registrationBank(
  settings: RegistrationSettings,
  { registrations, trust, documents, clock, identifiers }: BankParts,
  { registrationCalls }: BankLimits,
): RegistrationBank {
  const takeTry = (organisationId: string) => registrationCalls.take(organisationId);
  return { registrations, trust, documents, clock, identifiers, takeTry, rules: registrationRules(settings) };
}

/** What only a sandbox lets a caller do (contract §8); undefined everywhere else. */
function sandboxSide({ sandbox }: BankSettings, { ledger, customers }: BankParts): SandboxSide | undefined {
  if (sandbox === undefined) return undefined;
  const [first] = sandbox.testUsers;
  return {
    foreseeBooking: (paymentId, submissionId) => ledger.foreseeBooking(paymentId, submissionId),
    firstTestCustomer: async () => first && (await customers.byUsername(first.username))?.customerId,
  };
}

async function authorizeApp(
  settings: BankSettings,
  parts: BankParts,
  limits: BankLimits,
  responseKeys: KeyRing,
  server: AuthorizationServer,
) {
  const { identifiers, log, measures } = parts;
  const { sandbox } = settings;
  const bank = { ...scaBank(parts), logins: limits.customerLogins };
  const { url: issuer, tls } = settings.authorize;
  const app = authorizeListener({
    issuer,
    isSandbox: sandbox !== undefined,
    tls,
    identifiers,
    log,
    load: limits.load,
    addresses: limits.addresses,
    measures,
  });
  await app.register(server.authorize);
  await app.register(responseSignatureKeys, { ring: responseKeys });
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

function sandboxRooms(bank: ScaBank, { audit, clock, outgoingMessages }: BankParts): SandboxRooms {
  return {
    readPhoneRequests: (username) => readPhoneRequests(bank, username),
    answerPhoneRequest: (username, id, action, requestId) => answerPhoneRequest(bank, username, id, action, requestId),
    readKeyCard: (username) => readKeyCard(bank, username),
    unblockCustomer: (username, requestId) => unblockCustomer(bank, username, requestId),
    verifyAuditTrail: () => verifyAuditTrail(audit, { clock }),
    readOutgoingMessages: (limit) => outgoingMessages.latest(limit),
    readOutgoingMessage: (messageId) => outgoingMessages.byId(messageId),
  };
}
