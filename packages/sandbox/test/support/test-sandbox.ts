import { after, before } from 'node:test';
import { placeEmptyStore } from '../../../../test/support/pglite-store.ts';
import { type Sandbox, startSandbox } from '../../src/index.ts';
import { temporaryDirectory } from './temporary-directory.ts';

/** A sandbox for all tests of a file, in this process. @returns how to get at it from inside a test */
export function testSandbox(): () => Sandbox {
  const cleaning: (() => Promise<void>)[] = [];
  let sandbox: Sandbox | undefined;
  before(async () => {
    const dataDir = await temporaryDirectory({ after: (clean) => void cleaning.push(clean) });
    await placeEmptyStore(dataDir);
    sandbox = await startSandbox({ dataDir, apiPort: 0, authorizePort: 0, shop: false });
  });
  after(async () => {
    await sandbox?.close();
    for (const clean of cleaning) await clean();
  });
  return () => {
    if (sandbox === undefined) throw new Error('the sandbox did not start');
    return sandbox;
  };
}
