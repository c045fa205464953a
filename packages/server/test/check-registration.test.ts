import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { checkRegistration } from '../src/configuration/check-registration.ts';
import type { Given } from '../src/configuration/given.ts';
import type { MemberPath } from '../src/configuration/members.ts';
import type { Problem } from '../src/configuration/problem.ts';
import { Values } from '../src/configuration/values.ts';

const DIGEST = 'ab'.repeat(32);

function checked(members: Readonly<Record<string, unknown>>) {
  const problems: Problem[] = [];
  const given = Object.entries(members).map(([path, value]) => [path, { value, where: path, file: undefined }]);
  const values = new Values(new Map(given as [MemberPath, Given][]), problems);
  return { ...checkRegistration(values, new Date()), problems: problems.map(({ where }) => where) };
}

describe('registration in a configuration', () => {
  test('is not offered where no developer key is known', () => {
    assert.deepEqual(checked({}), { problems: [] });
  });

  test('takes the digests of developer keys, and has what is usual for the rest', () => {
    assert.deepEqual(checked({ 'registration.developerKeys': [DIGEST] }), {
      registration: {
        developerKeys: [DIGEST],
        audience: 'https://op.fi/',
        maxApplications: 20,
        callsPerMinute: 60,
      },
      problems: [],
    });
    assert.deepEqual(
      checked({
        'registration.developerKeys': `${DIGEST},${DIGEST}`,
        'registration.audience': 'https://bank.example',
        'registration.maxApplications': '5',
      }).registration,
      {
        developerKeys: [DIGEST, DIGEST],
        audience: 'https://bank.example',
        maxApplications: 5,
        callsPerMinute: 60,
      },
    );
  });

  test('never takes a key itself, nor numbers beyond their limits', () => {
    for (const key of ['a-developer-key', DIGEST.toUpperCase(), `${DIGEST}a`]) {
      assert.deepEqual(checked({ 'registration.developerKeys': [key] }).problems, ['registration.developerKeys']);
    }
    assert.deepEqual(checked({ 'registration.maxApplications': 0, 'registration.callsPerMinute': 0 }).problems, [
      'registration.maxApplications',
      'registration.callsPerMinute',
    ]);
  });
});
