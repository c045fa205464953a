/** One value as the operator gave it, before anybody has looked whether it makes sense. */
export interface Given {
  readonly value: unknown;
  /** For a person: `api.port in /etc/lupa.json`, or `LUPA_API_PORT`. */
  readonly where: string;
  /** Where relative paths in it begin. */
  readonly directory: string;
  /** The file that holds it, where it has one of its own. */
  readonly file?: string;
}

/** Everything that was given, by the path of its member. */
export type GivenMembers = ReadonlyMap<string, Given>;

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
