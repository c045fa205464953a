import { execFile } from 'node:child_process';
import * as fs from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { type Browser, chromium } from 'playwright-core';

/**
 * Starts a real, headless Chromium: the machine's own where there is one, else the one inside the npm package
 * `@sparticuz/chromium`. Says on stderr, once, which of them it is.
 *
 * @param installed Paths of the machine's own browsers, best first.
 * @throws Error saying what to do next when no browser starts: tests never skip for want of one.
 */
export async function launchChromium(installed = installedChromiums(process.env.PATH ?? '')): Promise<Browser> {
  const problems: string[] = [];
  for (const executablePath of installed) {
    try {
      return announced(executablePath, await launch({ executablePath }));
    } catch (error) {
      problems.push(`${executablePath}: ${reason(error)}`);
    }
  }
  try {
    return announced('the npm package @sparticuz/chromium', await launch(await packagedChromium()));
  } catch (cause) {
    problems.push(`@sparticuz/chromium: ${reason(cause)}`);
    const next = 'Install one (on Debian: apt-get install chromium) and run the tests again.';
    throw new Error(`No Chromium starts on this machine. ${next}\n${problems.join('\n')}`, { cause });
  }
}

/** Debian's Chromium first, then whatever is on the `PATH` by the usual names. */
export function installedChromiums(path: string): string[] {
  const directories = path.split(delimiter).filter((directory) => directory !== '');
  const onPath = directories.flatMap((directory) =>
    ['chromium', 'google-chrome', 'google-chrome-stable'].map((name) => join(directory, name)),
  );
  return [...new Set(['/usr/bin/chromium', ...onPath])].filter(isExecutable);
}

interface Executable {
  readonly executablePath: string;
  readonly env?: Record<string, string>;
}

/** The browser may talk to the pages under test and to nothing else; the rest of its flags are Playwright's. */
const FLAGS = [
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
  '--disable-quic',
];

async function launch({ executablePath, env }: Executable): Promise<Browser> {
  // Root cannot have a sandbox, and neither can the packaged browser, which lacks the helper for it.
  const chromiumSandbox = process.getuid?.() !== 0 && env === undefined;
  const browser = await chromium.launch({
    executablePath,
    args: FLAGS,
    chromiumSandbox,
    timeout: 60_000,
    ...(env && { env }),
  });
  try {
    // A browser that lacks fonts or libraries starts all the same, and dies of its first text.
    const page = await browser.newPage();
    await page.setContent('<title>Lupa</title><p>Lupa</p>');
    if ((await page.title()) !== 'Lupa') throw new Error('it does not show a page');
    await page.close();
    return browser;
  } catch (error) {
    await browser.close();
    throw error;
  }
}

/**
 * Unpacks the package's browser, once for each version and account, into a directory that later processes share.
 * The package's own unpacking is not made for that: it takes a file another process is still writing for a whole one.
 * So it unpacks into a directory aside, which is then renamed. Its flags are left alone, because they switch off the
 * very rules of the web that the tests are about.
 */
async function packagedChromium(): Promise<Executable> {
  const entry = createRequire(import.meta.url).resolve('@sparticuz/chromium');
  const { version } = JSON.parse(fs.readFileSync(join(dirname(dirname(entry)), 'package.json'), 'utf8'));
  const home = join(tmpdir(), `lupa-chromium-${version}-${process.getuid?.() ?? 0}`);
  const isWhole = () =>
    ['chromium', 'fonts/fonts.conf', 'al2023/lib/libnss3.so'].every((path) => fs.existsSync(join(home, path)));
  if (!isWhole()) {
    const aside = fs.mkdtempSync(`${home}-making-`);
    try {
      const script = `await (await import(${JSON.stringify(entry)})).default.executablePath()`;
      // The variable makes the package unpack the libraries (nss, nspr) that the machine may lack.
      const env = { ...process.env, TMPDIR: aside, AWS_LAMBDA_JS_RUNTIME: 'nodejs22.x' };
      await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script], { env });
      fs.writeFileSync(join(aside, 'fonts', 'fonts.conf'), fontsConfiguration(join(home, 'fonts')));
      if (fs.existsSync(home) && !isWhole()) fs.rmSync(home, { recursive: true, force: true });
      fs.renameSync(aside, home);
    } catch (error) {
      fs.rmSync(aside, { recursive: true, force: true });
      if (!isWhole()) throw error;
    }
  }
  if (process.getuid && fs.statSync(home).uid !== process.getuid()) {
    throw new Error(`${home} belongs to another account: remove it and try again`);
  }
  const libraries = join(home, 'al2023', 'lib');
  const env = { ...process.env, LD_LIBRARY_PATH: libraries, FONTCONFIG_PATH: join(home, 'fonts') };
  return { executablePath: join(home, 'chromium'), env };
}

/** The package's own configuration looks for its fonts in `/tmp/fonts`; without any font Chromium dies. */
function fontsConfiguration(directory: string): string {
  return `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>${directory}</dir>
  <dir>/usr/share/fonts</dir>
  <cachedir>${join(directory, 'cache')}</cachedir>
</fontconfig>
`;
}

let announcement: string | undefined;

function announced(name: string, browser: Browser): Browser {
  if (announcement === undefined) {
    announcement = `Browser tests run in Chromium ${browser.version()} from ${name}.\n`;
    process.stderr.write(announcement);
  }
  return browser;
}

function isExecutable(path: string): boolean {
  try {
    fs.accessSync(path, fs.constants.X_OK);
    return fs.statSync(path).isFile();
  } catch {
    return false;
  }
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message.split('\n').slice(0, 3).join(' ') : String(error);
}
