/** Ids as one value of a statement, which reads it as `ANY($1::text::uuid[])`. */
export function listOf(ids: readonly string[]): string {
  return `{${ids.join(',')}}`;
}
