import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { cpus, totalmem } from 'node:os';
import { drawPlot, type Plot } from './plots.ts';
import type { CallProfile } from './profile-steps.ts';
import { describeFloor, percent } from './report.ts';
import { BENCHMARK_NAMES, type BenchmarkName, type BenchmarkResult, verdictOf } from './result.ts';
import type { Stage } from './stage.ts';
import { limitOf } from './statistics.ts';

/** What is kept of the latest run of each benchmark, with when and on what it ran. */
export interface KeptResults {
  readonly results: Partial<Readonly<Record<BenchmarkName, KeptResult>>>;
  readonly profiles: readonly CallProfile[];
}

export interface KeptResult extends BenchmarkResult {
  readonly measured: string;
  readonly quick: boolean;
  readonly machine: string;
  readonly versions: string;
}

const DOCS = new URL('../../docs/', import.meta.url);
const PAGE = new URL('performance.md', DOCS);
const DIRECTORY = new URL('performance/', DOCS);
const RESULTS = new URL('results.json', DIRECTORY);

/** Between these the page is made; what stands outside is written by hand and kept. */
const BEGIN = '<!-- figures: made by `npm run bench -- --write`, not by hand -->';
const END = '<!-- end of figures -->';

const NOTHING: KeptResults = { results: {}, profiles: [] };

export async function readResults(): Promise<KeptResults> {
  const text = await readFile(RESULTS, 'utf8').catch(() => undefined);
  return text === undefined ? NOTHING : JSON.parse(text);
}

/** Keeps what was measured beside what was kept of other benchmarks, and makes the page. */
export async function keepResults(measured: {
  results: readonly BenchmarkResult[];
  profiles: readonly CallProfile[];
  stage: Stage;
  quick: boolean;
}): Promise<void> {
  const kept = await readResults();
  const { results, profiles, stage, quick } = measured;
  const [processor] = cpus();
  const run = {
    measured: new Date().toISOString().slice(0, 10),
    quick,
    machine: `${cpus().length} × ${processor?.model ?? 'unknown processor'}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${process.platform} ${process.arch}`,
    versions: `Node ${process.versions.node}, OpenSSL ${process.versions.openssl}, PostgreSQL ${stage.postgresVersion}`,
  };
  const fresh = Object.fromEntries(results.map((result) => [result.name, { ...result, ...run }]));
  const all: KeptResults = {
    results: { ...kept.results, ...fresh },
    profiles: profiles.length > 0 ? profiles : kept.profiles,
  };
  await mkdir(DIRECTORY, { recursive: true });
  await writeFile(RESULTS, `${JSON.stringify(all, rounded, 1)}\n`);
  await writePage(all);
}

/** More digits say nothing, and make every run's difference longer. */
function rounded(_name: string, value: unknown): unknown {
  return typeof value === 'number' && Number.isFinite(value) ? Number(value.toPrecision(5)) : value;
}

/** Makes the page and its plots. */
export async function writePage(kept: KeptResults): Promise<void> {
  const page = await readFile(PAGE, 'utf8').catch(() => `# Performance\n\n${BEGIN}\n${END}\n`);
  const plots = plotsOf(kept);
  await mkdir(DIRECTORY, { recursive: true });
  for (const plot of plots) await writeFile(new URL(plot.file, DIRECTORY), drawPlot(plot));
  await writeFile(PAGE, withFigures(page, figuresOf(kept)));
}

/** @throws Error for a page that does not say where the figures go */
export function withFigures(page: string, figures: string): string {
  const [begin, end] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (begin === -1 || end < begin) {
    throw new Error(`docs/performance.md needs these two lines, around the place for the figures:\n${BEGIN}\n${END}`);
  }
  return `${page.slice(0, begin + BEGIN.length)}\n\n${figures}\n${page.slice(end)}`;
}

/** The part of the page that is made. */
export function figuresOf(kept: KeptResults): string {
  const results = BENCHMARK_NAMES.flatMap((name) => kept.results[name] ?? []);
  return [
    '## The ratios',
    '',
    "![Each call's throughput to the bare server's](performance/ratios.svg)",
    '',
    '| benchmark | ratio | p99 to it | CPU to it | control | floors | measured |',
    '|---|---|---|---|---|---|---|',
    ...results.map(overviewRow),
    '',
    ...runsOf(results),
    '',
    ...floorsTable(results),
    '## Each benchmark',
    '',
    ...results.flatMap(describeBenchmark),
    ...describeProfiles(kept.profiles),
  ].join('\n');
}

function overviewRow(result: KeptResult): string {
  const { name, title, ratio, p99Ratio, isSlowness, isVoid, controlRatio, floors, sections, measured, quick } = result;
  const met = floors.map((floor) => (isVoid ? 'void' : verdictOf(floor))).join(', ');
  const cpu = isSlowness || sections[0] === undefined ? '–' : ratioText(sections[0].comparison.cpuRatio);
  const shown = isSlowness ? `${ratio.toFixed(2)} times` : `**${ratio.toFixed(2)}**`;
  const when = `${measured}${quick ? ', quick' : ''}`;
  return `| \`${name}\`: ${title} | ${shown} | ${p99Ratio.toFixed(2)} | ${cpu} | ${percent(controlRatio)}${isVoid ? ' **void**' : ''} | ${met || '–'} | ${when} |`;
}

/** The machines and versions, once each. */
function runsOf(results: readonly KeptResult[]): string[] {
  return [...new Set(results.map(({ machine, versions }) => `Measured on ${machine}; ${versions}.`))];
}

function floorsTable(results: readonly KeptResult[]): string[] {
  const rows = results.flatMap(({ floors, isVoid }) =>
    floors.map((floor) => `| ${isVoid ? 'void' : verdictOf(floor)} | ${describeFloor(floor)} |`),
  );
  return rows.length === 0 ? [] : ['## The floors', '', '| met | what |', '|---|---|', ...rows, ''];
}

function describeBenchmark({ name, title, how, sections, notes, plots, unit, ours, limit }: KeptResult): string[] {
  return [
    `### ${name}: ${title}`,
    '',
    `${how} Ours ${amount(ours)}, its limit ${amount(limit)} ${unit}.`,
    '',
    ...sections.flatMap(({ title: what, names, comparison }) => {
      const { ours: own, limit: one, control, ratio, p50Ratio, p99Ratio, cpuRatio } = comparison;
      const mean = limitOf(one, control);
      return [
        `| ${what} | calls/s | p50 ms | p99 ms | CPU µs a call |`,
        '|---|---|---|---|---|',
        `| ${names[0]} | ${amount(own.requestsPerSecond)} (${ratio.toFixed(2)}) | ${own.p50Ms.toFixed(2)} (${p50Ratio.toFixed(2)}) | ${own.p99Ms.toFixed(2)} (${p99Ratio.toFixed(2)}) | ${cpuText(own.cpuMicroseconds)} (${ratioText(cpuRatio)}) |`,
        `| ${names[1]} | ${amount(mean.requestsPerSecond)} (1) | ${mean.p50Ms.toFixed(2)} (1) | ${mean.p99Ms.toFixed(2)} (1) | ${cpuText(mean.cpuMicroseconds)} (1) |`,
        '',
      ];
    }),
    ...notes.flatMap((note) => [note, '']),
    ...plots.flatMap((plot) => [`![${plot.title}](performance/${plot.file})`, '']),
  ];
}

function describeProfiles(profiles: readonly CallProfile[]): string[] {
  if (profiles.length === 0) return [];
  const steps = [...new Set(profiles.flatMap((profile) => profile.steps.map(({ step }) => step)))];
  const share = (profile: CallProfile, step: string) => profile.steps.find((each) => each.step === step)?.share ?? 0;
  return [
    "## Where the bank's processor time goes",
    '',
    'Shares of the time its process was busy, from profiles taken apart from the runs above.',
    '',
    "![Where the bank's processor time goes](performance/steps.svg)",
    '',
    `| step | ${profiles.map(({ name }) => name).join(' | ')} |`,
    `|---|${profiles.map(() => '---|').join('')}`,
    ...steps.map((step) => `| ${step} | ${profiles.map((each) => percent(share(each, step))).join(' | ')} |`),
    '',
  ];
}

function plotsOf({ results, profiles }: KeptResults): Plot[] {
  const all = BENCHMARK_NAMES.flatMap((name) => results[name] ?? []);
  const ratios: Plot = {
    kind: 'bars',
    file: 'ratios.svg',
    title: "Each call's throughput to the bare server's",
    axis: 'times the bare server; 1 is as good as it gets.',
    bars: all
      .filter(({ isSlowness }) => !isSlowness)
      .map(({ name, ratio, floors }) => {
        const bound = floors[0]?.bound;
        const asked = bound !== undefined && 'atLeast' in bound ? bound : undefined;
        return {
          label: name,
          value: ratio,
          ...(asked === undefined ? {} : { floor: asked.atLeast }),
          ...(asked?.goal === undefined ? {} : { goal: asked.goal }),
        };
      }),
  };
  const steps: Plot = {
    kind: 'stacks',
    file: 'steps.svg',
    title: "Where the bank's processor time goes",
    axis: 'share of the busy time',
    stacks: profiles.map(({ name, steps: own }) => ({
      label: name,
      parts: own.map(({ step, share }) => ({ label: step, value: share })),
    })),
  };
  return [
    ...(ratios.bars.length > 0 ? [ratios] : []),
    ...(steps.stacks.length > 0 ? [steps] : []),
    ...all.flatMap((result) => result.plots),
  ];
}

function amount(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString('en') : value.toFixed(2);
}

function cpuText(value: number | null): string {
  return value !== null && value > 0 ? value.toFixed(0) : '–';
}

/** What is not a number becomes null in the file. */
function ratioText(value: number | null): string {
  return value !== null && value > 0 ? value.toFixed(2) : '–';
}
