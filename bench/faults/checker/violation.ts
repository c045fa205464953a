/** Something that must never be, and the lines of the history that prove it. */
export interface Violation {
  /** The rule that is broken, in a sentence. */
  readonly rule: string;
  /** How it is broken. */
  readonly what: string;
  /** Numbers of history lines; none where the database alone proves it. */
  readonly lines: readonly number[];
}

/** Looks at each thing with one rule. @param look undefined where the thing keeps the rule */
export function violationsOf<Thing>(
  rule: string,
  things: Iterable<Thing>,
  look: (thing: Thing) => { readonly what: string; readonly lines?: readonly number[] } | undefined,
): Violation[] {
  const found: Violation[] = [];
  for (const thing of things) {
    const seen = look(thing);
    if (seen !== undefined) found.push({ rule, what: seen.what, lines: seen.lines ?? [] });
  }
  return found;
}
