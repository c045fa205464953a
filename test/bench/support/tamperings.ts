import assert from 'node:assert/strict';
import type { Row, StoreSnapshot } from '../../../bench/faults/checker/store-snapshot.ts';
import type { AnswerLine, Numbered, RequestLine } from '../../../bench/faults/history.ts';

/** What a run left, to be changed. */
export interface Remains {
  readonly history: Numbered[];
  readonly store: Record<keyof StoreSnapshot, Row[]>;
}

/** Something that a bank must never do, played into what a sound bank left. */
export interface Tampering {
  /** The rule that is broken by it. */
  readonly rule: string;
  readonly name: string;
  readonly tamper: (remains: Remains) => Remains;
}

/** Each rule of the checker at least once. */
export const TAMPERINGS: readonly Tampering[] = [
  inAnswers('every call is answered as its contract says', 'a call is answered 500', 'create', 201, (answer) => ({
    ...answer,
    status: 500,
  })),
  inAnswers(
    'every answer of the payments API is signed by the bank',
    'a signature is wrong',
    'create',
    201,
    (answer) => ({
      ...answer,
      signature: 'bad',
    }),
  ),
  inStore('nothing that was acknowledged is lost', 'a payment is gone', 'payments', acknowledgedPayment, () => []),
  inStore('nothing that was acknowledged is lost', 'an amount is another', 'payments', acknowledgedPayment, (row) => [
    { ...row, amount_cents: Number(row.amount_cents) + 1 },
  ]),
  inStore('nothing that was acknowledged is lost', 'a submission is gone', 'submissions', isBooked, () => []),
  inStore('one order is one payment', 'a payment is there twice', 'payments', any, (row) => [
    row,
    { ...row, payment_id: OTHER_ID },
  ]),
  inStore('every payment is as a TPP ordered it', 'a payment pays somebody else', 'payments', any, (row) => [
    { ...row, payee_iban: 'FI0000000000000000' },
  ]),
  inStore('one submission is one booking', 'a submission is booked twice', 'bookings', ofPayment, (row) => [
    row,
    { ...row, booking_id: OTHER_ID },
  ]),
  inStore(
    'a payment is booked no more often than its count',
    'a payment is booked once more',
    'bookings',
    ofPaymentThatIsFull,
    (row) => [row, { ...row, booking_id: OTHER_ID, submission_id: OTHER_ID }],
  ),
  inStore('no two bookings share an archive id', 'two bookings share an archive id', 'bookings', ofPayment, (row) => [
    row,
    { ...row, booking_id: OTHER_ID },
  ]),
  inStore(
    'a booking moves what was ordered, from who approved it to who was named',
    'a booking moves more',
    'bookings',
    ofPayment,
    (row) => [{ ...row, amount_cents: Number(row.amount_cents) + 1 }],
  ),
  inStore(
    'a booking moves what was ordered, from who approved it to who was named',
    'a booking goes astray',
    'bookings',
    ofPayment,
    (row) => [{ ...row, credit_account_id: row.debit_account_id }],
  ),
  inStore(
    'nothing is submitted that no TPP submitted',
    'a submission comes from nowhere',
    'submissions',
    any,
    (row) => [row, { ...row, submission_id: OTHER_ID }],
  ),
  inStore('a submission says it is booked when it is', 'a booking is gone', 'bookings', ofPayment, () => []),
  inStore(
    'what leaves the bank has one message to the rails, and nothing else has',
    'a message is gone',
    'messages',
    any,
    () => [],
  ),
  inHistory('nothing is booked that the customer did not approve', 'nobody approved', (line) =>
    (line.kind === 'request' && (line.name === 'sandbox-authorize' || line.name === 'ask exemption')) ||
    line.kind === 'visit'
      ? []
      : [line],
  ),
  inStore(
    'a balance is what its entries add up to, and never below its limit',
    'an entry is gone',
    'entries',
    any,
    () => [],
  ),
  inHistory('a balance is what its entries add up to, and never below its limit', 'a limit is passed', (line) =>
    line.kind === 'run'
      ? [
          {
            ...line,
            customers: line.customers.map((each) => ({
              ...each,
              accounts: each.accounts.map((account) => ({ ...account, limitCents: 1e9 })),
            })),
          },
        ]
      : [line],
  ),
  inStore(
    'a booking is one debit and one credit of its amount',
    'an entry has another amount',
    'entries',
    any,
    (row) => [{ ...row, amount_cents: Number(row.amount_cents) + 1 }],
  ),
  inStore('debits equal credits', 'money appears', 'accounts', any, (row) => [
    { ...row, balance_cents: Number(row.balance_cents) + 1 },
  ]),
  inHistory('opening balances are as opened', 'an account was opened with more', (line) =>
    line.kind === 'run'
      ? [
          {
            ...line,
            customers: line.customers.map((each) => ({
              ...each,
              accounts: each.accounts.map((account) => ({ ...account, openingCents: account.openingCents + 1 })),
            })),
          },
        ]
      : [line],
  ),
  inStore('what is reserved is what waits for its booking', 'a reservation stays', 'accounts', any, (row) => [
    { ...row, reserved_cents: Number(row.reserved_cents) + 1 },
  ]),
  grant('a grant is small, or between the accounts of one customer', 'a grant is not small', [30_00]),
  grant('no more is granted than the limits allow, by the bank’s own record', 'six are granted', [1, 1, 1, 1, 1, 1]),
  grant(
    'no more is granted than the limits allow, by the bank’s own record',
    'the sum is reached',
    [29_99, 29_99, 29_99, 10_03],
  ),
  grant('the count of a customer is what was granted since the latest approval', 'a grant is not counted', [1]),
  grant(
    'no more is granted between two approvals than the limits allow',
    'six are granted and answered for',
    [1, 1, 1, 1, 1, 1],
  ),
  inStore(
    'what was made without asking the customer was granted',
    'nobody granted it',
    'authorizations',
    any,
    (row) => [
      { ...row, authorization_id: OTHER_ID, source_grant_id: 'a family', authorized: '2026-01-01T00:00:00.000Z' },
    ],
  ),
  inStore('every status is one of the contract', 'a status is unknown', 'payments', any, (row) => [
    { ...row, status: 'Lost' },
  ]),
  inStore('no status goes back', 'a submission that was taken is Error again', 'submissions', isBooked, (row) => [
    { ...row, status: 'Error' },
  ]),
  inStore('a submission keeps its archive id', 'an archive id changes', 'submissions', isBooked, (row) => [
    row,
    { ...row, archive_id: OTHER_ID },
  ]),
  repeated('the same key and body give the same answer', 'a repeated call is answered otherwise', (request, answer) => [
    request,
    { ...answer, replayed: true, body: answer.body.replace(/"paymentId":"[^"]+"/, `"paymentId":"${OTHER_ID}"`) },
  ]),
  repeated('a key with another body is refused', 'another body is accepted', (request, answer) => [
    { ...request, body: String(request.body).replace(/"amountEUR":"[^"]+"/, '"amountEUR":"0.07"') },
    { ...answer, replayed: true },
  ]),
  repeated(
    'an answer is given once, and then said to be repeated',
    'a repeated answer passes for a new one',
    (request, answer) => [request, { ...answer, replayed: false }],
  ),
  {
    rule: 'a refresh token whose answer was lost can be used again',
    name: 'a refresh token dies with its answer',
    tamper: ({ history, store }) => {
      const refresh = {
        kind: 'request',
        call: 1e9,
        name: 'refresh',
        client: 'x',
        method: 'POST',
        path: '/oauth/token',
        at: LATE,
      } as const;
      const more: Numbered[] = [
        { ...refresh, n: 1e9, id: 1e9 },
        { kind: 'lost', n: 1e9 + 1, id: 1e9, at: LATE, why: '' },
        { ...refresh, n: 1e9 + 2, id: 1e9 + 1 },
        {
          kind: 'answer',
          n: 1e9 + 3,
          id: 1e9 + 1,
          at: LATE,
          status: 400,
          replayed: false,
          body: 'invalid_grant',
          signature: 'none asked',
        },
      ];
      return { history: [...history, ...more], store };
    },
  },
  inReads('what was acknowledged is found', 'a payment is not found any more', 'read payment', 404, () => ({
    type: 'VALIDATION',
  })),
  inReads(
    'a list holds everything that was acknowledged before it was asked for',
    'a list leaves a payment out',
    'read payments of authorization',
    200,
    (payment) => ({
      payments: [{ ...payment, paymentId: OTHER_ID }],
    }),
  ),
  inReads(
    'an authorization and its payments are of one moment',
    'an authorization is ahead of its payments',
    'read authorization',
    200,
    (payment) => ({
      authorizationId: payment.authorizationId,
      status: 'Completed',
      sepaPayments: [{ ...payment, status: 'Authorized' }],
    }),
  ),
  inReads(
    'a payment and its submissions are of one moment',
    'a payment is ahead of its submissions',
    'read payment',
    200,
    (payment) => ({
      ...payment,
      status: 'Completed',
      submissions: [],
    }),
  ),
  inStore('every audit event continues the one before it', 'an audit event is changed', 'events', any, (row) => [
    { ...row, request_id: OTHER_ID },
  ]),
  inStore(
    'every audit event continues the one before it',
    'an audit event is gone',
    'events',
    (row) => row.sequence === 1,
    () => [],
  ),
  inStore('a chain of audit events that began is there', 'a whole chain is gone', 'authorizations', any, (row) => [
    row,
    { ...row, authorization_id: OTHER_ID },
  ]),
  inStore(
    'every seal continues the one before it and covers what is there',
    'a sealed head is gone',
    'heads',
    any,
    () => [],
  ),
  inStore(
    'every seal continues the one before it and covers what is there',
    'a seal is changed',
    'seals',
    any,
    (row) => [{ ...row, sealed_at: LATE }],
  ),
  {
    rule: 'when the bank has ended, every audit event is sealed',
    name: 'an event waits for its seal',
    tamper: ({ history, store }) => ({ history, store: { ...store, unsealed: [{ chain_id: OTHER_ID, sequence: 1 }] } }),
  },
  inStore('the audit trail says "payment created" once of each', 'a payment has no event', 'payments', any, (row) => [
    row,
    { ...row, payment_id: OTHER_ID },
  ]),
  inStore(
    'the audit trail says "submission booked" once of each',
    'a booking has no event',
    'submissions',
    isBooked,
    (row) => [row, { ...row, submission_id: OTHER_ID }],
  ),
];

const LATE = '2030-01-01T00:00:00.000Z';
const OTHER_ID = '00000000-0000-7000-8000-000000000000';

function any(): boolean {
  return true;
}

function isBooked(row: Row, { history }: Remains): boolean {
  return (
    row.archive_id !== null &&
    history.some(
      (line) => line.kind === 'answer' && line.status === 200 && line.body.includes(`"${row.submission_id}"`),
    )
  );
}

function ofPayment(row: Row): boolean {
  return row.payment_id !== null;
}

function ofPaymentThatIsFull(row: Row, { store }: Remains): boolean {
  return store.payments.some((payment) => payment.payment_id === row.payment_id && payment.count === 1);
}

function acknowledgedPayment(row: Row, { history }: Remains): boolean {
  return history.some(
    (line) => line.kind === 'answer' && line.status === 201 && line.body.includes(`"${row.payment_id}"`),
  );
}

/** Changes the first row that fits; a run without one would prove nothing. */
function inStore(
  rule: string,
  name: string,
  table: keyof StoreSnapshot,
  fits: (row: Row, remains: Remains) => boolean,
  change: (row: Row) => Row[],
): Tampering {
  return {
    rule,
    name,
    tamper: (remains) => {
      const rows = remains.store[table];
      const at = rows.findIndex((row) => fits(row, remains));
      assert.notEqual(at, -1, `the run left nothing in ${table} to tamper with`);
      const changed = rows.flatMap((row, place) => (place === at ? change(row) : [row]));
      return { ...remains, store: { ...remains.store, [table]: changed } };
    },
  };
}

function inHistory(rule: string, name: string, change: (line: Numbered) => Numbered[]): Tampering {
  return { rule, name, tamper: ({ history, store }) => ({ history: history.flatMap(change), store }) };
}

interface Answered {
  readonly request: Numbered<RequestLine>;
  readonly answer: Numbered<AnswerLine>;
}

function answered({ history }: Remains, name: string, status: number): Answered {
  for (const answer of history) {
    if (answer.kind !== 'answer' || answer.status !== status) continue;
    const request = history.find((line) => line.kind === 'request' && line.id === answer.id && line.name === name);
    if (request?.kind === 'request') return { request, answer };
  }
  return assert.fail(`nothing was answered ${status} to ${name}`);
}

function inAnswers(
  rule: string,
  name: string,
  call: string,
  status: number,
  change: (answer: Numbered<AnswerLine>) => Numbered,
): Tampering {
  return {
    rule,
    name,
    tamper: (remains) => {
      const { answer } = answered(remains, call, status);
      const history = remains.history.map((line) => (line.n === answer.n ? change(answer) : line));
      return { ...remains, history };
    },
  };
}

/** A creation is sent once more at the end. */
function repeated(
  rule: string,
  name: string,
  change: (request: Numbered<RequestLine>, answer: Numbered<AnswerLine>) => [Numbered, Numbered],
): Tampering {
  return {
    rule,
    name,
    tamper: (remains) => {
      const { request, answer } = answered(remains, 'create', 201);
      const again = change({ ...request, n: 1e9, id: 1e9, at: LATE }, { ...answer, n: 1e9 + 1, id: 1e9, at: LATE });
      return { ...remains, history: [...remains.history, ...again] };
    },
  };
}

/** An acknowledged payment is read once more at the end. */
function inReads(
  rule: string,
  name: string,
  call: 'read payment' | 'read authorization' | 'read payments of authorization',
  status: number,
  body: (payment: Record<string, unknown>) => object,
): Tampering {
  return {
    rule,
    name,
    tamper: (remains) => {
      const { request, answer } = answered(remains, 'create', 201);
      const payment = JSON.parse(answer.body) as Record<string, unknown>;
      const path =
        call === 'read payment'
          ? `/sepa-payments/${payment.paymentId}`
          : `/authorizations/${payment.authorizationId}${call === 'read authorization' ? '' : '/payments'}`;
      const { body: _body, idempotencyKey: _key, ...shared } = request;
      const read: Numbered = { ...shared, n: 1e9, id: 1e9, call: 1e9, at: LATE, name: call, method: 'GET', path };
      const told: Numbered = { ...answer, n: 1e9 + 1, id: 1e9, at: LATE, status, body: JSON.stringify(body(payment)) };
      return { ...remains, history: [...remains.history, read, told] };
    },
  };
}

/** A customer of whom nothing is known yet is granted exemptions of these amounts. */
function grant(rule: string, name: string, amountsCents: readonly number[]): Tampering {
  return {
    rule,
    name,
    tamper: ({ history, store }) => {
      const customer = { customer_id: OTHER_ID, username: 'somebody new' };
      const made = amountsCents.map((amountCents, at) => {
        const id = `exempt-${at}`;
        const asked = {
          client: 'x',
          method: 'POST',
          path: '/oauth/token',
          name: 'ask exemption',
          about: id,
          customer: customer.username,
        } as const;
        const lines: Numbered[] = [
          { kind: 'request', ...asked, n: 1e9 + 2 * at, id: 1e9 + at, call: 1e9 + at, at: LATE },
          {
            kind: 'answer',
            n: 1e9 + 2 * at + 1,
            id: 1e9 + at,
            at: LATE,
            status: 200,
            replayed: false,
            body: '',
            signature: 'none asked',
          },
        ];
        const payment = {
          payment_id: id,
          authorization_id: id,
          amount_cents: amountCents,
          payee_iban: 'x',
          count: 1,
          status: 'Authorized',
          request: { message: id },
        };
        const row = {
          payment_id: id,
          customer_id: OTHER_ID,
          amount_cents: amountCents,
          counted: true,
          period: 1,
          given_back_at: null,
        };
        return { lines, payment, row };
      });
      return {
        history: [...history, ...made.flatMap(({ lines }) => lines)],
        store: {
          ...store,
          customers: [...store.customers, customer],
          payments: [...store.payments, ...made.map(({ payment }) => payment)],
          grants: [...store.grants, ...made.map(({ row }) => row)],
          counters: [...store.counters, { customer_id: OTHER_ID, period: 1, granted_count: 0, granted_cents: 0 }],
        },
      };
    },
  };
}
