/** Says which known name somebody may have meant. @returns an empty text when none is near */
export function nearest(name: string, known: readonly string[]): string {
  const [best] = known
    .map((candidate) => ({ candidate, distance: editDistance(name.toLowerCase(), candidate.toLowerCase()) }))
    .filter(({ candidate, distance }) => distance <= Math.max(2, candidate.length / 4))
    .sort((one, other) => one.distance - other.distance);
  return best === undefined ? 'Take it out.' : `Did you mean ${best.candidate}?`;
}

/** Levenshtein's distance. */
function editDistance(one: string, other: string): number {
  let previous = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (const [row, letter] of [...one].entries()) {
    const current = [row + 1];
    for (const [column, otherLetter] of [...other].entries()) {
      const [above = 0, left = 0, diagonal = 0] = [previous[column + 1], current[column], previous[column]];
      current.push(Math.min(above + 1, left + 1, diagonal + (letter === otherLetter ? 0 : 1)));
    }
    previous = current;
  }
  return previous.at(-1) ?? 0;
}
