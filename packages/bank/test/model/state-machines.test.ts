import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import { openScaParts, type ScaParts } from '../sca/sca-parts.ts';
import { type Step, story } from './actions.ts';
import { act, type BankModel, newModel, type Settled } from './bank-model.ts';
import { BankWorld } from './bank-world.ts';
import { assertInvariants, type State, stateIn, stateOf } from './observed-state.ts';
import { settle } from './settle.ts';

/** So many are told each time, other ones each time. */
const STORIES = 80;
/** A search that takes longer ends here; so does making a story that failed shorter. */
const LONGEST_SEARCH_MS = 45_000;

let parts: ScaParts;
before(async () => {
  parts = await openScaParts();
});
after(() => parts.close());

/**
 * Two TPPs and two customers, and everything they can do to payments, up to three things at once. After every step what was
 * answered and what is stored must be what the model says for one of the orders in which these things can have happened.
 *
 * A story that fails is made shorter and printed with the seed and the path that bring it back: give both to `fc.assert`.
 */
test('whatever two TPPs and two customers do, in whatever order and at once, is what the model says', async () => {
  await fc.assert(fc.asyncProperty(story, tell), {
    numRuns: STORIES,
    interruptAfterTimeLimit: LONGEST_SEARCH_MS,
    markInterruptAsFailure: false,
  });
});

async function tell(steps: readonly Step[]): Promise<void> {
  const world = await BankWorld.open(parts);
  let model = newModel(parts.clock.now().getTime());
  let places = 0;
  for (const step of steps) {
    const settled = settle(model, step, () => places++);
    await world.look();
    const told = await Promise.all(settled.map((action) => world.perform(action)));
    const answers = told.map((tellAnswer) => tellAnswer());
    const state = await stateIn(world);
    model = explain(model, settled, answers, state);
    await assertInvariants(world);
  }
  await world.end();
}

/** @returns the model after the order that explains what was seen */
function explain(model: BankModel, settled: readonly Settled[], answers: readonly string[], state: State): BankModel {
  const told: { answers: readonly string[]; state: State }[] = [];
  for (const order of ordersOf(settled)) {
    const tried = structuredClone(model);
    const said = new Map(order.map((action) => [action, act(tried, action)]));
    const outcome = { answers: settled.map((action) => said.get(action) ?? ''), state: stateOf(tried) };
    if (isSame(outcome, { answers, state })) return tried;
    told.push(outcome);
  }
  const what = settled.map((action) => JSON.stringify(action)).join('\n');
  assert.deepEqual({ answers, state }, told[0], `no order of these explains what was seen:\n${what}`);
  throw new Error('unreachable: the two were found different above');
}

function isSame(one: object, other: object): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function ordersOf<Thing>(things: readonly Thing[]): readonly (readonly Thing[])[] {
  if (things.length <= 1) return [things];
  return things.flatMap((first, at) =>
    ordersOf(things.filter((_, place) => place !== at)).map((rest) => [first, ...rest]),
  );
}
