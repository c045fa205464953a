import { isAnswered, jsonOf, linesOf, type Story } from './read-history.ts';
import { type Violation, violationsOf } from './violation.ts';

/** The same key again is answered as the first time, or refused; never with something new. */
export function checkReplays({ sendings }: Story): Violation[] {
  const creations = Map.groupBy(
    sendings.filter((sending) => sending.request.name === 'create' && isAnswered(sending, 201)),
    ({ request }) => `${request.client} ${request.customer ?? ''} ${request.idempotencyKey}`,
  );
  const refreshes = Map.groupBy(
    sendings.filter(({ request }) => request.name === 'refresh'),
    ({ request }) => request.call,
  );
  return [
    ...violationsOf('the same key and body give the same answer', creations, ([key, answered]) => {
      const bodies = new Set(answered.map(({ answer }) => originalOf(answer?.body)));
      return bodies.size === 1
        ? undefined
        : { what: `${key} was answered in ${bodies.size} ways`, lines: answered.flatMap(linesOf) };
    }),
    ...violationsOf('a key with another body is refused', creations, ([key, answered]) => {
      const sent = new Set(answered.map(({ request }) => request.body));
      return sent.size === 1
        ? undefined
        : { what: `${key} was accepted with ${sent.size} bodies`, lines: answered.flatMap(linesOf) };
    }),
    ...violationsOf('an answer is given once, and then said to be repeated', creations, ([key, answered]) => {
      const first = answered.filter(({ answer }) => answer?.replayed === false);
      return first.length <= 1
        ? undefined
        : { what: `${key} was answered ${first.length} times as if for the first time`, lines: first.flatMap(linesOf) };
    }),
    ...violationsOf('a refresh token whose answer was lost can be used again', refreshes, ([, sent]) => {
      const refused = sent.at(-1);
      const others = sent.slice(0, -1);
      const wasLost = others.length > 0 && others.every(({ answer }) => answer === undefined);
      if (refused?.answer?.status !== 400 || !wasLost) return undefined;
      return { what: `it was refused: ${refused.answer.body}`, lines: sent.flatMap(linesOf) };
    }),
  ];
}

/** Without when it was modified: a customer who came and went leaves the payment as it was, but for that. */
function originalOf(body: string | undefined): string {
  const { modified: _modified, ...original } = jsonOf(body);
  return JSON.stringify(original);
}
