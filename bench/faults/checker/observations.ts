import { idIn } from './check-acknowledged.ts';
import { jsonOf, type Sending, type Story } from './read-history.ts';
import { type StoreSnapshot, textOf } from './store-snapshot.ts';

/** What an answer said of one thing. It was so at some moment between the two lines. */
export interface Observation {
  readonly thing: 'payment' | 'authorization' | 'submission';
  readonly id: string;
  readonly status: string;
  readonly archiveId: string | undefined;
  /** The line of the request, and of the answer; both infinite for what the database says in the end. */
  readonly fromLine: number;
  readonly toLine: number;
}

type Json = Readonly<Record<string, unknown>>;

/** All that answers, and at last the database, said of payments, authorizations and submissions; the earliest first. */
export function observe({ sendings }: Story, store: StoreSnapshot): Observation[] {
  return [...sendings.flatMap(observeAnswer), ...observeStore(store)];
}

/** @returns nothing where there was no answer, or a refusal */
export function observeAnswer(sending: Sending): Observation[] {
  const { request, answer } = sending;
  if (answer === undefined || answer.status >= 300 || request.path.startsWith('/oauth/')) return [];
  const lines = { fromLine: request.n, toLine: answer.n };
  const body = jsonOf(answer.body);
  return within(body, idIn(request.path, 'sepa-payments')).map((seen) => ({ ...seen, ...lines }));
}

type Seen = Omit<Observation, 'fromLine' | 'toLine'>;

/** @param paymentId whose submissions these are, where the answer does not say */
function within(body: Json, paymentId: string): Seen[] {
  const status = String(body.status);
  const archiveId = typeof body.archiveId === 'string' ? body.archiveId : undefined;
  const own: Seen[] = [];
  if (typeof body.submissionId === 'string') {
    own.push({ thing: 'submission', id: `${paymentId} ${body.submissionId}`, status, archiveId });
  } else if (typeof body.paymentId === 'string') {
    own.push({ thing: 'payment', id: body.paymentId, status, archiveId: undefined });
  } else if (typeof body.authorizationId === 'string') {
    own.push({ thing: 'authorization', id: body.authorizationId, status, archiveId: undefined });
  }
  const whose = typeof body.paymentId === 'string' ? body.paymentId : paymentId;
  const inner = ['submissions', 'payments', 'sepaPayments'].flatMap((name) => listOf(body, name));
  return [...own, ...inner.flatMap((each) => within(each, whose))];
}

export function listOf(body: Json, name: string): Json[] {
  const list = body[name];
  return Array.isArray(list) ? list.filter((each): each is Json => typeof each === 'object' && each !== null) : [];
}

function observeStore({ payments, authorizations, submissions }: StoreSnapshot): Observation[] {
  const lines = { fromLine: Number.POSITIVE_INFINITY, toLine: Number.POSITIVE_INFINITY };
  return [
    ...payments.map((row) => ({
      thing: 'payment' as const,
      id: textOf(row, 'payment_id'),
      status: textOf(row, 'status'),
      archiveId: undefined,
      ...lines,
    })),
    ...authorizations.map((row) => ({
      thing: 'authorization' as const,
      id: textOf(row, 'authorization_id'),
      status: textOf(row, 'status'),
      archiveId: undefined,
      ...lines,
    })),
    ...submissions.map((row) => ({
      thing: 'submission' as const,
      id: `${textOf(row, 'payment_id')} ${textOf(row, 'submission_id')}`,
      status: textOf(row, 'status'),
      archiveId: textOf(row, 'archive_id') || undefined,
      ...lines,
    })),
  ];
}
