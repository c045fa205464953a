import { createPrivateKey, hash } from 'node:crypto';
import { type Bank, type BankSettings, openBank } from '@lupa/bank';
import { asClientId } from '@lupa/protocol';
import type { BankProcessSettings, FromBank, Population, ToBank } from './messages.ts';
import { connectionWith, plant } from './planted-bugs.ts';

/** One process of a bank under fault: as the bank is delivered, but that its clock is moved from outside. */
let bank: Bank | undefined;
let aheadMs = 0;

process.on('message', (message: ToBank) => {
  carryOut(message).then(
    () => say({ done: message.tell }),
    (error: unknown) => say({ failed: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
  );
});

// The harness is gone, or wants this process to end as a bank ends: without losing anything.
process.once('disconnect', async () => {
  const insisting = setTimeout(() => process.exit(1), 20_000);
  await bank?.close().catch((error: unknown) => process.stderr.write(`closing failed: ${String(error)}\n`));
  clearTimeout(insisting);
  process.exit(0);
});

function say(message: FromBank): void {
  process.send?.(message);
}

async function carryOut(message: ToBank): Promise<void> {
  switch (message.tell) {
    case 'open':
      if (message.settings.planted !== undefined) plant(message.settings.planted);
      aheadMs = message.settings.aheadMs;
      bank = await openBank(settingsOf(message.settings));
      return;
    case 'take in':
      return takeIn(message.population);
    case 'clock':
      aheadMs = message.aheadMs;
  }
}

function settingsOf(told: BankProcessSettings): BankSettings {
  const host = '127.0.0.1';
  const { authority, ...server } = told.certificates;
  return {
    store: { kind: 'postgres', url: connectionWith(told.databaseUrl, told.planted) },
    api: { host, port: told.apiPort, url: told.api, ...server, trustedIssuers: authority },
    authorize: { host, port: told.authorizePort, url: told.authorize },
    audiences: [],
    keys: {
      responseSigning: [{ kid: 'faults-response', alg: 'ES256', privateKey: createPrivateKey(told.responseKey) }],
      idTokens: [{ kid: 'faults-id-tokens', alg: 'RS256', privateKey: createPrivateKey(told.idTokenKey) }],
      cookieKeys: [told.cookieKey],
    },
    factorSecret: told.factorSecret,
    bankCodes: ['5'],
    ...{ revocation: { lists: [{ url: told.revocationListUrl }] } },
    log: { level: process.env.LUPA_FAULTS_LOG ?? 'fatal' },
    clock: { now: () => new Date(Date.now() + aheadMs) },
    sandbox: { testUsers: [], pages: keyCards },
  };
}

/** The one page of the sandbox that a played customer needs. */
const keyCards: NonNullable<BankSettings['sandbox']>['pages'] = async (app, rooms) => {
  app.get<{ Params: { user: string } }>('/sandbox/key-card/:user', async (request, reply) => {
    const card = await rooms.readKeyCard(request.params.user);
    const keys = Object.fromEntries((card?.keys ?? []).map(({ number, code }) => [String(number), code]));
    return reply.type('application/json').send({ keys });
  });
};

async function takeIn({ clients, customers }: Population): Promise<void> {
  if (bank === undefined) throw new Error('the bank is not open');
  const { administration } = bank;
  for (const { clientId, clientSecret, apiKey, redirectUri, ...client } of clients) {
    await administration.registerClient({
      ...client,
      clientId: asClientId(clientId),
      secretDigest: hash('sha256', clientSecret, 'buffer'),
      apiKeyDigest: hash('sha256', apiKey, 'buffer'),
      roles: ['PIS'],
      redirectUris: [redirectUri],
    });
  }
  await Promise.all(
    customers.map(async ({ username, password, accounts }) => {
      const customerId = await administration.addCustomer({ username, name: username, password });
      for (const { iban, openingCents, limitCents } of accounts) {
        const account = { iban, customerId, name: 'Tili', openingBalanceCents: openingCents, limitCents };
        await administration.openAccount(account);
      }
    }),
  );
}
