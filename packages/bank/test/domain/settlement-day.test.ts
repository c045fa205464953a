import assert from 'node:assert/strict';
import { test } from 'node:test';
import { settlementDay } from '../../src/domain/settlement-day.ts';

const transfer = (at: string) => settlementDay(new Date(at), { isInstant: false });
const instant = (at: string) => settlementDay(new Date(at), { isInstant: true });

test('a credit transfer settles on the day it is booked when that is a business day', () => {
  assert.equal(transfer('2026-11-20T10:00:00Z'), '2026-11-20');
});

test('a weekend waits for Monday; an instant payment does not', () => {
  for (const day of ['2026-11-21', '2026-11-22']) {
    assert.equal(transfer(`${day}T10:00:00Z`), '2026-11-23');
    assert.equal(instant(`${day}T10:00:00Z`), day);
  }
});

test('the day is the one in Finland', () => {
  assert.equal(transfer('2026-11-19T21:59:59Z'), '2026-11-19');
  assert.equal(transfer('2026-11-19T22:00:00Z'), '2026-11-20');
});

test('T2 is closed on Good Friday, Easter Monday, May Day, two days of Christmas and at New Year', () => {
  for (const [booked, settled] of [
    ['2026-04-02', '2026-04-02'],
    ['2026-04-03', '2026-04-07'],
    ['2026-04-06', '2026-04-07'],
    ['2027-03-26', '2027-03-30'],
    ['2024-03-29', '2024-04-02'],
    ['2025-04-18', '2025-04-22'],
    ['2026-05-01', '2026-05-04'],
    ['2026-12-24', '2026-12-24'],
    ['2026-12-25', '2026-12-28'],
    ['2024-12-25', '2024-12-27'],
    ['2027-01-01', '2027-01-04'],
    // Ascension Day and midsummer are holidays in Finland, yet T2 is open.
    ['2026-05-14', '2026-05-14'],
    ['2026-06-19', '2026-06-19'],
  ] as const) {
    assert.equal(transfer(`${booked}T10:00:00Z`), settled, booked);
  }
});
