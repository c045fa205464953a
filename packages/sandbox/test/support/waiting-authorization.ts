import { Tpp } from '@lupa/tpp';
import { readClientSettings } from '../../src/demo-tpp/client-settings.ts';
import type { Sandbox } from '../../src/index.ts';

/** A payment of the demo TPP that waits for its customer. */
export async function waitingAuthorization(sandbox: Sandbox, amountEUR = '4.00') {
  const [redirectUri = ''] = sandbox.tpp.redirectUris;
  const tpp = await Tpp.discover({ ...(await readClientSettings(sandbox, redirectUri)), bank: sandbox.authorize });
  const payment = await tpp.createPayment({
    amountEUR,
    payee: { iban: 'FI4950009420028730', name: 'Test Person' },
    message: '<b>Kahvit & "pulla"</b>',
  });
  const { url, pending } = tpp.authorizationUrl({ authorizationId: payment.authorizationId });
  return { tpp, payment, authorizationUrl: url, pending, redirectUri };
}
