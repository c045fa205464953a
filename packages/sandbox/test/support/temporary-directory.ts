import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Whatever can be told to clean up: a test, or a file's own hooks. */
export interface Cleaning {
  after(clean: () => Promise<void>): void;
}

/** A directory of the test's own, gone when the test is over. */
export async function temporaryDirectory(test: Cleaning): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'lupa-sandbox-'));
  test.after(() => rm(directory, { recursive: true, force: true, maxRetries: 3 }));
  return directory;
}
