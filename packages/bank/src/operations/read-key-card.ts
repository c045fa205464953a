import { normaliseUsername } from '../domain/sca-username.ts';
import { KEYS_PER_LIST } from '../ports/sca-store.ts';
import type { ScaBank } from './sca-bank.ts';

/** A customer's printed key list, as the sandbox shows it. */
export interface KeyCard {
  readonly username: string;
  readonly name: string;
  readonly series: number;
  readonly keys: readonly { readonly number: number; readonly code: string }[];
}

/** @returns the key list whose codes are asked for; undefined for a username that belongs to nobody */
export async function readKeyCard(
  bank: Pick<ScaBank, 'customers' | 'store' | 'factorSecrets'>,
  username: string,
): Promise<KeyCard | undefined> {
  const customer = await bank.customers.byUsername(normaliseUsername(username));
  if (customer === undefined) return undefined;
  const series = await bank.store.currentKeySeries(customer.customerId);
  const keys = Array.from({ length: KEYS_PER_LIST }, (_, index) => {
    const number = index + 1;
    return { number, code: bank.factorSecrets.keyCode(customer.customerId, series, number) };
  });
  return { username: customer.username, name: customer.name, series, keys };
}
