import assert from 'node:assert/strict';
import { test } from 'node:test';
import { styleText } from 'node:util';
import { columns } from '../../src/print/columns.ts';
import { painter } from '../../src/print/paint.ts';

test('columns are as wide as their widest cell; colours take no room; no line ends in spaces', () => {
  const red = styleText('red', 'ab', { validateStream: false });
  assert.deepEqual(
    columns([
      [red, { text: '1.00', align: 'right' }],
      ['abcd', { text: '12.00', align: 'right' }],
      ['ä', ''],
    ]),
    [`  ${red}     1.00`, '  abcd  12.00', '  ä'],
  );
});

test('colours are for terminals, and for nobody who set NO_COLOR', () => {
  const terminal = { isTTY: true } as NodeJS.WriteStream;
  const file = { isTTY: false } as NodeJS.WriteStream;
  assert.notEqual(painter(terminal, { TERM: 'xterm' })('red', 'x'), 'x');
  assert.equal(painter(terminal, { TERM: 'xterm', NO_COLOR: '1' })('red', 'x'), 'x');
  assert.equal(painter(terminal, { TERM: 'dumb' })('red', 'x'), 'x');
  assert.equal(painter(file, { TERM: 'xterm' })('red', 'x'), 'x');
});
