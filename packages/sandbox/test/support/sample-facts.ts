import type { SandboxFacts } from '../../src/sandbox-facts.ts';

/** A sandbox as it may describe itself. */
export const SAMPLE_FACTS: SandboxFacts = {
  api: 'https://localhost:8443',
  authorize: 'http://localhost:8080',
  shop: 'http://localhost:8181',
  dataDir: '/srv/bank',
  ca: '/srv/bank/ca.crt',
  users: [
    {
      username: 'aino',
      password: 'aino-salasana',
      accounts: [
        { iban: 'FI9259995020084225', balanceEUR: '2500.00' },
        { iban: 'FI3252999600300040', balanceEUR: '12000.00' },
      ],
    },
    { username: 'ville', password: 'ville-salasana', accounts: [{ iban: 'FI5850009420172322', balanceEUR: '800.00' }] },
  ],
  tpp: {
    clientId: 'BEDzeg3eEcJo2dzltVzz',
    clientSecret: 'secret',
    apiKey: 'key',
    cert: '/srv/bank/tpp/client.crt',
    key: '/srv/bank/tpp/key.pem',
    signingKey: '/srv/bank/tpp/ssa-signing-key.pem',
    signingKid: 'kid',
    redirectUris: ['http://localhost:8181/return'],
  },
};
