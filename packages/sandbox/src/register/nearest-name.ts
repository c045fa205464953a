/** The known name that a mistyped one is likely meant to be: at most two letters off, or a third of a short one. */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  const limit = Math.min(2, Math.floor(name.length / 3));
  const [nearest] = known
    .map((each) => ({ each, distance: editDistance(name.toLowerCase(), each) }))
    .filter(({ distance }) => distance <= limit)
    .sort((one, other) => one.distance - other.distance);
  return nearest?.each;
}

/** Letters to insert, delete or replace (Levenshtein). */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (const [i, letter] of [...from].entries()) {
    const next = [i + 1];
    for (let j = 1; j <= to.length; j += 1) {
      const replaced = (row[j - 1] ?? 0) + (letter === to[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
