import { hash, randomBytes, randomUUID } from 'node:crypto';
import {
  asAuthorizationId,
  asCents,
  asClientId,
  asPaymentId,
  type Iban,
  type ParsedSepaPayment,
  verifyIban,
} from '@lupa/protocol';
import { openDatabase } from '../../packages/bank/src/adapters/postgres/open-database.ts';
import { PostgresPaymentStore } from '../../packages/bank/src/adapters/postgres/payment-store.ts';
import { randomIdentifiers } from '../../packages/bank/src/adapters/random-identifiers.ts';
import { systemClock } from '../../packages/bank/src/adapters/system-clock.ts';
import type { PaymentToCreate } from '../../packages/bank/src/ports/payment-store.ts';
import { serveParent } from './child.ts';

/** Payments to be created by the bank's store alone, without anything of HTTP before it. */
export interface StoreOrder {
  readonly databaseUrl: string;
  readonly count: number;
  readonly concurrency: number;
  readonly clientId: string;
  readonly certificateThumbprint: string;
  readonly accessToken: string;
}

export interface StoreRound {
  readonly seconds: number;
  readonly latenciesMs: readonly number[];
}

const [PAYEE, PAYER] = [ibanOf('FI4950009420028730'), ibanOf('FI9259995020084225')];

const { uuid } = randomIdentifiers(systemClock);
let store: PostgresPaymentStore | undefined;

async function createPayments(order: StoreOrder): Promise<StoreRound> {
  store ??= new PostgresPaymentStore(await openDatabase({ kind: 'postgres', url: order.databaseUrl }));
  const opened = store;
  const payments = Array.from({ length: order.count }, () => paymentOf(order));
  const latenciesMs = new Array<number>(order.count).fill(0);
  let next = 0;
  const drive = async () => {
    for (let index = next++; index < payments.length; index = next++) {
      const start = performance.now();
      const { kind } = await opened.createPayment(payments[index] as PaymentToCreate);
      latenciesMs[index] = performance.now() - start;
      if (kind !== 'created') throw new Error(`a payment was not created: ${kind}`);
    }
  };
  const start = performance.now();
  await Promise.all(Array.from({ length: order.concurrency }, drive));
  return { seconds: (performance.now() - start) / 1000, latenciesMs };
}

function paymentOf({ clientId, certificateThumbprint, accessToken }: StoreOrder): PaymentToCreate {
  const now = new Date();
  const [paymentId, newAuthorizationId] = [asPaymentId(uuid()), asAuthorizationId(uuid())];
  const amountCents = asCents(1250);
  const request: ParsedSepaPayment = {
    amountCents,
    payee: { iban: PAYEE, name: 'Test Person' },
    payer: { iban: PAYER },
    message: `Order ${randomUUID()}`,
    count: 1,
    paymentOrder: 'SEPA',
  };
  return {
    ...{ request, fitForExemption: false, context: {}, joins: undefined, now, paymentId, newAuthorizationId },
    ...{ clientId: asClientId(clientId), certificateThumbprint, idempotencyKey: randomUUID() },
    requestDigest: randomBytes(32),
    tokenDigest: hash('sha256', accessToken, 'buffer'),
    audit: {
      ...{ eventId: uuid(), at: now, event: 'payment created', authorizationId: newAuthorizationId },
      ...{ clientId: asClientId(clientId), customerId: undefined, requestId: uuid() },
      details: { paymentId, amountCents, headers: {} },
    },
  };
}

function ibanOf(text: string): Iban {
  const iban = verifyIban(text);
  if (iban === undefined) throw new Error(`${text} is no IBAN`);
  return iban;
}

serveParent(createPayments);
