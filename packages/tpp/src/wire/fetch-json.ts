import { parseStrictJson } from '@lupa/protocol';
import type { Deadline } from '../deadline.ts';
import { TppError } from '../tpp-error.ts';
import type { ExchangePurpose } from './exchange-record.ts';
import type { Line } from './line.ts';
import { mayHelpToRepeat, withRetries } from './retry.ts';
import { retryAfterMs } from './retry-after.ts';

/**
 * Fetches a public document of the bank: its discovery, its keys. No certificate is shown and no redirect followed.
 *
 * @throws TppError ANSWER_UNEXPECTED with the status when it is not 200 and JSON; what any line can fail with
 */
export function fetchJson(line: Line, purpose: ExchangePurpose, url: string, deadline: Deadline): Promise<unknown> {
  return withRetries(line, deadline, mayHelpToRepeat, async (attempt) => {
    const headers = { accept: 'application/json' };
    const answer = await line.send({ purpose, attempt, method: 'GET', url, headers }, deadline);
    const { status } = answer;
    if (status !== 200) {
      const details = { status, retryAfterMs: retryAfterMs(answer, line.clock), detail: `${url} answered ${status}` };
      throw new TppError('ANSWER_UNEXPECTED', details);
    }
    try {
      return parseStrictJson(answer.body);
    } catch (cause) {
      throw new TppError('ANSWER_UNEXPECTED', { status, cause, detail: `${url} did not answer acceptable JSON` });
    }
  });
}
