import { after, before, test } from 'node:test';
import fc from 'fast-check';
import { openScaParts, type ScaParts } from '../sca/sca-parts.ts';
import { act } from './act.ts';
import { type Step, story } from './actions.ts';
import { newModel } from './bank-model.ts';
import { BankWorld } from './bank-world.ts';
import { assertInvariants, stateIn, stateOf } from './observed-state.ts';
import { settle } from './settle.ts';
import { someOrder } from './some-order.ts';

/** So many are told each time, other ones each time. */
const STORIES = 100;
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
    model = someOrder(model, settled, { answers, state }, { act, stateOf });
    await assertInvariants(world);
  }
  await world.end();
}
