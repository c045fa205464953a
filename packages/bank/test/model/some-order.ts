import assert from 'node:assert/strict';
import { serialize } from 'node:v8';

/** What a step was seen to do: what each caller was answered, and what is stored afterwards. */
export interface Seen {
  readonly answers: readonly string[];
  readonly state: Readonly<Record<string, string>>;
}

interface Rules<Model, Action> {
  readonly act: (model: Model, action: Action) => string;
  readonly stateOf: (model: Model) => Seen['state'];
}

/**
 * Several things happened at once: looks for an order in which, one after the other, they would have come to the same.
 *
 * @param act does one of them to a model; the models tried are copies
 * @returns the model after the order that explains what was seen
 */
export function someOrder<Model, Action>(
  model: Model,
  actions: readonly Action[],
  seen: Seen,
  rules: Rules<Model, Action>,
): Model {
  const [explained] = everyOrder([model], actions, seen, rules);
  return explained;
}

/**
 * As `someOrder`, where what was seen leaves open which order it was, and what comes later hangs on it.
 *
 * @param models that explain all that was seen before
 * @returns all different models that explain this too
 */
export function everyOrder<Model, Action>(
  models: readonly Model[],
  actions: readonly Action[],
  seen: Seen,
  { act, stateOf }: Rules<Model, Action>,
): [Model, ...Model[]] {
  const told: Seen[] = [];
  const explaining = new Map<string, Model>();
  for (const model of models) {
    for (const order of ordersOf(actions)) {
      const tried = structuredClone(model);
      const said = new Map(order.map((action) => [action, act(tried, action)]));
      const outcome = { answers: actions.map((action) => said.get(action) ?? ''), state: stateOf(tried) };
      if (JSON.stringify(outcome) === JSON.stringify(seen)) explaining.set(serialize(tried).toString('base64'), tried);
      else told.push(outcome);
    }
  }
  const [first, ...others] = explaining.values();
  if (first !== undefined) return [first, ...others];
  const what = actions.map((action) => JSON.stringify(action)).join('\n');
  assert.deepEqual(seen, told[0], `no order of these explains what was seen:\n${what}`);
  throw new Error('unreachable: the two were found different above');
}

function ordersOf<Thing>(things: readonly Thing[]): readonly (readonly Thing[])[] {
  if (things.length <= 1) return [things];
  return things.flatMap((first, at) => {
    const others = things.filter((_, place) => place !== at);
    return ordersOf(others).map((rest) => [first, ...rest]);
  });
}
