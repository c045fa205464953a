import { readFileSync } from 'node:fs';
import type { AnswerLine, HistoryLine, Numbered, RequestLine, RunLine, VisitEndedLine, VisitLine } from '../history.ts';

/** Reads a history file. A last line that was cut off in the middle of writing is left out. */
export function readHistory(path: string): Numbered[] {
  return readFileSync(path, 'utf8')
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Numbered);
}

/** One sending of a call, and what came of it. */
export interface Sending {
  readonly request: Numbered<RequestLine>;
  readonly answer: Numbered<AnswerLine> | undefined;
  /** The line at which its fate was known; infinite where it never was. */
  readonly endLine: number;
  /** When, in milliseconds; where the answer was lost, by when the bank had surely ended it. */
  readonly endMs: number;
}

/** A customer at the bank's pages. */
export interface Visit {
  readonly begun: Numbered<VisitLine>;
  readonly ended: Numbered<VisitEndedLine> | undefined;
}

/** A history, read once for all rules. */
export interface Story {
  readonly run: Numbered<RunLine>;
  readonly sendings: readonly Sending[];
  readonly visits: readonly Visit[];
  /** Whether any clock was behind what it, or another one, had said before. */
  readonly clockWentBack: boolean;
  /** When the bank's clock jumped, in milliseconds. */
  readonly jumpsMs: readonly number[];
  /** Whether PostgreSQL was made to fail in a way it calls an internal error of its own. */
  readonly storeBroke: boolean;
}

/** However a connection ends, the bank and its store end what came over it within this. */
const ENDED_AFTER_MS = 30_000;

export function readStory(history: readonly Numbered[]): Story {
  const run = history.find((line) => isOf(line, 'run'));
  if (run === undefined) throw new Error('The history does not say what was run: its first line is missing.');
  const answers = new Map<number, Numbered<AnswerLine>>();
  const ends = new Map<number, Numbered>();
  const visitEnds = new Map<number, Numbered<VisitEndedLine>>();
  for (const line of history) {
    if (isOf(line, 'answer')) answers.set(line.id, line);
    if (isOf(line, 'answer') || isOf(line, 'lost')) ends.set(line.id, line);
    if (isOf(line, 'visit ended')) visitEnds.set(line.id, line);
  }
  const sendings = history.flatMap((line): Sending[] => {
    if (!isOf(line, 'request')) return [];
    const answer = answers.get(line.id);
    const end = ends.get(line.id);
    const endMs = Date.parse((end ?? line).at) + (answer === undefined || answer.status === 503 ? ENDED_AFTER_MS : 0);
    return [{ request: line, answer, endLine: end?.n ?? Number.POSITIVE_INFINITY, endMs }];
  });
  const visits = history.flatMap((line) =>
    isOf(line, 'visit') ? [{ begun: line, ended: visitEnds.get(line.id) }] : [],
  );
  const clockWentBack = history.some((line) => isOf(line, 'fault') && /^clock-(?:back|apart)$/.test(line.fault));
  const jumpsMs = history.flatMap((line) =>
    isOf(line, 'fault') && /^clock-(?:forward|midnight|back)$/.test(line.fault) ? [Date.parse(line.at)] : [],
  );
  const storeBroke = history.some((line) => isOf(line, 'fault') && (line.detail ?? '').startsWith('RLIMIT_FSIZE'));
  return { run, sendings, visits, clockWentBack, jumpsMs, storeBroke };
}

function isOf<Kind extends HistoryLine['kind']>(
  line: Numbered,
  kind: Kind,
): line is Numbered<Extract<HistoryLine, { kind: Kind }>> {
  return line.kind === kind;
}

/** The lines that tell of a sending. */
export function linesOf({ request, answer }: Sending): number[] {
  return answer === undefined ? [request.n] : [request.n, answer.n];
}

export function isAnswered(sending: Sending, ...statuses: readonly number[]): boolean {
  return sending.answer !== undefined && statuses.includes(sending.answer.status);
}

/** The body as JSON; an empty object where it is none. */
export function jsonOf(text: string | undefined): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text ?? '{}');
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
