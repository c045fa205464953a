import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { encodePsd2Statement, type Psd2Statement, readPsd2Statement } from '../src/index.ts';
import { assertMalformed } from './support/assert-malformed.ts';

const STATEMENT: Psd2Statement = { roles: ['PSP_PI', 'PSP_AI'], ncaName: 'FIN-FSA', ncaId: 'FI-FINFSA' };

/** The statement above, written by hand from ETSI TS 119 495 and X.690; spaces and comments are for the reader. */
const BY_HAND = `
  30 3c
    30 26
      30 11  06 07 04 00 81 98 27 01 02  0c 06 50 53 50 5f 50 49
      30 11  06 07 04 00 81 98 27 01 03  0c 06 50 53 50 5f 41 49
    0c 07 46 49 4e 2d 46 53 41
    0c 09 46 49 2d 46 49 4e 46 53 41
    `.trimEnd();

const bytes = (hex: string): Buffer => Buffer.from(hex.replaceAll(/\s/g, ''), 'hex');
const read = (hex: string) => readPsd2Statement(bytes(hex));

const PI = '30 11 06 07 04 00 81 98 27 01 02 0c 06 50 53 50 5f 50 49';
const NCA = '0c 07 46 49 4e 2d 46 53 41 0c 09 46 49 2d 46 49 4e 46 53 41';
/** Puts lengths of one byte around parts of hexadecimal. */
const element = (tag: string, ...parts: string[]) => {
  const content = bytes(parts.join(''));
  const length = content.length;
  const lengthBytes = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return tag + Buffer.concat([Buffer.from(lengthBytes), content]).toString('hex');
};
const text = (value: string) => element('0c', Buffer.from(value).toString('hex'));
const statement = (...parts: string[]) => element('30', ...parts);
const roles = (...parts: string[]) => element('30', ...parts);

test('a statement written by hand is read, and written the same again', () => {
  assert.deepEqual(read(BY_HAND), STATEMENT);
  assert.equal(Buffer.from(encodePsd2Statement(STATEMENT)).toString('hex'), bytes(BY_HAND).toString('hex'));
});

test('all four roles of the standard are read', () => {
  const all: Psd2Statement = { ...STATEMENT, roles: ['PSP_AS', 'PSP_PI', 'PSP_AI', 'PSP_IC'] };
  assert.deepEqual(readPsd2Statement(encodePsd2Statement(all)), all);
});

test('a role that the standard does not name gives no right, and spoils none', () => {
  const unspecified = element('30', '06 07 04 00 81 98 27 01 00', text('Unspecified'));
  assert.deepEqual(read(statement(roles(unspecified, PI), NCA)).roles, ['PSP_PI']);
  assert.deepEqual(read(statement(roles(unspecified), NCA)).roles, []);
});

test('names of the authority may have up to 256 characters of any script', () => {
  const ncaName = 'ä'.repeat(256);
  assert.equal(readPsd2Statement(encodePsd2Statement({ ...STATEMENT, ncaName })).ncaName, ncaName);
  assert.equal(read(statement(roles(PI), text('💶'.repeat(256)), text('FI-X'))).ncaName, '💶'.repeat(256));
});

test('a statement that could not be read is not written', () => {
  assertMalformed(() => encodePsd2Statement({ ...STATEMENT, roles: [] }), /no roles/);
  assertMalformed(() => encodePsd2Statement({ ...STATEMENT, roles: ['PSP_PI', 'PSP_PI'] }), /same role twice/);
  assertMalformed(() => encodePsd2Statement({ ...STATEMENT, ncaId: '' }), /no characters/);
  assertMalformed(() => encodePsd2Statement({ ...STATEMENT, ncaId: 'F'.repeat(257) }), /more than 256/);
});

/** Each is the statement above but for one thing. */
const MALFORMED: readonly [name: string, hex: string, reason: RegExp][] = [
  ['nothing', '', /is missing/],
  ['a tag without a length', '30', /cut off before its length/],
  ['an indefinite length', `30 80 ${roles(PI)} ${NCA} 00 00`, /indefinite length/],
  ['an indefinite length inside', statement(`30 80 ${PI} 00 00`, NCA), /indefinite length/],
  ['a length in two bytes where one does', `30 81 27 30 13 ${PI} ${NCA.slice(0, -3)}`, /shortest way/],
  ['a length with a leading zero', `30 82 00 27 ${roles(PI)} ${NCA}`, /shortest way/],
  ['a length of four gigabytes', `30 84 ff ff ff ff ${roles(PI)} ${NCA}`, /length of 4 bytes/],
  ['a length of 127 bytes', `30 ff ${'ff'.repeat(127)}`, /length of 127 bytes/],
  ['a length that is cut off', '30 82 01', /cut off inside its length/],
  ['a length beyond the end', `30 7f ${roles(PI)} ${NCA}`, /longer than what encloses it/],
  ['an inner length beyond the outer', statement('30 7f', PI, NCA), /longer than what encloses it/],
  ['a byte left over', `${statement(roles(PI), NCA)} 00`, /cut off before its length/],
  ['another element after it', `${statement(roles(PI), NCA)} 05 00`, /bytes left over/],
  ['a third text', statement(roles(PI), NCA, text('x')), /bytes left over/],
  ['no id of the authority', statement(roles(PI), text('FIN-FSA')), /id in the PSD2 statement is missing/],
  ['no roles at all', statement(NCA), /has tag 0x0c where 0x30 belongs/],
  ['an empty list of roles', statement(roles(), NCA), /no roles/],
  ['the same role twice', statement(roles(PI, PI), NCA), /same role twice/],
  [
    'the identifier of one role and the name of another',
    statement(roles(PI.replace('01 02', '01 03')), NCA),
    /name of another/,
  ],
  [
    'an unknown identifier with the name of a role',
    statement(roles(PI.replace('01 02', '01 09')), NCA),
    /name of another/,
  ],
  ['a role name in lower case', statement(roles(PI.replace('50 49', '70 69')), NCA), /name of another/],
  [
    'a role without a name',
    statement(roles('30 09 06 07 04 00 81 98 27 01 02'), NCA),
    /name in the PSD2 statement is missing/,
  ],
  ['a role with something more', statement(roles(element('30', PI.slice(6), '05 00')), NCA), /bytes left over/],
  ['a set instead of a sequence', statement(roles(PI), NCA).replace(/^30/, '31'), /has tag 0x31/],
  ['a sequence that holds nothing, by its tag', statement(roles(PI), NCA).replace(/^30/, '10'), /which DER has not/],
  ['a PrintableString for the name', statement(roles(PI), NCA.replace('0c 07', '13 07')), /has tag 0x13/],
  [
    'a text in pieces',
    statement(roles(PI), element('2c', text('FIN-'), text('FSA')), text('FI-FINFSA')),
    /which DER has not/,
  ],
  ['a text that is not UTF-8', statement(roles(PI), '0c 01 ff', text('FI-FINFSA')), /not UTF-8/],
  ['overlong UTF-8', statement(roles(PI), '0c 02 c0 80', text('FI-FINFSA')), /not UTF-8/],
  ['half a surrogate pair', statement(roles(PI), '0c 03 ed a0 80', text('FI-FINFSA')), /not UTF-8/],
  ['an empty name of the authority', statement(roles(PI), text(''), text('FI-FINFSA')), /no characters/],
  [
    'a name of 257 characters',
    statement(roles(PI), text('a'.repeat(257)), text('FI-FINFSA')),
    /more than 256 characters/,
  ],
  ['an id of 257 characters', statement(roles(PI), text('FIN-FSA'), text('F'.repeat(257))), /more than 256 characters/],
  ['a line break in the id', statement(roles(PI), text('FIN-FSA'), text('FI\n')), /control characters/],
  ['an identifier that is cut off', statement(roles(element('30', '06 03 04 00 81', text('PSP_PI'))), NCA), /cut off/],
  [
    'an identifier with a padded part',
    statement(roles(element('30', '06 04 04 80 01 02', text('PSP_PI'))), NCA),
    /shortest way/,
  ],
  ['an empty identifier', statement(roles(element('30', '06 00', text('PSP_PI'))), NCA), /cut off/],
  ['a tag of two bytes', `3f 81 01 02 05 00`, /tag number above 30/],
];

describe('a malformed statement is refused:', () => {
  for (const [name, hex, reason] of MALFORMED) test(name, () => assertMalformed(() => read(hex), reason));

  test('sequences inside sequences by the thousand', () => {
    let nested: Buffer = Buffer.alloc(0);
    for (let depth = 0; depth < 5000; depth += 1) nested = bytes(element('30', nested.toString('hex')));
    assertMalformed(() => readPsd2Statement(nested), /nests deeper/);
  });

  test('the nearest right one is read', () => assert.deepEqual(read(statement(roles(PI), NCA)).roles, ['PSP_PI']));
});
