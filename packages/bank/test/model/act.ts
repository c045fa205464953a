import type { PaymentStatus } from '@lupa/protocol';
import { ACCOUNTS, type TppName } from './actions.ts';
import {
  type BankModel,
  bundleAt,
  type ModelBundle,
  type ModelPayment,
  type ModelSession,
  type ModelSubmission,
  paymentAt,
  type Settled,
  settleMidnight,
} from './bank-model.ts';

const IDLE_MS = 300_000;
/** The worker that ends idle sessions forgets those that ended this long ago. */
const FORGOTTEN_MS = 24 * 3_600_000;
const EXPIRY_MS = 24 * 3_600_000;

/** Does it to the model. @returns what the caller is answered */
export function act(model: BankModel, what: Settled): string {
  switch (what.kind) {
    case 'create':
      return create(model, what);
    case 'delete':
      return takeBack(model, what, what.payment);
    case 'revoke':
      return takeBack(model, what, undefined);
    case 'read':
      return readBundle(model, what);
    case 'log in':
      return logIn(model, what);
    case 'choose':
    case 'approve':
    case 'reject':
    case 'cancel':
      return inSession(model, what);
    case 'submit':
      return submit(model, what);
    case 'book':
      return book(model, what);
    case 'wait':
      model.now += what.seconds * 1000;
      return 'done';
    case 'nothing':
      return 'nothing';
    default:
      return work(model, what.kind);
  }
}

function create(model: BankModel, { place, joins, action }: Settled & { kind: 'create' }): string {
  const { tpp, cents, payee, order, count } = action;
  const body = JSON.stringify([joins, cents, payee, order, count]);
  const used = model.keys.get(`${tpp} ${action.key}`);
  if (used !== undefined) {
    const { status } = paymentAt(model, used.payment);
    return used.body === body && status === 'Unauthorized' ? `replayed ${used.payment}` : 'DUPLICATE_PAYMENT';
  }
  const payment: ModelPayment = {
    place,
    order: { cents, payee, instant: order === 'SEPA_INST', count },
    status: 'Unauthorized',
    debit: undefined,
    submissions: new Map(),
    made: 0,
  };
  if (joins === undefined) {
    const payments = new Map([[place, payment]]);
    model.bundles.set(place, { place, tpp, created: model.now, status: 'Unauthorized', payments });
  } else {
    const bundle = bundleAt(model, joins);
    if (bundle.tpp !== tpp) return 'NOT_FOUND';
    if (bundle.status !== 'Unauthorized') return 'ILLEGAL_STATE';
    bundle.payments.set(place, payment);
  }
  model.keys.set(`${tpp} ${action.key}`, { body, payment: place });
  return 'created';
}

/** One payment is deleted, or all that is left of the bundle revoked. */
function takeBack(
  model: BankModel,
  { tpp, bundle: at }: { tpp: TppName; bundle: number },
  payment: number | undefined,
): string {
  const bundle = bundleAt(model, at);
  if (bundle.tpp !== tpp) return 'NOT_FOUND';
  if (bundle.status === 'Authorizing') return 'ILLEGAL_STATE';
  const left = [...bundle.payments.values()].filter(
    ({ place, status, made }) =>
      (status === 'Unauthorized' || status === 'Authorized') &&
      (payment === undefined || (place === payment && made === 0)),
  );
  if (left.length === 0) return 'ILLEGAL_STATE';
  for (const each of left) each.status = each.made > 0 ? 'PartiallyRevoked' : 'Revoked';
  bundle.status = statusOf(bundle);
  return `now ${payment === undefined ? bundle.status : 'Revoked'}`;
}

function readBundle(model: BankModel, { bundle, token }: Settled & { kind: 'read' }): string {
  return token === 'own' || token === "the client's" ? bundleAt(model, bundle).status : 'NOT_FOUND';
}

function logIn(model: BankModel, { place, bundle: at, customer }: Settled & { kind: 'log in' }): string {
  const bundle = bundleAt(model, at);
  const waiting = [...bundle.payments.values()].filter(({ status }) => status === 'Unauthorized');
  const isOpen = bundle.status === 'Unauthorized' && waiting.length > 0;
  const [account] = ACCOUNTS[customer];
  const session = { place, bundle: at, customer, isOpen, lastSeen: model.now, challenges: 0, shown: [], account };
  model.sessions.set(place, session);
  if (!isOpen) return 'ended';
  for (const payment of [bundle, ...waiting]) payment.status = 'Authorizing';
  return 'moved';
}

function inSession(model: BankModel, what: Extract<Settled, { session: number }>): string {
  const session = model.sessions.get(what.session);
  if (session === undefined) return 'stale';
  if (session.isOpen && model.now - session.lastSeen >= IDLE_MS) leave(model, session, 'Unauthorized', []);
  if (!session.isOpen) return 'ended';
  if (what.kind === 'cancel') return leave(model, session, 'Unauthorized', []);
  // A form made for a second factor that another one has replaced is worth nothing.
  if (what.seen !== session.challenges) return 'stale';
  if (what.kind === 'approve') {
    return session.challenges === 0 ? 'stale' : leave(model, session, 'Authorized', session.shown);
  }
  if (!('shown' in what) || what.shown.length === 0) return leave(model, session, 'Rejected', []);
  session.challenges += 1;
  session.lastSeen = model.now;
  session.shown = what.shown;
  session.account = what.account;
  return 'moved';
}

function leave(model: BankModel, session: ModelSession, status: PaymentStatus, approved: readonly number[]): string {
  Object.assign(session, { isOpen: false, lastSeen: model.now });
  const bundle = bundleAt(model, session.bundle);
  bundle.status = status;
  for (const payment of bundle.payments.values()) {
    if (payment.status !== 'Authorizing') continue;
    const isApproved = approved.includes(payment.place);
    payment.status = status === 'Unauthorized' ? status : isApproved ? 'Authorized' : 'Rejected';
    if (isApproved) payment.debit = session.account;
  }
  return 'ended';
}

function submit(model: BankModel, { bundle: at, payment: place, action }: Settled & { kind: 'submit' }): string {
  if (action.token === "the client's") return 'TOKEN_WRONG_KIND';
  if (action.token !== 'own') return 'NOT_FOUND';
  const bundle = bundleAt(model, at);
  const payment = paymentAt(model, place);
  const earlier = payment.submissions.get(action.id);
  if (earlier !== undefined) settleMidnight(model, earlier);
  if (earlier?.failed) return 'PAYMENT_FAIL';
  if (earlier !== undefined && earlier.status !== 'Pending' && earlier.status !== 'Error') return earlier.status;
  const { count, cents } = payment.order;
  if (payment.status !== 'Authorized' || payment.debit === undefined || payment.made >= count) return 'ILLEGAL_STATE';
  const tried: ModelSubmission = { status: 'Error', due: 0, until: 0, play: action.play, failed: false };
  payment.submissions.set(action.id, tried);
  if (action.play === 'PaymentSystemUnavailable') {
    Object.assign(tried, { status: 'Pending', until: nextMidnight(model.now) });
    return 'Pending';
  }
  if (action.play === 'PaymentFail') {
    Object.assign(tried, { status: 'Rejected', failed: true });
    return 'PAYMENT_FAIL';
  }
  const account = model.accounts[payment.debit];
  if (action.play === 'InsufficientFunds' || account.balance - account.reserved < cents) return 'INSUFFICIENT_FUNDS';
  account.reserved += cents;
  tried.status = 'Accepted';
  // What booking is to make of it was said beforehand: it is seen to be `Accepted` for a second.
  tried.due = model.now + (action.play === undefined ? 0 : 1_000);
  payment.made += 1;
  if (payment.made === count) payment.status = 'Completed';
  bundle.status = statusOf(bundle);
  return 'Accepted';
}

function book(model: BankModel, { payment: place, id }: Settled & { kind: 'book' }): string {
  const payment = paymentAt(model, place);
  const submission = payment.submissions.get(id);
  if (submission?.status !== 'Accepted' || payment.debit === undefined) return 'already-done';
  const { cents, payee, instant } = payment.order;
  const debit = model.accounts[payment.debit];
  debit.reserved -= cents;
  if (payee === payment.debit || submission.play === 'PaymentSubmitFailed') {
    submission.status = 'Rejected';
  } else {
    debit.balance -= cents;
    if (payee !== 'elsewhere') model.accounts[payee].balance += cents;
    const isCredited = instant && payee !== 'elsewhere' && submission.play !== 'PaymentSubmitSuccess';
    submission.status = isCredited ? 'Credited' : 'Submitted';
  }
  return submission.status;
}

function work(
  model: BankModel,
  kind: 'end idle sessions' | 'reject lapsed submissions' | 'expire authorizations',
): string {
  if (kind === 'end idle sessions') {
    for (const session of model.sessions.values()) {
      const left = model.now - session.lastSeen;
      if (session.isOpen && left >= IDLE_MS) leave(model, session, 'Unauthorized', []);
      else if (!session.isOpen && left > FORGOTTEN_MS) model.sessions.delete(session.place);
    }
  }
  for (const bundle of model.bundles.values()) {
    if (
      kind === 'expire authorizations' &&
      bundle.status === 'Unauthorized' &&
      bundle.created < model.now - EXPIRY_MS
    ) {
      takeBack(model, { tpp: bundle.tpp, bundle: bundle.place }, undefined);
    }
    for (const payment of kind === 'reject lapsed submissions' ? bundle.payments.values() : []) {
      for (const submission of payment.submissions.values()) settleMidnight(model, submission);
    }
  }
  return 'done';
}

/** Something of it is still open, or it was paid, taken back or refused. */
function statusOf({ payments }: ModelBundle): PaymentStatus {
  const statuses = [...payments.values()].map(({ status }) => status);
  const has = (...wanted: PaymentStatus[]) => wanted.some((status) => statuses.includes(status));
  const open = (['Authorizing', 'Unauthorized', 'Authorized'] as const).find((status) => has(status));
  if (open !== undefined) return open;
  const wasTakenBack = has('Revoked', 'PartiallyRevoked');
  if (has('Completed', 'PartiallyRevoked')) return wasTakenBack ? 'PartiallyRevoked' : 'Completed';
  return wasTakenBack ? 'Revoked' : 'Rejected';
}

const HELSINKI_HOUR = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'Europe/Helsinki',
  hour: '2-digit',
  hourCycle: 'h23',
});

/** Hour after hour until the clock on the wall in Helsinki says 00. */
function nextMidnight(now: number): number {
  const hour = 3_600_000;
  let at = Math.floor(now / hour) * hour + hour;
  while (HELSINKI_HOUR.format(at) !== '00') at += hour;
  return at;
}
