import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import manifest from '../package.json' with { type: 'json' };
import { runLupa } from './support/lupa-process.ts';
import { temporaryDirectory } from './support/temporary-directory.ts';

const IBAN = 'FI4950009420028730';

test('lupa alone prints its help, within 80 columns and with examples, like every command’s', async (t) => {
  for (const args of [
    [],
    ['--help'],
    ['up', '--help'],
    ['pay', '--help'],
    ['register', '--help'],
    ['registration', '--help'],
    ['registration', 'update', '--help'],
    ['audit', '--help'],
    ['audit', 'verify', '--help'],
    ['records', '--help'],
    ['records', 'remove', '--help'],
    ['doctor', '--help'],
    ['cert', '--help'],
    ['cert', 'inspect', '--help'],
    ['cert', 'revoke', '--help'],
    ['keys', '--help'],
    ['keys', 'rotate', '--help'],
    ['keys', 'list', '--help'],
    ['serve', '--help'],
    ['customers', '--help'],
    ['customers', 'import', '--help'],
    ['customers', 'key-list', '--help'],
    ['customers', 'hash', '--help'],
    ...['show', 'rotate-secret', 'delete'].map((name) => ['registration', name, '--help']),
  ]) {
    const { exitCode, stdout, stderr } = await runLupa(t, args);
    assert.equal(exitCode, 0);
    assert.equal(stderr, '');
    assert.match(stdout, /\nExamples:\n {2}\$ lupa/);
    for (const line of stdout.split('\n')) assert.ok(line.length <= 80, line);
  }
});

test('npx lupa works in the clone, and tells its version', () => {
  const root = fileURLToPath(new URL('../../..', import.meta.url));
  const { status, stdout } = spawnSync('npx', ['--no-install', 'lupa', '--version'], { cwd: root, encoding: 'utf8' });
  assert.equal(status, 0);
  assert.equal(stdout, `${manifest.version}\n`);
});

test('wrong usage is told from failure by its exit code, and what was wrong is said', async (t) => {
  const wrong: [string[], RegExp][] = [
    [['ups'], /unknown command 'ups'\n\(Did you mean up\?\)/],
    [['up', '--api-port', '65536'], /A port is a number from 0 to 65535/],
    [['up', '--prot', '1'], /unknown option '--prot'/],
    [['pay', '12,50', '--to', IBAN], /Write it as 12 or 12\.50/],
    [['pay', '0', '--to', IBAN], /Write it as 12 or 12\.50/],
    [['pay', '12.50', '--to', 'FI4950009420028731'], /not a valid IBAN/],
    [['pay', '12.50'], /--to <iban>/],
    [['register', '--bank', 'localhost:8080'], /Write it as http:\/\/localhost:8080/],
    [['register', '--registration-url', 'http://bank.example/register'], /Write it as https:\/\//],
    [['registration', 'update'], /nothing to change: give --redirect-uri/],
    [['audit', 'verfy'], /unknown command 'verfy'\n.*\n\(see: lupa audit --help\)/],
    [['cert', 'revoke'], /missing required argument 'file'\n\(see: lupa cert revoke --help\)/],
    [['pay', '12.50', '--to', IBAN, '--reference', '1233'], /neither a Finnish reference/],
    [['pay', '12.50', '--to', IBAN, '--reference', '1232', '--message', 'x'], /cannot be used with/],
  ];
  for (const [args, said] of wrong) {
    const { exitCode, stderr } = await runLupa(t, args);
    assert.equal(exitCode, 2, args.join(' '));
    assert.match(stderr, said);
  }
});

test('without a running sandbox lupa pay says how to start one', async (t) => {
  const directory = await temporaryDirectory(t);
  const { exitCode, stdout, stderr } = await runLupa(t, ['pay', '12.50', '--to', IBAN, '--data', directory]);
  assert.equal(exitCode, 1);
  assert.equal(stdout, '');
  assert.match(stderr, new RegExp(`No sandbox is running on ${directory}\\. .*lupa up --data ${directory}\n`));
});
