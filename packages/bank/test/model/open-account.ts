import { asCents } from '@lupa/protocol';
import type { ScaParts } from '../sca/sca-parts.ts';
import type { CustomerName } from './actions.ts';
import { finnishIban } from './finnish-iban.ts';

let opened = 0;

/** Opens an account of a customer that no other story knows. */
export async function openAccount(
  { ledger, identifiers, clock, ...customers }: ScaParts,
  customer: CustomerName,
  { name, cents }: { name: string; cents: number },
): Promise<{ accountId: string; iban: string }> {
  opened += 1;
  const account = { accountId: identifiers.uuid(), iban: finnishIban(opened) };
  await ledger.openAccount({
    ...account,
    customerId: customers[customer].customerId,
    name,
    openingBalanceCents: asCents(cents),
    limitCents: asCents(0),
    bookingId: identifiers.uuid(),
    archiveId: identifiers.archiveId(),
    at: clock.now(),
  });
  return account;
}
