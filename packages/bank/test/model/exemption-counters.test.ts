import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import { openScaParts, type ScaParts } from '../sca/sca-parts.ts';
import { CUSTOMERS, TPPS } from './actions.ts';
import { actOnExemptions, type ExemptionAction, type ExemptionModel, usedBy } from './exemption-model.ts';
import { ExemptionWorld } from './exemption-world.ts';
import { everyOrder } from './some-order.ts';

/** So many are told each time, other ones each time. */
const STORIES = 60;
/** A search that takes longer ends here; so does making a story that failed shorter. */
const LONGEST_SEARCH_MS = 45_000;

let parts: ScaParts;
before(async () => {
  parts = await openScaParts();
});
after(() => parts.close());

const customer = fc.constantFrom(...CUSTOMERS);

/** Amounts that reach one limit each: the count, the sum to the cent, the amount itself, and any of them. */
const PALETTES = [[1, 5_00], [25_00], [29_99, 29_99, 10_02, 10_03], [1, 10_00, 29_99, 30_00]] as const;

/** Most payments are Liisa's, so that her limits are reached. */
const paymentOf = (palette: readonly number[]) =>
  fc.record(
    {
      tpp: fc.constantFrom(...TPPS),
      customer: fc.constantFrom('liisa' as const, 'liisa' as const, 'liisa' as const, ...CUSTOMERS),
      cents: fc.constantFrom(...palette),
      isOwn: fc.constantFrom(false, false, false, false, false, true),
    },
    { noNullPrototype: true },
  );
/** Which payment an action is about is counted from the newest one. */
const pick = fc.nat({ max: 3 });
const plays = fc.constantFrom(undefined, undefined, 'InsufficientFunds', 'PaymentFail', 'PaymentSubmitFailed');
const action: fc.Arbitrary<ExemptionAction> = fc.oneof(
  { weight: 9, arbitrary: fc.record({ kind: fc.constant('ask' as const), payment: pick }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('delete' as const, 'revoke' as const), payment: pick }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('submit' as const),
      payment: pick,
      id: fc.constantFrom('a', 'b'),
      play: plays as fc.Arbitrary<'InsufficientFunds' | 'PaymentFail' | 'PaymentSubmitFailed' | undefined>,
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('book' as const), payment: pick }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('authenticate' as const), customer }) },
);
/** Payments are created one after another; what is done about them, up to four things at once. */
const storyOf = (palette: readonly number[]) =>
  fc.array(
    fc.record(
      {
        created: fc.array(paymentOf(palette), { minLength: 1, maxLength: 3 }),
        actions: fc.array(action, { minLength: 1, maxLength: 4 }),
      },
      { noNullPrototype: true },
    ),
    { minLength: 4, maxLength: 14, size: 'max' },
  );
const story = fc.oneof(...PALETTES.map(storyOf));
type Step = typeof story extends fc.Arbitrary<(infer One)[]> ? One : never;

/**
 * Whatever two customers and two TPPs do, the exemption counters are what the whole history adds up to, and no limit of contract
 * §9 is ever passed. A story that fails is printed with the seed and the path that bring it back.
 */
test('exemption counters equal history after every step, however exemptions are asked for, used and given back', async () => {
  await fc.assert(fc.asyncProperty(story, tell), {
    numRuns: STORIES,
    interruptAfterTimeLimit: LONGEST_SEARCH_MS,
    markInterruptAsFailure: false,
  });
});

async function tell(steps: readonly Step[]): Promise<void> {
  const world = await ExemptionWorld.open(parts);
  // Of two asked for around an authentication, what is seen does not tell at once which of them counts after it.
  let models: [ExemptionModel, ...ExemptionModel[]] = [
    { payments: new Map(), authentications: { liisa: 0, pekka: 0 } },
  ];
  for (const { created, actions } of steps) {
    for (const wanted of created) {
      const place = models[0].payments.size;
      await world.create(place, wanted);
      const fresh = { status: 'Unauthorized', granted: undefined, willFail: false } as const;
      for (const { payments } of models) payments.set(place, { ...wanted, ...fresh, submissions: new Map() });
    }
    const meant = actions.flatMap((each) => settle(models[0], each));
    const prepared = await Promise.all(meant.map((each) => world.prepare(each)));
    // Whatever is booked with a delay is due by now.
    parts.clock.advance(1_000);
    const answers = await Promise.all(prepared.map((act) => act()));
    const seen = { answers, state: sorted(await world.state()) };
    models = everyOrder(models, meant, seen, { act: actOnExemptions, stateOf });
    for (const each of CUSTOMERS) {
      const { count, cents } = usedBy(models[0], each);
      assert.ok(count <= 5 && cents < 100_00, 'a limit was passed');
    }
    assert.deepEqual(new Set(Object.values(await parts.ledger.trialBalance())), new Set([0]));
  }
}

/** What a payment should be like for this to be worth doing; it is done to others too, only not as often. */
const INTERESTING = {
  ask: 'Unauthorized',
  delete: 'Authorized',
  revoke: 'Authorized',
  submit: 'Authorized',
  book: 'Completed',
} as const;

/** Which payment it is about; nothing where there is none yet. */
function settle({ payments }: ExemptionModel, meant: ExemptionAction): readonly ExemptionAction[] {
  if (meant.kind === 'authenticate') return [meant];
  const isInteresting = (place: number) => payments.get(place)?.status === INTERESTING[meant.kind];
  const places = [...payments.keys()];
  const ordered = [...places.filter((place) => !isInteresting(place)), ...places.filter(isInteresting)];
  const payment = ordered[ordered.length - 1 - (meant.payment % ordered.length)];
  return payment === undefined ? [] : [{ ...meant, payment }];
}

function stateOf(model: ExemptionModel): Record<string, string> {
  const state: Record<string, string> = {};
  for (const each of CUSTOMERS) {
    const { count, cents } = usedBy(model, each);
    state[each] = `${count} ${cents}`;
  }
  for (const [place, { status }] of model.payments) state[`payment ${place}`] = status;
  return sorted(state);
}

function sorted(state: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(state).sort(([one], [other]) => (one < other ? -1 : 1)));
}
