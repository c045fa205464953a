/** How a check ended: all well; well, and yet worth knowing; wrong; not looked at, because something it needs is wrong. */
export type Level = 'ok' | 'warn' | 'fail' | 'skipped';

/** What one look found. `mend` says what to do about it, unless all is well. */
export interface Finding {
  readonly level: 'ok' | 'warn' | 'fail';
  readonly found: string;
  readonly mend?: string;
  /** Nothing is wrong, and yet what needs this has nothing to go on. */
  readonly isEnd?: boolean;
}

/** One thing to look at. */
export interface Check {
  readonly id: string;
  /** For a person: `TLS to the payments API`. */
  readonly name: string;
  readonly expected: string;
  /** Ids of checks before it, without whose success it could find nothing. */
  readonly needs?: readonly string[];
  look(): Promise<Finding>;
}

/** One check with what became of it: a line of `lupa doctor --json`. */
export interface Result {
  readonly id: string;
  readonly name: string;
  readonly level: Level;
  readonly expected: string;
  readonly found: string;
  readonly mend?: string;
  /** The id of the check that stopped this one. */
  readonly because?: string;
}

/** A check that hangs must not keep the others from being told; each bounds its own calls well below. */
const PATIENCE_MS = 20_000;

/**
 * Looks at one thing after the other and throws nothing, whatever they throw. What a check needs and did not get is named, so that the
 * first fault is the one to mend.
 *
 * @param tell told of each result at once
 */
export async function examine(checks: readonly Check[], tell: (result: Result) => void = () => {}): Promise<Result[]> {
  const results: Result[] = [];
  const unsolved = new Set<string>();
  for (const check of checks) {
    const result = await resultOf(check, results, unsolved);
    results.push(result);
    tell(result);
  }
  return results;
}

async function resultOf(check: Check, earlier: readonly Result[], unsolved: Set<string>): Promise<Result> {
  const { id, name, expected, needs = [] } = check;
  const missing = earlier.find((result) => needs.includes(result.id) && unsolved.has(result.id));
  if (missing !== undefined) {
    unsolved.add(id);
    const because = missing.because ?? missing.id;
    const cause = earlier.find((result) => result.id === because) ?? missing;
    return { id, name, level: 'skipped', expected, found: `not looked at: first mend "${cause.name}"`, because };
  }
  const { isEnd = false, ...finding } = await lookWithin(check);
  if (isEnd || finding.level === 'fail') unsolved.add(id);
  return { id, name, expected, ...finding };
}

async function lookWithin(check: Check): Promise<Finding> {
  const { promise: tooLate, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`nothing was found out in ${PATIENCE_MS / 1000} s`)), PATIENCE_MS);
  try {
    return await Promise.race([check.look(), tooLate]);
  } catch (error) {
    const found = error instanceof Error ? error.message : String(error);
    return { level: 'fail', found, mend: 'This check did not expect that. Run it again; tell us if it stays so.' };
  } finally {
    clearTimeout(timer);
  }
}

/** What was found is as it should be. */
export function well(found: string): Finding {
  return { level: 'ok', found };
}

/** It works, but should be otherwise. */
export function warning(found: string, mend: string): Finding {
  return { level: 'warn', found, mend };
}

/** It cannot work like that. */
export function fault(found: string, mend: string): Finding {
  return { level: 'fail', found, mend };
}

/** All is as it may be, but what comes next cannot be looked at. */
export function nothingYet(found: string, mend: string): Finding {
  return { level: 'warn', found, mend, isEnd: true };
}
