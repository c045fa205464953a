import type { Story } from './read-history.ts';
import { byText, type StoreSnapshot, textOf } from './store-snapshot.ts';
import { type Violation, violationsOf } from './violation.ts';

/** Somebody who may have approved something: at the bank, in the sandbox in a customer's place, or by an exemption. */
interface Approval {
  readonly line: number;
  readonly way: 'visit' | 'sandbox' | 'exemption';
  readonly username: string | undefined;
  /** What of the bundle; all of it where undefined. */
  readonly payments: readonly string[] | undefined;
}

/**
 * Whatever is booked, somebody was on the way to approve it before. An approval counts from when it was sent, whether or not
 * an answer came: what the bank does not answer for may have happened, but what nobody asked for may not.
 */
export function checkApprovals({ sendings, visits, run }: Story, store: StoreSnapshot): Violation[] {
  const payments = byText(store.payments, 'payment_id');
  const authorizations = byText(store.authorizations, 'authorization_id');
  const grants = byText(store.grants, 'payment_id');
  const usernames = new Map(store.customers.map((row) => [textOf(row, 'customer_id'), textOf(row, 'username')]));
  const approvals = new Map<string, Approval[]>();
  const note = (authorizationId: string, approval: Approval) =>
    approvals.set(authorizationId, [...(approvals.get(authorizationId) ?? []), approval]);
  for (const { begun } of visits) {
    const { n, username, decision, payments: some, authorizationId } = begun;
    if (decision === 'approve') note(authorizationId, { line: n, way: 'visit', username, payments: some });
  }
  for (const { request } of sendings) {
    const approval = { line: request.n, username: request.customer, payments: undefined };
    const authorized = /^\/authorizations\/([^/]+)\/sandbox-authorize$/.exec(request.path)?.[1];
    if (authorized !== undefined) note(authorized, { ...approval, way: 'sandbox' });
    if (request.name === 'ask exemption') note(request.about ?? '', { ...approval, way: 'exemption' });
  }
  const owners = new Map(
    run.customers.flatMap(({ username, accounts }) => accounts.map(({ iban }) => [iban, username])),
  );

  return violationsOf('nothing is booked that the customer did not approve', store.bookings, (row) => {
    if (row.payment_id === null) return undefined;
    const paymentId = textOf(row, 'payment_id');
    const payment = payments.get(paymentId);
    const authorizationId = textOf(payment, 'authorization_id');
    const found = approvals.get(authorizationId) ?? [];
    const owner = owners.get(textOf(payment, 'debit_iban'));
    const isApproved = found.some(
      (approval) =>
        (approval.username === undefined || approval.username === owner) &&
        (approval.payments === undefined || approval.payments.includes(paymentId)) &&
        (approval.way !== 'exemption' || grants.has(paymentId)),
    );
    const customer = usernames.get(textOf(authorizations.get(authorizationId), 'customer_id'));
    if (isApproved && customer === owner) return undefined;
    return {
      what: `payment ${paymentId} debits ${owner}, is authorized by ${customer}, and was approved by ${found.map(({ way, username }) => `${way} ${username ?? ''}`).join(', ') || 'nobody'}`,
      lines: found.map(({ line }) => line),
    };
  });
}
