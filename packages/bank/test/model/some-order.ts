import assert from 'node:assert/strict';

/** What a step was seen to do: what each caller was answered, and what is stored afterwards. */
export interface Seen {
  readonly answers: readonly string[];
  readonly state: Readonly<Record<string, string>>;
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
  { act, stateOf }: { act: (model: Model, action: Action) => string; stateOf: (model: Model) => Seen['state'] },
): Model {
  const told: Seen[] = [];
  for (const order of ordersOf(actions)) {
    const tried = structuredClone(model);
    const said = new Map(order.map((action) => [action, act(tried, action)]));
    const outcome = { answers: actions.map((action) => said.get(action) ?? ''), state: stateOf(tried) };
    if (JSON.stringify(outcome) === JSON.stringify(seen)) return tried;
    told.push(outcome);
  }
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
