import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { lockDirectory, StoreInUse } from '../../src/adapters/postgres/directory-lock.ts';
import { openDatabase } from '../../src/adapters/postgres/open-database.ts';

const ALL = { name: 'test-all', text: 'SELECT username FROM customers' };

describe('the directory of a PGlite store', () => {
  const parent = mkdtempSync(join(tmpdir(), 'lupa-directory-'));
  const directory = join(parent, 'store');
  const children: ChildProcess[] = [];
  after(() => {
    for (const child of children) child.kill('SIGKILL');
    rmSync(parent, { recursive: true, force: true });
  });

  function startProcess(): { child: ChildProcess; lines: string[]; firstLine: Promise<string> } {
    const child = spawn(process.execPath, [join(import.meta.dirname, 'open-store-process.ts'), directory], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    children.push(child);
    const lines: string[] = [];
    const reader = createInterface({ input: child.stdout });
    reader.on('line', (line) => lines.push(line));
    return { child, lines, firstLine: once(reader, 'line').then(([line]) => String(line)) };
  }

  async function kill(child: ChildProcess): Promise<void> {
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }

  test('a process killed while it makes the directory leaves nothing in the way of the next', async () => {
    const { child } = startProcess();
    while (!existsSync(`${directory}.unfinished`)) await sleep(20);
    await sleep(200);
    await kill(child);
    assert.equal(existsSync(directory), false);
  });

  test('a second process is refused and told what to do, and a killed one blocks nobody and has lost nothing', async () => {
    const first = startProcess();
    assert.equal(await first.firstLine, 'open');
    assert.equal(existsSync(`${directory}.unfinished`), false);
    const second = startProcess();
    const refusal = await second.firstLine;
    assert.match(refusal, /^StoreInUse: The store in .* is open in another process, .* End the other one, or /);
    assert.ok(!refusal.includes('ExperimentalWarning'));
    while (first.lines.length < 20) await sleep(20);
    await kill(first.child);
    const acknowledged = first.lines.slice(1);
    const database = await openDatabase({ kind: 'pglite', directory });
    const kept = new Set((await database.query<{ username: string }>(ALL, [])).map((row) => row.username));
    assert.deepEqual(
      acknowledged.filter((id) => !kept.has(id)),
      [],
    );
    await assert.rejects(openDatabase({ kind: 'pglite', directory }), StoreInUse);
    await database.close();
    const again = await openDatabase({ kind: 'pglite', directory });
    await again.close();
  });

  test('a closed store refuses everything, and closing it twice does no harm', async () => {
    const database = await openDatabase({ kind: 'pglite', directory });
    await database.close();
    await database.close();
    await assert.rejects(database.query(ALL, []), { code: 'UNAVAILABLE' });
    await assert.rejects(
      database.transaction(async () => 1),
      { code: 'UNAVAILABLE' },
    );
  });

  test('the lock can be taken again once released, and a store that cannot be opened keeps none', async () => {
    const other = join(parent, 'other');
    lockDirectory(other).release();
    const held = lockDirectory(other);
    assert.throws(() => lockDirectory(other), StoreInUse);
    held.release();
    mkdirSync(other);
    writeFileSync(join(other, 'PG_VERSION'), '12\n');
    await assert.rejects(openDatabase({ kind: 'pglite', directory: other }), (error) => !(error instanceof StoreInUse));
    lockDirectory(other).release();
  });
});
