// Installs the workspace's packages when they are missing or out of date, and says so. This one file is
// JavaScript because it runs under whatever Node the machine has, before the pinned Node 24 that runs
// TypeScript is there (docs/decisions/0001-runtime.md).
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname ?? new URL('..', import.meta.url).pathname, import.meta.dirname ? '..' : '.');
const stamp = join(root, 'node_modules', '.lupa-installed');
const wanted = createHash('sha256')
  .update(readFileSync(join(root, 'package-lock.json')))
  .digest('hex');

if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== wanted) {
  console.error('Lupa: installing packages (first start, or package-lock.json changed) …');
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const install = spawnSync(npm, ['ci', '--loglevel=error', '--no-audit', '--no-fund'], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32',
  });
  if (install.status !== 0) {
    console.error(
      'Lupa: npm ci failed (its message is above). Check the network and the npm registry, then try again.',
    );
    process.exit(install.status ?? 1);
  }
  writeFileSync(stamp, wanted);
}
