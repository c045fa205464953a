import type { SigningKeys } from '../certificates/bank-key-file.ts';
import { parseBankKeyFile } from '../certificates/bank-key-file.ts';
import type { ExitCode } from '../exit-code.ts';
import { type DataDirectory, dataDirectory } from '../files/data-directory.ts';
import { readPrivateFile } from '../files/private-file.ts';
import { painter } from '../print/paint.ts';
import { describeKeys, keysAsJson } from './describe-keys.ts';
import { RotationRefused, rotateBankKeys } from './rotate-bank-keys.ts';

/** The command line's options. */
export interface KeysOptions {
  readonly data: string;
  readonly json?: boolean;
  readonly now?: boolean;
}

/** Rotates the bank's keys and says what will happen when. @returns the exit code */
export async function runKeysRotate(options: KeysOptions): Promise<ExitCode> {
  const atOnce = options.now === true;
  return report('rotate', options, (files, now) => rotateBankKeys(files, now, { atOnce }), atOnce ? AT_ONCE : GENTLY);
}

/** Prints the bank's keys. @returns the exit code */
export async function runKeysList(options: KeysOptions): Promise<ExitCode> {
  return report('list', options, readKeys, '');
}

const GENTLY = 'New keys are published. They sign when everybody has had time to read them.\n\n';
const AT_ONCE =
  'New keys sign within seconds, and the old ones are gone then. Tokens they signed\n' +
  'are refused by whoever reads the keys anew; callers may keep them for a while.\n\n';

async function report(
  command: string,
  { data, json }: KeysOptions,
  work: (files: DataDirectory, now: Date) => Promise<SigningKeys>,
  heading: string,
): Promise<ExitCode> {
  const now = new Date();
  try {
    const keys = await work(dataDirectory(data), now);
    const text = json
      ? `${JSON.stringify(keysAsJson(keys, now))}\n`
      : heading + describeKeys(keys, now, painter(process.stdout));
    process.stdout.write(text);
    return 0;
  } catch (error) {
    process.stderr.write(`${painter(process.stderr)('red', `lupa keys ${command}:`)} ${whyNot(error)}\n`);
    return 1;
  }
}

async function readKeys({ signingKeys, path }: DataDirectory): Promise<SigningKeys> {
  const text = await readPrivateFile(signingKeys);
  if (text === undefined) {
    throw new RotationRefused(`There are no signing keys in ${path}. Start the bank once: lupa up makes them.`);
  }
  return parseBankKeyFile(signingKeys, text);
}

function whyNot(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
