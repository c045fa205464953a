import type { Sending, Story, Visit } from './read-history.ts';
import { byText, numberOf, type Row, type StoreSnapshot, textOf } from './store-snapshot.ts';
import { type Violation, violationsOf } from './violation.ts';

/** The workflow document, "Conditions and requirements". */
const BELOW_CENTS = 30_00;
const MOST_GRANTS = 5;
const SUM_BELOW_CENTS = 100_00;

/** A stuck customer's last request is answered for by then, one way or the other. */
const STUCK_MS = 30_000;

/** Some time between the two, in milliseconds. */
interface Interval {
  readonly from: number;
  readonly to: number;
}

/** The limits of the exemption, counted anew: once from the history, once from the grants the bank recorded. */
export function checkExemptions(story: Story, store: StoreSnapshot): Violation[] {
  const payments = byText(store.payments, 'payment_id');
  const own = ownAccounts(store);
  return [
    ...violationsOf('a grant is small, or between the accounts of one customer', store.grants, (grant) => {
      const payment = payments.get(textOf(grant, 'payment_id'));
      const staysOwn = own.get(textOf(payment, 'payee_iban')) === grant.customer_id;
      const amount = numberOf(payment, 'amount_cents');
      const isRight =
        grant.counted === !staysOwn && grant.amount_cents === amount && (staysOwn || amount < BELOW_CENTS);
      return isRight ? undefined : { what: `${JSON.stringify(grant)} of a payment of ${amount} cents` };
    }),
    ...violationsOf(
      'no more is granted than the limits allow, by the bank’s own record',
      countedGrants(store),
      ([key, grants]) =>
        problemWith(
          key,
          grants.map((grant) => numberOf(grant, 'amount_cents')),
        ),
    ),
    ...violationsOf(
      'the count of a customer is what was granted since the latest approval',
      store.counters,
      (counter) => {
        const counted = countedGrants(store).get(`${counter.customer_id} in period ${counter.period}`) ?? [];
        const cents = counted.reduce((sum, grant) => sum + numberOf(grant, 'amount_cents'), 0);
        return counter.granted_count === counted.length && counter.granted_cents === cents
          ? undefined
          : {
              what: `it says ${counter.granted_count} and ${counter.granted_cents} cents, and ${counted.length} of ${cents} were granted`,
            };
      },
    ),
    ...violationsOf(
      'no more is granted between two approvals than the limits allow',
      betweenApprovals(story, store, own),
      ({ username, grants }) => {
        const problem = problemWith(
          username,
          grants.map(({ amountCents }) => amountCents),
        );
        return problem && { ...problem, lines: grants.flatMap(({ lines }) => lines) };
      },
    ),
    ...violationsOf('what was made without asking the customer was granted', store.authorizations, (row) => {
      if (row.source_grant_id === null || row.authorized === null) return undefined;
      const id = textOf(row, 'authorization_id');
      const granted = store.grants.some((grant) => payments.get(textOf(grant, 'payment_id'))?.authorization_id === id);
      const visited = story.visits.some(({ begun }) => begun.authorizationId === id && begun.decision === 'approve');
      const decided = story.sendings.some(({ request }) => request.path === `/authorizations/${id}/sandbox-authorize`);
      return granted || visited || decided ? undefined : { what: `authorization ${id} was authorized by nobody` };
    }),
  ];
}

function problemWith(whose: string, amounts: readonly number[]): { what: string } | undefined {
  const sum = amounts.reduce((total, cents) => total + cents, 0);
  if (amounts.length <= MOST_GRANTS && sum < SUM_BELOW_CENTS) return undefined;
  return { what: `${whose}: ${amounts.length} grants, together ${sum} cents` };
}

/** Grants that count, by customer and period; what was given back does not. */
function countedGrants({ grants }: StoreSnapshot): Map<string, Row[]> {
  const counting = grants.filter((grant) => grant.counted === true && grant.given_back_at === null);
  return Map.groupBy(counting, (grant) => `${grant.customer_id} in period ${grant.period}`);
}

function ownAccounts({ accounts }: StoreSnapshot): Map<string, unknown> {
  return new Map(accounts.map((row) => [textOf(row, 'iban'), row.customer_id]));
}

/**
 * What was surely granted between two moments at which a customer may have approved something. Where a moment is not known,
 * it is taken to be so that it speaks for the bank.
 */
function betweenApprovals({ sendings, visits }: Story, store: StoreSnapshot, own: ReadonlyMap<string, unknown>) {
  const asked = Map.groupBy(
    sendings.filter(({ request }) => request.name === 'ask exemption'),
    ({ request }) => request.about ?? '',
  );
  const paymentOf = byText(store.payments, 'payment_id');
  const authorized = new Set(
    store.authorizations.filter((row) => row.authorized !== null).map((row) => textOf(row, 'authorization_id')),
  );
  const grants = store.grants.flatMap((grant) => {
    const payment = paymentOf.get(textOf(grant, 'payment_id'));
    const sent = asked.get(textOf(payment, 'authorization_id')) ?? [];
    const username = sent[0]?.request.customer;
    const counts = grant.given_back_at === null && own.get(textOf(payment, 'payee_iban')) !== grant.customer_id;
    if (username === undefined || !counts) return [];
    return [
      {
        username,
        amountCents: numberOf(grant, 'amount_cents'),
        when: spanOf(sent),
        lines: sent.map(({ request }) => request.n),
      },
    ];
  });
  return [...Map.groupBy(grants, ({ username }) => username)].flatMap(([username, all]) => {
    const approvals = visits
      .filter(({ begun }) => begun.username === username && begun.decision === 'approve')
      .filter(({ begun }) => authorized.has(begun.authorizationId))
      .map(whenOf)
      .sort((one, other) => one.from - other.from);
    return gapsBetween(approvals).map((gap) => ({
      username,
      grants: all.filter(({ when }) => when.from > gap.from && when.to < gap.to),
    }));
  });
}

/** From the first sending to the end of the one that was granted; of the last one where that is not known. */
function spanOf(sent: readonly Sending[]): Interval {
  const granted = sent.find(({ answer }) => answer?.status === 200);
  const from = Date.parse((granted ?? sent[0])?.request.at ?? '');
  const to = granted?.endMs ?? Math.max(...sent.map(({ endMs }) => endMs));
  return { from, to };
}

function whenOf({ begun, ended }: Visit): Interval {
  const isClear = ended !== undefined && !ended.outcome.startsWith('stuck');
  return { from: Date.parse(begun.at), to: Date.parse((ended ?? begun).at) + (isClear ? 0 : STUCK_MS) };
}

function gapsBetween(approvals: readonly Interval[]): Interval[] {
  const gaps: Interval[] = [];
  let from = Number.NEGATIVE_INFINITY;
  for (const approval of approvals) {
    if (approval.from > from) gaps.push({ from, to: approval.from });
    from = Math.max(from, approval.to);
  }
  return [...gaps, { from, to: Number.POSITIVE_INFINITY }];
}
