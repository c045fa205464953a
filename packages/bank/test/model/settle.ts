import type { PaymentStatus } from '@lupa/protocol';
import { ACCOUNTS, type Action, type Step } from './actions.ts';
import type { BankModel, Settled } from './bank-model.ts';

/** Settles which things the actions of a step are about, by what there is when it begins. `place` numbers what they make. */
export function settle(model: BankModel, step: Step, place: () => number): readonly Settled[] {
  return step.map((action) => settleOne(model, action, place));
}

function settleOne(model: BankModel, action: Action, place: () => number): Settled {
  const bundles = lastOf(byPlace(model.bundles), ({ status }) => status === INTERESTING[action.kind]);
  const sessions = lastOf(byPlace(model.sessions), ({ isOpen }) => isOpen);
  const bundle = 'bundle' in action ? newest(bundles, action.bundle) : undefined;
  switch (action.kind) {
    case 'create': {
      const joins = action.joins === undefined ? undefined : newest(bundles, action.joins)?.place;
      return { kind: 'create', place: place(), joins, action };
    }
    case 'delete':
    case 'submit': {
      const payment = bundle && newest(byPlace(bundle.payments), action.payment);
      if (bundle === undefined || payment === undefined) return { kind: 'nothing' };
      const about = { bundle: bundle.place, payment: payment.place };
      return action.kind === 'delete'
        ? { kind: 'delete', tpp: action.tpp, ...about }
        : { kind: 'submit', action, ...about };
    }
    case 'revoke':
      return bundle ? { kind: 'revoke', tpp: action.tpp, bundle: bundle.place } : { kind: 'nothing' };
    case 'read':
      return bundle ? { kind: 'read', bundle: bundle.place, token: action.token } : { kind: 'nothing' };
    case 'log in':
      return bundle
        ? { kind: 'log in', place: place(), bundle: bundle.place, customer: action.customer }
        : { kind: 'nothing' };
    case 'choose': {
      const session = newest(sessions, action.session);
      if (session === undefined) return { kind: 'nothing' };
      const waiting = byPlace(model.bundles.get(session.bundle)?.payments ?? new Map()).filter(
        ({ status }) => status === 'Authorizing',
      );
      const shown = waiting
        .filter((_payment, at) => action.ticked[at % action.ticked.length])
        .map((each) => each.place);
      const account = newest(ACCOUNTS[session.customer], action.account) ?? ACCOUNTS[session.customer][0];
      return { kind: 'choose', session: session.place, shown, account, seen: session.challenges };
    }
    case 'approve':
    case 'reject':
    case 'cancel': {
      const session = newest(sessions, action.session);
      if (session === undefined) return { kind: 'nothing' };
      return { kind: action.kind, session: session.place, seen: session.challenges };
    }
    case 'book': {
      const job = newest(due(model), action.job);
      return job ? { kind: 'book', ...job } : { kind: 'nothing' };
    }
    default:
      return action;
  }
}

/** What a bundle should be like for this to be worth doing; it is done to others too, only not as often. */
const INTERESTING: Readonly<Partial<Record<Action['kind'], PaymentStatus>>> = {
  create: 'Unauthorized',
  'log in': 'Unauthorized',
  submit: 'Authorized',
};

/** Those that are so after those that are not: the last ones are picked most. */
function lastOf<Thing>(things: readonly Thing[], isSo: (thing: Thing) => boolean): readonly Thing[] {
  return [...things.filter((thing) => !isSo(thing)), ...things.filter(isSo)];
}

/** The submissions that may be booked now. */
function due({ now, bundles }: BankModel): { payment: number; id: string }[] {
  const payments = [...bundles.values()].flatMap((bundle) => byPlace(bundle.payments));
  return payments.flatMap(({ place, submissions }) =>
    [...submissions]
      .filter(([, submission]) => submission.status === 'Accepted' && submission.due <= now)
      .map(([id]) => ({ payment: place, id })),
  );
}

function byPlace<Thing extends { place: number }>(things: ReadonlyMap<number, Thing>): Thing[] {
  return [...things.values()].sort((one, other) => one.place - other.place);
}

function newest<Thing>(things: readonly Thing[], pick: number): Thing | undefined {
  return things.length === 0 ? undefined : things[things.length - 1 - (pick % things.length)];
}
