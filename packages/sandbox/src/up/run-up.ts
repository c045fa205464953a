import type { ExitCode } from '../exit-code.ts';
import { readyLine } from '../sandbox-facts.ts';
import type { Sandbox } from '../start-sandbox.ts';
import { explainFailure } from './explain-failure.ts';
import { listenForEnd } from './listen-for-end.ts';
import { readTrust } from './read-trust.ts';
import { readyTable } from './ready-table.ts';

/** The command line's options. */
export interface UpOptions {
  readonly data: string;
  readonly apiPort: number;
  readonly authorizePort: number;
  readonly shopPort: number;
  readonly shop?: boolean;
  readonly trust?: readonly string[];
  readonly revocationList?: readonly string[];
  readonly json?: boolean;
}

/** Everything the sandbox writes, the store included, is its owner's alone. */
const OWNER_ONLY = 0o077;

/** Runs the sandbox until a signal ends it. @returns the exit code */
export async function runUp(options: UpOptions): Promise<ExitCode> {
  process.umask(OWNER_ONLY);
  const end = listenForEnd();
  const tell = (notice: string) => process.stderr.write(`${notice}\n`);
  let sandbox: Sandbox;
  try {
    // Loaded under the eyes of `end`: it takes half a second, in which Ctrl-C is as good as later.
    const { startSandbox } = await import('../start-sandbox.ts');
    const trustedIssuers = await readTrust(options.trust ?? []);
    sandbox = await startSandbox({
      dataDir: options.data,
      apiPort: options.apiPort,
      authorizePort: options.authorizePort,
      shopPort: options.shopPort,
      shop: options.shop ?? true,
      ...(trustedIssuers === undefined ? {} : { trustedIssuers }),
      revocationLists: options.revocationList ?? [],
      ...databaseFromEnvironment(),
      onNotice: tell,
      signal: end.signal,
    });
  } catch (error) {
    if (end.signal.aborted) return 0;
    tell(explainFailure(error));
    return 1;
  }
  process.stdout.write(options.json ? `${readyLine(sandbox)}\n` : readyTable(sandbox, options.data));
  await end.asked;
  await sandbox.close();
  return 0;
}

function databaseFromEnvironment(): { databaseUrl: string } | undefined {
  const databaseUrl = process.env.LUPA_DATABASE_URL;
  return databaseUrl === undefined || databaseUrl === '' ? undefined : { databaseUrl };
}
