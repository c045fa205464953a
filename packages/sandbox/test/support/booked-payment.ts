import { Tpp } from '@lupa/tpp';
import { readClientSettings } from '../../src/demo-tpp/client-settings.ts';
import type { Sandbox } from '../../src/index.ts';

/** A name that is markup, and not in the SEPA character set. */
export const HOSTILE_NAME = 'Ödön <b>& "Söner"';

/** A payment of 4.00 EUR by Aino, approved by the sandbox in her place, submitted and booked. */
export async function bookedPayment(sandbox: Sandbox, payeeIban: string) {
  const [redirectUri = ''] = sandbox.tpp.redirectUris;
  const tpp = await Tpp.discover({ ...(await readClientSettings(sandbox, redirectUri)), bank: sandbox.authorize });
  const { paymentId, authorizationId } = await tpp.createPayment({
    amountEUR: '4.00',
    payee: { iban: payeeIban, name: HOSTILE_NAME, address: ['Katu 1', '00100 Helsinki'], country: 'FI' },
    payer: { iban: 'FI9259995020084225' },
    reference: 'RF18539007547034',
  });
  await tpp.sandboxAuthorize(authorizationId);
  const scenario = `SandboxAuthorized=${authorizationId}` as const;
  const { submissionId } = await tpp.submitPayment(paymentId, { scenario });
  const { archiveId = '' } = await tpp.waitForStatus(paymentId, submissionId, { timeoutMs: 20_000 });
  const payment = await tpp.readPayment(paymentId);
  tpp.close();
  return { paymentId, submissionId, archiveId, payment };
}
