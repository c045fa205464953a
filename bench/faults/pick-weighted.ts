import type { SeededRandom } from '../../test/flow/support/seeded-random.ts';

/** One of the choices, each as likely as its weight says. */
export function pickWeighted<Choice>(
  random: SeededRandom,
  choices: readonly (readonly [choice: Choice, weight: number])[],
): Choice {
  let left = random.below(choices.reduce((sum, [, weight]) => sum + weight, 0));
  for (const [choice, weight] of choices) {
    left -= weight;
    if (left < 0) return choice;
  }
  throw new Error('there is nothing to pick from');
}
