import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readyTable } from '../../src/up/ready-table.ts';
import { SAMPLE_FACTS } from '../support/sample-facts.ts';

const plain = (_style: string, text: string) => text;

test('the table shows addresses, users, balances, files and what to try, within 80 columns', () => {
  const table = readyTable(SAMPLE_FACTS, '.lupa', plain);
  for (const line of table.split('\n')) assert.ok(line.length <= 80, line);
  for (const text of [
    SAMPLE_FACTS.api,
    SAMPLE_FACTS.authorize,
    SAMPLE_FACTS.shop ?? '',
    'ville-salasana',
    '/srv/bank/tpp/',
  ]) {
    assert.ok(table.includes(text), text);
  }
  assert.match(
    table,
    / {2}aino {3}aino-salasana {3}FI9259995020084225 {3}2500\.00 {2}EUR\n {25}FI3252999600300040 {2}12000\.00 {2}EUR\n/,
  );
  assert.match(table, / {2}npx lupa pay 12\.50 --to FI4950009420028730 --approve\n/);
});

test('without a shop none is shown, and another data directory is named in what to try', () => {
  const table = readyTable({ ...SAMPLE_FACTS, shop: null }, '/srv/my bank', plain);
  assert.doesNotMatch(table, /[Ss]hop/);
  assert.match(table, /--approve --data '\/srv\/my bank'\n/);
});
