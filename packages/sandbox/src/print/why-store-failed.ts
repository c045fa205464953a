import { LupaError } from '@lupa/protocol';

/** Errors of ours whose text says what to do. */
const EXPLAINED: readonly string[] = ['StoreNotFound', 'StoreInUse', 'BrokenTrail', 'RemovalNotPermitted'];

/**
 * Why a command could not do its work on a store.
 *
 * @param left how the command left things, a sentence
 */
export function whyStoreFailed(error: unknown, left: string): string {
  if (!(error instanceof Error)) return `${left} ${String(error)}`;
  if (EXPLAINED.includes(error.name)) return error.message;
  // Its own text is for a TPP.
  if (error instanceof LupaError) {
    const cause = error.cause instanceof Error ? error.cause.message : error.code;
    return `The database does not answer (${cause}). ${left} Find out why, and say it again.`;
  }
  // Where it comes from is worth knowing.
  return `It could not be done. ${left} ${error.stack}`;
}
