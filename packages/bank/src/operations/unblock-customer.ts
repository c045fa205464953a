import { normaliseUsername } from '../domain/sca-username.ts';
import type { ScaBank } from './sca-bank.ts';

/** Lifts a block and forgets the wrong factors before it; harmless for a customer who is not blocked. */
export async function unblockCustomer(
  bank: ScaBank,
  username: string,
  requestId: string | undefined = undefined,
): Promise<void> {
  const normalised = normaliseUsername(username);
  const customer = await bank.customers.byUsername(normalised);
  await bank.store.transaction(async (unit) => {
    await unit.clearAttempts(normalised);
    await unit.audit({
      eventId: bank.identifiers.uuid(),
      at: bank.clock.now(),
      event: 'customer unblocked',
      authorizationId: undefined,
      clientId: undefined,
      customerId: customer?.customerId,
      requestId,
      details: {},
    });
  });
}
