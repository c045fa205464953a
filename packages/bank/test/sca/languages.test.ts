import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { chooseLanguage, LANGUAGES, parseLanguage } from '../../src/sca/languages.ts';
import { textsIn } from '../../src/sca/texts/texts-in.ts';

describe('choosing a language', () => {
  const CASES: readonly [uiLocales: readonly string[], accept: string | undefined, expected: string][] = [
    [['sv'], 'en', 'sv'],
    [['de', 'en-GB'], 'fi', 'en'],
    [['de'], 'sv', 'sv'],
    [[], 'sv-FI,sv;q=0.9,en;q=0.8', 'sv'],
    [[], 'en;q=0.5,fi;q=0.8', 'fi'],
    [[], 'fi;q=0, en;q=0.1', 'en'],
    [[], 'de,fr;q=0.9', 'en'],
    [[], undefined, 'fi'],
    [[], '*', 'fi'],
    [[], ';;;,q=,,', 'en'],
  ];
  for (const [uiLocales, accept, expected] of CASES) {
    test(`ui_locales [${uiLocales}] and Accept-Language ${accept} give ${expected}`, () => {
      assert.equal(chooseLanguage(uiLocales, accept), expected);
    });
  }

  test('a tag is known by its first part only', () => {
    assert.equal(parseLanguage('SV_fi'), 'sv');
    assert.equal(parseLanguage('svx'), undefined);
    assert.equal(parseLanguage(undefined), undefined);
  });
});

describe('the three languages', () => {
  test('say nothing empty, and hardly anything alike', () => {
    const leaves = LANGUAGES.map((language) => flatten(textsIn(language)));
    const [fi, sv, en] = leaves;
    assert.ok(fi && sv && en);
    for (const texts of leaves) for (const [path, text] of texts) assert.notEqual(text.trim(), '', path);
    const same = [...en].filter(([path, text]) => fi.get(path) === text || sv.get(path) === text).map(([path]) => path);
    assert.deepEqual(same, []);
  });

  test('say the same of every wrong factor, so that nothing tells which it was', () => {
    for (const language of LANGUAGES) {
      const { notices } = textsIn(language);
      assert.equal(notices['wrong-code'], notices['wrong-credentials'], language);
    }
  });
});

/** Every text by its path; those that take values are given some. */
function flatten(texts: object, path: string[] = [], into = new Map<string, string>()): Map<string, string> {
  for (const [name, value] of Object.entries(texts)) {
    const here = [...path, name];
    if (typeof value === 'string') into.set(here.join('.'), value);
    else if (typeof value === 'function')
      for (const count of [1, 2]) into.set(`${here.join('.')}(${count})`, value(count, count));
    else flatten(value, here, into);
  }
  return into;
}
