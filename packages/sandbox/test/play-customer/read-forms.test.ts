import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findAttribute, readForms, readNotice } from '../../src/play-customer/read-forms.ts';

test('a form is read with what a browser would send as it stands', () => {
  const [form] = readForms(`<form method="POST" action="/sca/1?a=1&amp;b=2">
    <!-- <input name="no"> -->
    <input type="hidden" name="token" value="&quot;t&#39;&#x41;&gt;">
    <input type=checkbox name="payments" value="p1" checked><input type="checkbox" name="payments" value="p2">
    <input type="radio" name="factor" value="keycode" checked="">
    <select name="account"><option value="a">A</option><option value="b" selected>B</option></select>
    <input name="code"><input name="off" disabled value="x">
    <button name="action" value="continue">Go</button><input type="submit" name="action" value="cancel"></form>`);
  assert.equal(form?.action, '/sca/1?a=1&b=2');
  assert.equal(form.method, 'post');
  assert.deepEqual(
    form.fields.map(({ name, value, isChosen }) => [name, value, isChosen]),
    [
      ['token', `"t'A>`, true],
      ['payments', 'p1', true],
      ['payments', 'p2', false],
      ['factor', 'keycode', true],
      ['account', 'b', true],
      ['code', '', true],
    ],
  );
  assert.deepEqual(form.buttons, [
    { name: 'action', value: 'continue' },
    { name: 'action', value: 'cancel' },
  ]);
});

test('a field outside its form is found by the form it names; one of no form is nobody’s', () => {
  const [one, two] = readForms(
    '<form id="one"></form><form id="two"><input name="b"></form><input name="a" form="one"><input name="lost">',
  );
  assert.deepEqual(
    one?.fields.map(({ name }) => name),
    ['a'],
  );
  assert.deepEqual(
    two?.fields.map(({ name }) => name),
    ['b'],
  );
});

test('an attribute is found wherever it stands, but not in text', () => {
  const html = '<p>data-key-number="1"</p><p class="x" data-key-number="17">17</p>';
  assert.equal(findAttribute(html, 'data-key-number'), '17');
  assert.equal(findAttribute(html, 'data-other'), undefined);
});

test('a page is quoted by its alert, or else by its title', () => {
  const title = '<title>Log in – Lupa</title>';
  assert.equal(readNotice(`${title}<div role="alert"><h2>Wrong</h2>\n  &amp; <b>again</b></div>`), 'Wrong & again');
  assert.equal(readNotice(title), 'Log in – Lupa');
});
