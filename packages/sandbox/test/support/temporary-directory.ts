import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';

/** A directory of the test's own, gone when the test is over. */
export async function temporaryDirectory(test: Pick<TestContext, 'after'>): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'lupa-sandbox-'));
  test.after(() => rm(directory, { recursive: true, force: true, maxRetries: 3 }));
  return directory;
}
