import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asAuthorizationId, type Iban } from '@lupa/protocol';
import { exemptionViolations } from '../../src/domain/exemption-payment.ts';

const FIT = { payer: { iban: 'FI9259995020084225' as Iban }, count: 1 };
const BUNDLE = asAuthorizationId('976da7b0-1db2-410d-a5c9-e3a37bc4d7a1');

const pathsOf = (...of: Parameters<typeof exemptionViolations>) =>
  exemptionViolations(...of).map(({ type, path }) => `${type} ${path}`);

test('one payment, made once, from an account of the customer, is fit for the exemption flow', () => {
  assert.deepEqual(exemptionViolations(FIT, true), []);
});

test('each thing that makes it unfit is told by its field', () => {
  assert.deepEqual(pathsOf({ count: 1 }, false), ['Required payer.iban']);
  assert.deepEqual(pathsOf(FIT, false), ['InvalidValue payer.iban']);
  assert.deepEqual(pathsOf({ ...FIT, count: 2 }, true), ['Max count']);
  assert.deepEqual(pathsOf({ ...FIT, authorizationId: BUNDLE }, true), ['InvalidValue authorizationId']);
});

test('all of it is told at once, in the order of the fields', () => {
  assert.deepEqual(pathsOf({ count: 1000, authorizationId: BUNDLE }, false), [
    'Required payer.iban',
    'Max count',
    'InvalidValue authorizationId',
  ]);
});
