import { idIn, submissionKey } from './check-acknowledged.ts';
import { jsonOf, type Story } from './read-history.ts';
import { byText, numberOf, type Row, type StoreSnapshot, textOf } from './store-snapshot.ts';
import { type Violation, violationsOf } from './violation.ts';

const BOOKED = ['Submitted', 'Credited'];

/** One order is one payment, one submission one booking, and a payment is booked so often as it may be and no more. */
export function checkBookedOnce(story: Story, store: StoreSnapshot): Violation[] {
  const payments = byText(store.payments, 'payment_id');
  const accounts = byText(store.accounts, 'account_id');
  const bookings = store.bookings.filter((row) => row.payment_id !== null);
  const ordersSent = Map.groupBy(
    story.sendings.filter(({ request }) => request.name === 'create'),
    ({ request }) => String(request.idempotencyKey),
  );
  const submitted = Map.groupBy(
    story.sendings.filter(({ request }) => request.name === 'submit'),
    ({ request }) => `${idIn(request.path, 'sepa-payments')} ${idIn(request.path, 'submissions')}`,
  );
  const linesOfOrder = (key: string) => (ordersSent.get(key) ?? []).map(({ request }) => request.n);
  const linesOfSubmission = (key: string) => (submitted.get(key) ?? []).map(({ request }) => request.n);
  const linesOfPayment = (paymentId: string) =>
    [...submitted].filter(([key]) => key.startsWith(`${paymentId} `)).flatMap(([key]) => linesOfSubmission(key));

  return [
    ...violationsOf('one order is one payment', Map.groupBy(store.payments, markerOf), ([key, made]) =>
      made.length === 1
        ? undefined
        : {
            what: `key ${key} has ${made.length} payments: ${made.map((row) => textOf(row, 'payment_id')).join(', ')}`,
            lines: linesOfOrder(key),
          },
    ),
    ...violationsOf('every payment is as a TPP ordered it', store.payments, (row) => {
      const sent = ordersSent.get(markerOf(row)) ?? [];
      const isAsSent = sent.some(({ request }) => isOrderedBy(row, jsonOf(request.body)));
      return isAsSent
        ? undefined
        : { what: `nobody sent payment ${textOf(row, 'payment_id')}`, lines: linesOfOrder(markerOf(row)) };
    }),
    ...violationsOf('one submission is one booking', Map.groupBy(bookings, submissionKey), ([key, made]) =>
      made.length === 1
        ? undefined
        : { what: `submission ${key} is booked ${made.length} times`, lines: linesOfSubmission(key) },
    ),
    ...violationsOf(
      'a payment is booked no more often than its count',
      Map.groupBy(bookings, (row) => textOf(row, 'payment_id')),
      ([paymentId, made]) => {
        const count = numberOf(payments.get(paymentId), 'count');
        return made.length <= count
          ? undefined
          : {
              what: `payment ${paymentId} of count ${count} is booked ${made.length} times`,
              lines: linesOfPayment(paymentId),
            };
      },
    ),
    ...violationsOf(
      'no two bookings share an archive id',
      Map.groupBy(store.bookings, (row) => textOf(row, 'archive_id')),
      ([id, made]) => (made.length === 1 ? undefined : { what: `archive id ${id} is of ${made.length} bookings` }),
    ),
    ...violationsOf('a booking moves what was ordered, from who approved it to who was named', bookings, (row) => {
      const payment = payments.get(textOf(row, 'payment_id'));
      const problem = payment === undefined ? 'it is of no payment' : misdirection(row, payment, accounts);
      return problem === undefined
        ? undefined
        : { what: `booking ${textOf(row, 'booking_id')}: ${problem}`, lines: linesOfSubmission(submissionKey(row)) };
    }),
    ...violationsOf('nothing is submitted that no TPP submitted', store.submissions, (row) =>
      submitted.has(submissionKey(row)) ? undefined : { what: `nobody sent submission ${submissionKey(row)}` },
    ),
    ...submissionsMatch(store, bookings, linesOfSubmission),
    ...messagesMatch(store, bookings, accounts),
  ];
}

function submissionsMatch(
  store: StoreSnapshot,
  bookings: readonly Row[],
  linesOfSubmission: (key: string) => number[],
): Violation[] {
  const archiveIds = new Map(bookings.map((row) => [submissionKey(row), textOf(row, 'archive_id')]));
  return violationsOf('a submission says it is booked when it is', store.submissions, (row) => {
    const key = submissionKey(row);
    const status = textOf(row, 'status');
    const isBooked = archiveIds.has(key);
    if (BOOKED.includes(status) === isBooked && (!isBooked || archiveIds.get(key) === row.archive_id)) return undefined;
    return {
      what: `submission ${key} is ${status}, and ${isBooked ? 'booked' : 'not booked'}`,
      lines: linesOfSubmission(key),
    };
  });
}

/** What is credited to settlement leaves the bank in one message; nothing else does. */
function messagesMatch(
  store: StoreSnapshot,
  bookings: readonly Row[],
  accounts: ReadonlyMap<string, Row>,
): Violation[] {
  const messages = Map.groupBy(store.messages, submissionKey);
  return violationsOf('what leaves the bank has one message to the rails, and nothing else has', bookings, (row) => {
    const leaves = textOf(accounts.get(textOf(row, 'credit_account_id')), 'purpose') === 'settlement';
    const written = messages.get(submissionKey(row))?.length ?? 0;
    return written === (leaves ? 1 : 0)
      ? undefined
      : { what: `booking ${textOf(row, 'booking_id')} ${leaves ? 'leaves' : 'stays'}, and has ${written} messages` };
  });
}

function misdirection(booking: Row, payment: Row, accounts: ReadonlyMap<string, Row>): string | undefined {
  if (booking.amount_cents !== payment.amount_cents)
    return `${booking.amount_cents} cents instead of ${payment.amount_cents}`;
  const debited = accounts.get(textOf(booking, 'debit_account_id'));
  if (debited?.iban !== payment.debit_iban) return `it debits ${debited?.iban} instead of ${payment.debit_iban}`;
  const credited = accounts.get(textOf(booking, 'credit_account_id'));
  const ownPayee = [...accounts.values()].some(({ iban }) => iban === payment.payee_iban);
  const reaches = ownPayee ? credited?.iban === payment.payee_iban : credited?.purpose === 'settlement';
  return reaches ? undefined : `it credits ${credited?.iban ?? credited?.purpose} instead of ${payment.payee_iban}`;
}

/** Each order of the workload says its idempotency key as its message. */
function markerOf(payment: Row): string {
  return String((payment.request as { message?: unknown } | undefined)?.message);
}

function isOrderedBy(row: Row, sent: Record<string, unknown>): boolean {
  const payee = sent.payee as { iban?: unknown } | undefined;
  return (
    Math.round(Number(sent.amountEUR) * 100) === row.amount_cents &&
    payee?.iban === row.payee_iban &&
    (sent.count ?? 1) === row.count
  );
}
