import { isAnswered, jsonOf, linesOf, type Sending, type Story } from './read-history.ts';
import { byText, type Row, type StoreSnapshot, textOf } from './store-snapshot.ts';
import { type Violation, violationsOf } from './violation.ts';

const LOST = 'nothing that was acknowledged is lost';
/** What a submission that was once taken ends as. */
const BOOKED = ['Submitted', 'Credited'];
const TAKEN = ['Accepted', ...BOOKED];

/** Whatever the bank answered for is in its database when everything is over, as it was answered. */
export function checkAcknowledged(story: Story, store: StoreSnapshot): Violation[] {
  const payments = byText(store.payments, 'payment_id');
  const submissions = new Map(store.submissions.map((row) => [submissionKey(row), row]));
  const authorizations = byText(store.authorizations, 'authorization_id');
  const grants = byText(store.grants, 'payment_id');
  const paymentsOf = Map.groupBy(store.payments, (row) => textOf(row, 'authorization_id'));
  const playedToFail = new Set(
    story.sendings
      .filter(({ request }) => request.scenario === 'PaymentSubmitFailed')
      .map(({ request }) => request.path),
  );
  return violationsOf(LOST, story.sendings, (sending) => {
    const problem = lossOf(sending);
    return problem === undefined ? undefined : { what: problem, lines: linesOf(sending) };
  });

  function lossOf(sending: Sending): string | undefined {
    const { request, answer } = sending;
    const body = jsonOf(answer?.body);
    switch (request.name) {
      case 'create':
        return isAnswered(sending, 201) ? paymentLost(sending, body, payments) : undefined;
      case 'submit':
        return submissionLost(sending, body);
      case 'delete payment':
        if (!isAnswered(sending, 200)) return undefined;
        return expectStatus(payments.get(idIn(request.path, 'sepa-payments')), ['Revoked']);
      case 'revoke authorization':
        if (!isAnswered(sending, 200)) return undefined;
        return expectStatus(authorizations.get(idIn(request.path, 'authorizations')), ['Revoked', 'PartiallyRevoked']);
      case 'ask exemption': {
        if (!isAnswered(sending, 200)) return undefined;
        const granted = paymentsOf.get(request.about ?? '')?.some((row) => grants.has(textOf(row, 'payment_id')));
        return granted ? undefined : `the exemption of authorization ${request.about} is not recorded`;
      }
      default:
        return undefined;
    }
  }

  function submissionLost(sending: Sending, body: Record<string, unknown>): string | undefined {
    if (!isAnswered(sending, 200, 422)) return undefined;
    const [paymentId, submissionId] = [
      idIn(sending.request.path, 'sepa-payments'),
      idIn(sending.request.path, 'submissions'),
    ];
    const stored = submissions.get(`${paymentId} ${submissionId}`);
    if (stored === undefined) return `submission ${submissionId} of payment ${paymentId} is not there`;
    if (!TAKEN.includes(String(body.status)) || playedToFail.has(sending.request.path)) return undefined;
    const status = textOf(stored, 'status');
    if (status === 'Rejected' && movesNothing(payments.get(paymentId))) return undefined;
    return BOOKED.includes(status)
      ? undefined
      : `submission ${submissionId} was ${body.status}, and has become ${status} instead of booked`;
  }
}

/** From an account to itself: such a payment is rejected when it would be booked. */
function movesNothing(payment: Row | undefined): boolean {
  return payment !== undefined && payment.payee_iban === payment.debit_iban;
}

function paymentLost(
  { request }: Sending,
  body: Record<string, unknown>,
  payments: ReadonlyMap<string, Row>,
): string | undefined {
  const stored = payments.get(String(body.paymentId));
  if (stored === undefined) return `payment ${body.paymentId} is not there`;
  const sent = jsonOf(request.body);
  const expected = {
    authorization_id: body.authorizationId,
    amount_cents: Math.round(Number(sent.amountEUR) * 100),
    payee_iban: (sent.payee as { iban?: unknown } | undefined)?.iban,
    count: sent.count ?? 1,
  };
  const other = Object.entries(expected).find(([column, value]) => stored[column] !== value);
  return other && `payment ${body.paymentId} has ${other[0]} ${stored[other[0]]} instead of ${other[1]}`;
}

function expectStatus(row: Row | undefined, statuses: readonly string[]): string | undefined {
  const status = textOf(row, 'status');
  return statuses.includes(status) ? undefined : `it is ${status || 'not there'} instead of ${statuses.join(' or ')}`;
}

/** The id behind a part of a path. */
export function idIn(path: string, part: string): string {
  return new RegExp(`/${part}/([^/?]+)`).exec(path)?.[1] ?? '';
}

export function submissionKey(row: Row): string {
  return `${textOf(row, 'payment_id')} ${textOf(row, 'submission_id')}`;
}
