/** Ids as one value of a statement, which reads it as `ANY($1::text::uuid[])`. */
export function listOf(ids: readonly string[]): string {
  return `{${ids.join(',')}}`;
}

/** Smaller than every id. */
export const BEFORE_EVERY_ID = '00000000-0000-0000-0000-000000000000';
