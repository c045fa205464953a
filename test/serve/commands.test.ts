import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { runLupa, runServe } from './support/serve-process.ts';
import { prepareServedBank, type ServedBank } from './support/served-bank.ts';

describe('the commands of a bank that runs', () => {
  let bank: ServedBank;
  let config: string;
  before(async () => {
    bank = await prepareServedBank();
    config = bank.files.write(await bank.configuration());
  });
  after(() => bank?.close());

  test('lupa serve --check: all that is wrong, the exit code, and nothing started', async () => {
    const good = await runServe(['--check', '--config', config]);
    assert.deepEqual([good.code, good.stderr], [0, '']);
    assert.match(good.stdout, /would start with it/);
    const wrong = bank.files.write({ ...bank.files.members, workers: 0, sandbox: {} }, 'wrong.json');
    const bad = await runServe(['--check', '--config', wrong]);
    assert.equal(bad.code, 1);
    assert.match(bad.stdout, /2 mistakes[\s\S]*✖ sandbox in [\s\S]*→[\s\S]*✖ workers in [\s\S]*→/);
    const json = await runServe(['--check', '--json'], { LUPA_CONFIG: wrong });
    assert.equal(json.code, 1);
    const { ok, problems } = JSON.parse(json.stdout);
    assert.deepEqual([ok, problems.length], [false, 2]);
  });

  test('lupa serve with a mistake does not start, and says what --check says', async () => {
    const { code, stdout, stderr } = await runServe([], { LUPA_WORKERS: 'many' });
    assert.deepEqual([code, stdout], [1, '']);
    assert.match(stderr, /^lupa serve: The configuration has \d+ mistakes/);
    assert.match(stderr, /LUPA_WORKERS/);
  });

  test('lupa customers: hash, import, import again, the key list', async () => {
    const hash = await runLupa(['customers', 'hash'], {}, 'kaisa-salasana\n');
    assert.equal(hash.code, 0);
    const passwordHash = hash.stdout.trim();
    const account = { iban: 'FI3252999600300040', name: 'Käyttötili', openingBalanceEUR: '12.50' };
    const kaisa = { username: 'kaisa', name: 'Kaisa Korpi', passwordHash, accounts: [account] };
    const file = bank.files.write([kaisa], 'customers.json');
    for (const opened of [1, 0]) {
      const imported = await runLupa(['customers', 'import', file, '--config', config]);
      assert.equal(imported.code, 0, imported.stderr);
      assert.match(imported.stdout, new RegExp(`^1 customers and 1 accounts are in place; ${opened} accounts`));
    }
    const list = await runLupa(['customers', 'key-list', 'kaisa', '--config', config]);
    assert.equal(list.code, 0);
    assert.match(list.stdout, /^Key list 1 of Kaisa Korpi\n\n {2}1 {2}\d{6}\n/);
    const faults = await bank.office.administration.trialBalance();
    assert.ok(Object.values(faults).every((number) => number === 0));
  });

  test('lupa customers import: nothing with a mistake, and nobody gets another one’s account', async () => {
    const passwordHash = (await runLupa(['customers', 'hash'], {}, 'x\n')).stdout.trim();
    const thief = { username: 'varas', name: 'Varas', passwordHash, accounts: [] };
    const wrong = await runLupa([
      'customers',
      'import',
      bank.files.write([{ ...thief, name: '' }], 'c.json'),
      '--config',
      config,
    ]);
    assert.equal(wrong.code, 1);
    assert.match(wrong.stderr, /nothing was imported[\s\S]*customer 1: name is missing/);
    const ainos = { iban: 'FI9259995020084225', name: 'Käyttötili', openingBalanceEUR: '0' };
    const file = bank.files.write([{ ...thief, accounts: [ainos] }], 'c.json');
    const stolen = await runLupa(['customers', 'import', file, '--config', config]);
    assert.equal(stolen.code, 1);
    assert.match(stolen.stderr, /Other customers have FI9259995020084225/);
    const nobody = await runLupa(['customers', 'key-list', 'nobody', '--config', config]);
    assert.deepEqual([nobody.code, nobody.stdout], [1, '']);
  });
});
