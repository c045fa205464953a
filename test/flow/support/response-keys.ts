import assert from 'node:assert/strict';
import { type FindKey, keyFinder, parseJwkSet, verifyDetached } from '@lupa/protocol';
import type { Answer } from './https-call.ts';

/** The bank's keys for signatures of answers, as anyone may fetch them (contract §1). */
export async function fetchResponseKeys(issuer: string): Promise<FindKey> {
  const answer = await fetch(`${issuer}/jwks/payments/jwks.json`);
  return keyFinder(parseJwkSet(await answer.json()));
}

/** Contract §5 "Headers of an answer": on every JSON answer of the payments API, errors included. */
export function assertSignedAnswer({ headers, bytes }: Answer, keys: FindKey): void {
  assert.equal(headers['content-type'], 'application/json; charset=utf-8');
  assert.ok(headers.date, 'the answer has no Date');
  assert.ok(headers['x-request-id'], 'the answer has no x-request-id');
  assert.ok(headers['x-fapi-interaction-id'], 'the answer has no x-fapi-interaction-id');
  verifyDetached(headers['x-jws-signature'] as string | undefined, bytes, keys);
}
