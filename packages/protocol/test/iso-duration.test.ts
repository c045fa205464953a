import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseIsoDuration } from '../src/index.ts';

const NONE = { years: 0, months: 0, weeks: 0, days: 0, milliseconds: 0 };

test('every part of a duration is read', () => {
  assert.deepEqual(parseIsoDuration('P1Y2M3W4DT5H6M7.008S'), {
    years: 1,
    months: 2,
    weeks: 3,
    days: 4,
    milliseconds: ((5 * 60 + 6) * 60 + 7) * 1000 + 8,
  });
});

for (const [text, parts] of [
  ['P1D', { days: 1 }],
  ['PT24H', { milliseconds: 86_400_000 }],
  ['P1M', { months: 1 }],
  ['PT1M', { milliseconds: 60_000 }],
  ['PT0.5S', { milliseconds: 500 }],
  ['PT1,25S', { milliseconds: 1_250 }],
  ['PT0S', {}],
  ['P9999D', { days: 9999 }],
] as const) {
  test(`${text} is a duration`, () => assert.deepEqual(parseIsoDuration(text), { ...NONE, ...parts }));
}

for (const text of [
  ...[
    '',
    'P',
    'PT',
    'P1',
    '1D',
    'p1d',
    '-P1D',
    'P-1D',
    '+P1D',
    'P1DT',
    'P1D2Y',
    'PT1H2D',
    'P1.5D',
    'PT1.5H',
    'P10000D',
  ],
  ...['PT0.0001S', 'PT.5S', 'P1D ', ' P1D', 'P1D, P2D', 'P1D\n', 'P١D', '2026-11-22T00:00:00Z/P1D'],
]) {
  test(`${JSON.stringify(text)} is not a duration`, () => assert.equal(parseIsoDuration(text), undefined));
}
