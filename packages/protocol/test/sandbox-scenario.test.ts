import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseSandboxScenario } from '../src/index.ts';

const AUTHORIZATION_ID = '01930000-0000-7000-8000-00000000beef';
const ONE_DAY = { years: 0, months: 0, weeks: 0, days: 1, milliseconds: 0 };

for (const [text, scenario] of [
  ['InsufficientFunds', { kind: 'InsufficientFunds' }],
  ['PaymentSystemUnavailable', { kind: 'PaymentSystemUnavailable' }],
  ['FutureSimulation=P1D', { kind: 'FutureSimulation', duration: ONE_DAY }],
  ['PaymentFail', { kind: 'PaymentFail', failure: undefined }],
  ['PaymentFail=AccountClosed', { kind: 'PaymentFail', failure: 'AccountClosed' }],
  ['PaymentFail=InvalidPayee', { kind: 'PaymentFail', failure: 'InvalidPayee' }],
  ['PaymentFail=LimitExceeded', { kind: 'PaymentFail', failure: 'LimitExceeded' }],
  ['PaymentSubmitFailed', { kind: 'PaymentSubmitFailed' }],
  ['PaymentSubmitSuccess', { kind: 'PaymentSubmitSuccess' }],
  [`SandboxAuthorized=${AUTHORIZATION_ID}`, { kind: 'SandboxAuthorized', authorizationId: AUTHORIZATION_ID }],
] as const) {
  test(`${text} is a scenario`, () => assert.deepEqual(parseSandboxScenario(text), scenario));
}

for (const text of [
  ...['', '=', 'insufficientfunds', 'InsufficientFunds=', 'InsufficientFunds=P1D', ' InsufficientFunds', 'toString'],
  ...['FutureSimulation', 'FutureSimulation=', 'FutureSimulation=1D', 'FutureSimulation=P1D=P1D'],
  ...[
    'PaymentFail=',
    'PaymentFail=accountclosed',
    'PaymentFail=Other',
    'PaymentSubmitSuccess=yes',
    'PaymentSubmitSucces',
  ],
  ...[
    'SandboxAuthorized',
    'SandboxAuthorized=',
    'SandboxAuthorized=1',
    `SandboxAuthorized=${AUTHORIZATION_ID.toUpperCase()}`,
  ],
  ...['InsufficientFunds, InsufficientFunds', 'PaymentSystemUnavailable;FutureSimulation=P1D'],
]) {
  test(`${JSON.stringify(text)} is no scenario`, () => assert.equal(parseSandboxScenario(text), undefined));
}
