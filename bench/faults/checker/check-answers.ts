import type { CallName } from '../history.ts';
import { linesOf, type Story } from './read-history.ts';
import { type Violation, violationsOf } from './violation.ts';

/** What each call may be answered with, whatever happens to the bank. Never a 500: then nobody knows what was done. */
const ALLOWED: Readonly<Record<CallName, readonly number[]>> = {
  create: [201, 401, 409, 503],
  'read payment': [200, 401, 503],
  'read authorization': [200, 401, 503],
  'read payments of authorization': [200, 401, 503],
  // Not found where the submission itself was never answered for.
  'read submission': [200, 401, 404, 503],
  'read submissions': [200, 401, 503],
  submit: [200, 401, 403, 409, 422, 503],
  'delete payment': [200, 401, 409, 503],
  'revoke authorization': [200, 401, 409, 503],
  'sandbox-authorize': [200, 401, 409, 503],
  'sandbox-reject': [200, 401, 409, 503],
  'client token': [200, 503],
  'exchange code': [200, 400, 503],
  refresh: [200, 400, 503],
  'ask exemption': [200, 400, 503],
};

/** From telling the bank's processes to move their clocks until the last has. */
const JUMPING_MS = 2_000;

export function checkAnswers({ sendings, jumpsMs, storeBroke }: Story): Violation[] {
  const unexpected = violationsOf('every call is answered as its contract says', sendings, (sending) => {
    const { request, answer } = sending;
    if (answer === undefined || ALLOWED[request.name].includes(answer.status)) return undefined;
    // What the bank knows of revocations is too old from one moment to the next; a call that has begun is refused then.
    const jumped = (jumpMs: number) => jumpMs > Date.parse(request.at) - JUMPING_MS && jumpMs < Date.parse(answer.at);
    if (answer.status === 401 && jumpsMs.some(jumped)) return undefined;
    // A limit on files is no full disk: PostgreSQL has no better word for it than XX000, and the bank none than 500.
    if (answer.status === 500 && storeBroke) return undefined;
    return {
      what: `${request.name} was answered ${answer.status}: ${answer.body.slice(0, 300)}`,
      lines: linesOf(sending),
    };
  });
  const unsigned = violationsOf('every answer of the payments API is signed by the bank', sendings, (sending) =>
    sending.answer?.signature === 'bad' ? { what: 'the signature does not fit', lines: linesOf(sending) } : undefined,
  );
  return [...unexpected, ...unsigned];
}
