import { idIn } from './check-acknowledged.ts';
import { listOf, observeAnswer } from './observations.ts';
import { isAnswered, jsonOf, linesOf, type Sending, type Story } from './read-history.ts';
import { type Violation, violationsOf } from './violation.ts';

type Json = Readonly<Record<string, unknown>>;

/** Every answer shows the bank as it was at one moment, and nothing acknowledged before it was asked is missing in it. */
export function checkReads({ sendings }: Story): Violation[] {
  const acknowledged = whenAcknowledged(sendings);
  const answered = sendings.filter((sending) => isAnswered(sending, 200));
  return [
    ...violationsOf('what was acknowledged is found', sendings, (sending) => {
      const id = idIn(sending.request.path, '(?:sepa-payments|payments|authorizations)');
      const since = acknowledged.get(id);
      if (!isAnswered(sending, 404) || since === undefined || since > sending.request.n) return undefined;
      const submissionId = idIn(sending.request.path, 'submissions');
      const submitted = acknowledged.get(`${id} ${submissionId}`);
      if (submissionId !== '' && (submitted === undefined || submitted > sending.request.n)) return undefined;
      return { what: `${id} was not found`, lines: [since, ...linesOf(sending)] };
    }),
    ...violationsOf('a list holds everything that was acknowledged before it was asked for', answered, (sending) => {
      const missing = missingIn(sending, sendings);
      return missing && { what: missing.what, lines: [...missing.lines, ...linesOf(sending)] };
    }),
    ...violationsOf('an authorization and its payments are of one moment', answered, (sending) => {
      const body = jsonOf(sending.answer?.body);
      const statuses = listOf(body, 'sepaPayments').map((payment) => String(payment.status));
      if (statuses.length === 0 || fitsBundle(String(body.status), statuses)) return undefined;
      return { what: `it is ${body.status}, and its payments ${statuses.join(', ')}`, lines: linesOf(sending) };
    }),
    ...violationsOf('a payment and its submissions are of one moment', answered, (sending) => {
      const body = jsonOf(sending.answer?.body);
      const submissions = listOf(body, 'submissions').map(({ status }) => String(status));
      if (typeof body.paymentId !== 'string' || body.submissions === undefined) return undefined;
      if (fitsPayment(body, submissions)) return undefined;
      return { what: `it is ${body.status}, and its submissions ${submissions.join(', ')}`, lines: linesOf(sending) };
    }),
  ];
}

/** The line at which the bank first answered for a thing, by its id. */
function whenAcknowledged(sendings: readonly Sending[]): Map<string, number> {
  const first = new Map<string, number>();
  for (const sending of sendings) {
    for (const { id, toLine } of observeAnswer(sending)) first.set(id, Math.min(first.get(id) ?? toLine, toLine));
  }
  return first;
}

function missingIn(sending: Sending, sendings: readonly Sending[]): { what: string; lines: number[] } | undefined {
  const { request, answer } = sending;
  const body = jsonOf(answer?.body);
  const payments = [...listOf(body, 'payments'), ...listOf(body, 'sepaPayments')];
  const submissions = listOf(body, 'submissions');
  const wants =
    payments.length > 0
      ? { name: 'create', status: 201, inside: idIn(request.path, 'authorizations') }
      : body.submissions !== undefined
        ? { name: 'submit', status: 200, inside: idIn(request.path, '(?:sepa-payments|payments)') }
        : undefined;
  if (wants === undefined) return undefined;
  const there = new Set([
    ...payments.map(({ paymentId }) => paymentId),
    ...submissions.map((each) => each.submissionId),
  ]);
  for (const earlier of sendings) {
    if (earlier.request.name !== wants.name || !isAnswered(earlier, wants.status) || earlier.endLine > request.n)
      continue;
    const said = jsonOf(earlier.answer?.body);
    const inside = wants.name === 'create' ? said.authorizationId : idIn(earlier.request.path, 'sepa-payments');
    const id = wants.name === 'create' ? said.paymentId : said.submissionId;
    if (inside === wants.inside && !there.has(id)) return { what: `${id} is not in it`, lines: linesOf(earlier) };
  }
  return undefined;
}

/** Contract section 6, as a rule between the two. */
function fitsBundle(status: string, payments: readonly string[]): boolean {
  const some = (wanted: string) => payments.includes(wanted);
  switch (status) {
    case 'Authorizing':
      return some('Authorizing');
    case 'Unauthorized':
      return some('Unauthorized') && !some('Authorized') && !some('Completed');
    case 'Authorized':
      return some('Authorized') && !some('Unauthorized') && !some('Authorizing');
    case 'Completed':
      return some('Completed') && payments.every((each) => each === 'Completed' || each === 'Rejected');
    case 'PartiallyRevoked':
      return (some('Completed') && some('Revoked')) || some('PartiallyRevoked');
    // A payment deleted before the customer refused the rest stays revoked.
    default:
      return payments.every((each) => each === 'Rejected' || each === 'Revoked');
  }
}

const TAKEN = ['Accepted', 'Submitted', 'Credited'];

function fitsPayment(payment: Json, submissions: readonly string[]): boolean {
  const count = Number(payment.count ?? 1);
  const taken = submissions.filter((status) => TAKEN.includes(status)).length;
  const perhaps = taken + submissions.filter((status) => status === 'Rejected').length;
  switch (payment.status) {
    case 'Completed':
      return perhaps >= count && taken <= count;
    case 'Authorized':
      return taken < count;
    case 'PartiallyRevoked':
      return perhaps > 0 && taken < count;
    default:
      return taken === 0;
  }
}
