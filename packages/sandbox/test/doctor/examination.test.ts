import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stripVTControlCharacters, styleText } from 'node:util';
import { describeResult, describeVerdict } from '../../src/doctor/describe-results.ts';
import { type Check, examine, fault, nothingYet, type Result, warning, well } from '../../src/doctor/examination.ts';

const check = (id: string, look: Check['look'], ...needs: string[]): Check => ({
  id,
  name: `the ${id}`,
  expected: 'well',
  needs,
  look,
});
const levels = (results: readonly Result[]) => results.map(({ id, level, because }) => [id, level, because]);

test('what needs a check that failed is skipped and names the first fault; what does not is looked at', async () => {
  const results = await examine([
    check('first', async () => fault('broken', 'mend it')),
    check('second', async () => well('never seen'), 'first'),
    check('third', async () => well('never seen'), 'second'),
    check('apart', async () => well('seen')),
  ]);
  assert.deepEqual(levels(results), [
    ['first', 'fail', undefined],
    ['second', 'skipped', 'first'],
    ['third', 'skipped', 'first'],
    ['apart', 'ok', undefined],
  ]);
  assert.equal(results[2]?.found, 'not looked at: first mend "the first"');
});

test('a warning stops nothing, unless there is nothing to go on with', async () => {
  const results = await examine([
    check('soon', async () => warning('10 days left', 'renew it')),
    check('after', async () => well('seen'), 'soon'),
    check('absent', async () => nothingYet('nothing there', 'make it')),
    check('beyond', async () => well('never seen'), 'absent'),
  ]);
  assert.deepEqual(
    results.map(({ level }) => level),
    ['warn', 'ok', 'warn', 'skipped'],
  );
  assert.ok(results.every((result) => !('isEnd' in result)));
});

test('a check that throws is a check that failed, and the others go on', async () => {
  const results = await examine([
    check('thrown', async () => {
      throw new TypeError('cannot read properties of undefined');
    }),
    check('next', async () => well('seen')),
  ]);
  assert.deepEqual(
    results.map(({ level, found }) => [level, found]),
    [
      ['fail', 'cannot read properties of undefined'],
      ['ok', 'seen'],
    ],
  );
});

test('a check that never ends is given up', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const examined = examine([check('hanging', () => new Promise(() => {}))]);
  t.mock.timers.tick(20_000);
  assert.deepEqual(
    (await examined).map(({ level, found }) => [level, found]),
    [['fail', 'nothing was found out in 20 s']],
  );
});

const LONG: Result = {
  id: 'long',
  name: "signature of the bank's answer",
  level: 'fail',
  expected: 'words '.repeat(30).trim(),
  found: `what a bank says of itself, \u001b[2J${'and more of it '.repeat(12)}`,
  mend: 'do this and '.repeat(15).trim(),
};

test('every line fits in 80 columns, with colours and without, and what others wrote does not steer the terminal', () => {
  const plain = describeResult(LONG, (_style, text) => text);
  const coloured = describeResult(LONG, (style, text) => styleText(style, text, { validateStream: false }));
  assert.equal(stripVTControlCharacters(coloured), plain);
  assert.ok(!plain.includes('\u001b'));
  for (const line of plain.split('\n')) assert.ok(line.length <= 80, line);
  assert.match(plain, /^FAIL {6}signature of the bank's answer: what a bank/);
  assert.match(plain, /\n {10}expected: words words/);
  assert.match(plain, /\n {10}mend: do this/);
});

test('what is well is one line, without what was expected', () => {
  const text = describeResult({ ...LONG, level: 'ok', found: 'verified' }, (_style, each) => each);
  assert.equal(text, "ok        signature of the bank's answer: verified\n");
});

test('the verdict tells a fault from what could not be looked at, and counts', () => {
  const verdict = (...all: Result['level'][]) =>
    describeVerdict(
      all.map((level) => ({ ...LONG, level })),
      (_style, text) => text,
    );
  assert.equal(verdict('ok', 'ok'), '\nAll is well. 2 ok.\n');
  assert.equal(verdict('ok', 'warn'), '\nAll is well. 1 ok, 1 warn.\n');
  assert.equal(verdict('ok', 'fail', 'skipped'), '\nSomething is wrong. 1 ok, 1 fail, 1 skipped.\n');
  assert.equal(verdict('warn', 'skipped'), '\nNothing is wrong, but not all could be looked at. 1 warn, 1 skipped.\n');
});
