import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { figuresOf, type KeptResult, withFigures } from '../../bench/support/performance-page.ts';
import { createResult } from './support/results.ts';

const run = { measured: '2026-11-22', quick: false, machine: 'A machine', versions: 'Node 24' };
const kept = (change: Partial<KeptResult> = {}): KeptResult => ({ ...createResult(4000), ...run, ...change });
const PAGE = [
  '# Performance',
  '<!-- figures: made by `npm run bench -- --write`, not by hand -->',
  'old figures',
  '<!-- end of figures -->',
  'By hand.',
].join('\n');

describe('the page', () => {
  test('keeps what stands around the figures, and replaces them', () => {
    const page = withFigures(PAGE, 'new figures');
    assert.match(page, /^# Performance\n/);
    assert.match(page, /new figures/);
    assert.match(page, /By hand\.$/);
    assert.doesNotMatch(page, /old figures/);
    assert.equal(withFigures(page, 'new figures'), page);
  });

  test('that has no place for figures is left alone', () => {
    assert.throws(() => withFigures('# Performance\n', 'figures'), /needs these two lines/);
  });

  test('puts the ratio first, and the machine, the versions and the date beside it', () => {
    const figures = figuresOf({ results: { create: kept() }, profiles: [] });
    assert.match(
      figures,
      /\| `create`: create payment \| \*\*0\.80\*\* \| 1\.13 \| 1\.00 \| 100\.0 % \| pass, FAIL \| 2026-11-22 \|/,
    );
    assert.match(figures, /Measured on A machine; Node 24\./);
  });

  test('has no time without its ratio', () => {
    const figures = figuresOf({ results: { create: kept() }, profiles: [] });
    const table = figures.split('\n').filter((line) => /^\| (?:bank|bare) \|/.test(line));
    assert.deepEqual(table, [
      '| bank | 3,210 (0.80) | 4.00 (1.00) | 9.00 (1.13) | 200 (1.00) |',
      '| bare | 4,000 (1) | 4.00 (1) | 8.00 (1) | 200 (1) |',
    ]);
  });

  test('says of a void run that it is void, and judges no floor by it', () => {
    const figures = figuresOf({ results: { create: kept({ isVoid: true, controlRatio: 0.9 }) }, profiles: [] });
    assert.match(figures, /90\.0 % \*\*void\*\* \| void, void \|/);
  });

  test('shows where the time goes as shares', () => {
    const profiles = [{ name: 'create', steps: [{ step: 'signatures and digests', share: 0.25 }] }] as const;
    assert.match(figuresOf({ results: {}, profiles }), /\| signatures and digests \| 25\.0 % \|/);
  });
});
