import type { SepaPayee } from '@lupa/tpp';
import { readClientSettings } from './demo-tpp/client-settings.ts';
import { shopRedirectUri } from './demo-tpp/redirect-uris.ts';
import type { SandboxFacts } from './sandbox-facts.ts';

/** The shop's own account, and that of a maker whose goods it sells: both in this bank, so that the money is seen to arrive. */
const SHOP_PAYEE: SepaPayee = { iban: 'FI1750009400123451', name: 'Tuohi' };
const MAKER_PAYEE: SepaPayee = { iban: 'FI4950009420028730', name: 'Savu ja Lumo' };

/** Starts the demo shop as the demo TPP, against the bank that is already open. */
export async function openShop(
  facts: Pick<SandboxFacts, 'authorize' | 'ca' | 'tpp'>,
  port: number,
): Promise<{ close(): Promise<void> }> {
  const { startShop } = await import('@lupa/shop');
  return startShop({
    tpp: await readClientSettings(facts, shopRedirectUri(port)),
    bank: facts.authorize,
    host: 'localhost',
    port,
    payee: SHOP_PAYEE,
    maker: MAKER_PAYEE,
  });
}
