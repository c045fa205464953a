import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Fragment, markup } from '../../src/sca/markup.ts';

describe('markup', () => {
  test('escapes text and attributes', () => {
    const hostile = `<b>&"'`;
    const expected = '<a title="&lt;b&gt;&amp;&quot;&#39;">&lt;b&gt;&amp;&quot;&#39;</a>';
    assert.equal(markup`<a title="${hostile}">${hostile}</a>`.toString(), expected);
  });

  test('escapes markup once, however deep it is put', () => {
    const item = markup`<li>${'a & b'}</li>`;
    assert.equal(markup`<ul>${[item, [item]]}</ul>`.toString(), '<ul><li>a &amp; b</li><li>a &amp; b</li></ul>');
  });

  test('leaves nothing behind for undefined and false, but shows nought', () => {
    assert.equal(markup`<p>${undefined}${false}${0}</p>`.toString(), '<p>0</p>');
  });

  test('takes no promises: a page is there at once', () => {
    assert.throws(() => markup`<p>${Promise.resolve('x') as unknown as Fragment}</p>`, TypeError);
  });
});
