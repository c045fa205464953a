import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { chooseFiles, type Outcome, runTestFile, summary } from '../../scripts/test.ts';

const directory = fs.mkdtempSync(join(tmpdir(), 'lupa-test-'));
after(() => fs.rmSync(directory, { recursive: true }));
let count = 0;

function run(source: string, timeoutMs = 60_000): Promise<Outcome> {
  count += 1;
  const file = join(directory, `${count}.test.ts`);
  fs.writeFileSync(file, `import { describe, test } from 'node:test';\n${source}`);
  return runTestFile(file, { env: { LUPA_TEST_RUNNER: 'handed on' }, timeoutMs });
}

async function counts(source: string, timeoutMs?: number): Promise<{ passed: number; failed: number }> {
  const { passed, failed } = await run(source, timeoutMs);
  return { passed, failed };
}

describe('running a test file', () => {
  test('counts the tests that passed, but not the suites around them', async () => {
    const source = "describe('a', () => { test('b', () => {}); test('c', () => {}); });";
    assert.deepEqual(await counts(source), { passed: 2, failed: 0 });
  });

  test('counts a test that failed, and shows its name', async () => {
    const outcome = await run("test('fine', () => {}); test('the faulty one', () => { throw new Error('no'); });");
    assert.deepEqual([outcome.passed, outcome.failed], [1, 1]);
    assert.match(outcome.output, /the faulty one/);
  });

  test('counts a skipped test and one left to do as failed', async () => {
    const source = "test('a', { skip: true }, () => {}); test('b', { todo: true }, () => {}); test('c', () => {});";
    assert.deepEqual(await counts(source), { passed: 1, failed: 2 });
  });

  test('counts a file that crashes, exits early or holds no test as failed', async () => {
    assert.deepEqual(await counts("throw new Error('at once');"), { passed: 0, failed: 1 });
    assert.deepEqual(await counts('process.exit(0);'), { passed: 0, failed: 1 });
    const late = "test('a', () => {}); process.on('exit', () => { process.exitCode = 3; });";
    assert.deepEqual(await counts(late), { passed: 1, failed: 1 });
    assert.deepEqual(await counts(''), { passed: 0, failed: 1 });
    const empty = await run("describe('a suite of nothing', () => {});");
    assert.deepEqual([empty.passed, empty.failed], [0, 1]);
    assert.match(empty.output, /holds no test/);
  });

  test('ends a file that hangs, and says so', async () => {
    const outcome = await run("test('a', () => {}); setInterval(() => {}, 1000);", 1_500);
    assert.ok(outcome.failed > 0);
    assert.match(outcome.output, /did not end within 1\.5 s/);
  });

  test('ends what a file leaves running, which would hold its output open', async () => {
    const source = `import { spawn } from 'node:child_process';
      test('a', () => { spawn('sleep', ['3600'], { stdio: 'inherit' }).unref(); });`;
    assert.deepEqual(await counts(source), { passed: 1, failed: 0 });
  });

  test('hands the environment on', async () => {
    const source = "test('a', (t) => t.assert.equal(process.env.LUPA_TEST_RUNNER, 'handed on'));";
    assert.deepEqual(await counts(source), { passed: 1, failed: 0 });
  });
});

test('the last line says how many passed and failed, and nothing else', () => {
  const outcomes = [
    { name: 'one', passed: 3, failed: 0, output: '' },
    { name: 'other', passed: 1, failed: 2, output: '' },
  ];
  assert.deepEqual(summary(outcomes), { passed: 4, failed: 2, text: 'Failed: other\n4 passed, 2 failed\n' });
});

test('files are chosen by any part of their path, and all of them when nothing is asked for', () => {
  const files = ['packages/bank/test/sca/a.test.ts', 'packages/tpp/test/b.test.ts'];
  assert.deepEqual(chooseFiles(files, []), files);
  assert.deepEqual(chooseFiles(files, ['sca']), files.slice(0, 1));
  assert.deepEqual(chooseFiles(files, ['./packages/tpp/test/b.test.ts']), files.slice(1));
  assert.deepEqual(chooseFiles(files, ['nothing']), []);
});
