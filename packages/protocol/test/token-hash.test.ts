import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tokenHash } from '../src/token-hash.ts';

test('a token hash is the left half of SHA-256: the published example of OpenID Connect', () => {
  // OpenID Connect Core 1.0, appendices A.3 and A.4: at_hash and c_hash of these values.
  assert.equal(tokenHash('jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y'), '77QmUPtjPfzWtF2AnpK9RQ');
  assert.equal(tokenHash('Qcb0Orv1zh30vL1MPRsbm-diHiMwcLyZvn1arpZv-Jxf_11jnpEX3Tgfvk'), 'LDktKdoQak3Pk0cnXxCltA');
});

test('a token hash has 22 characters and depends on every one of the value', () => {
  assert.equal(tokenHash('').length, 22);
  assert.notEqual(tokenHash('state'), tokenHash('statf'));
});
