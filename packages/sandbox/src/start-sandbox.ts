import type { SandboxFacts } from './sandbox-facts.ts';

export interface SandboxOptions {
  /** Where the sandbox keeps everything; made when absent. Default `.lupa` in the current directory. */
  readonly dataDir?: string;
  /** Defaults 8443, 8080 and 8181. A taken port moves to the next free one; 0 takes any free one. */
  readonly apiPort?: number;
  readonly authorizePort?: number;
  readonly shopPort?: number;
  /** `false` starts the bank alone. */
  readonly shop?: boolean;
  /** A PostgreSQL to use instead of the PGlite store in the data directory. */
  readonly databaseUrl?: string;
  readonly clock?: { now(): Date };
  /** The bank's log. Default: warnings and errors, on stderr. */
  readonly log?: { readonly level: string; readonly stream?: NodeJS.WritableStream };
  /** Told, in a sentence, of what a person should know, such as a port that moved. */
  readonly onNotice?: (notice: string) => void;
  /** Ends the start early; everything already opened is closed and `startSandbox` rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** A running sandbox. */
export interface Sandbox extends SandboxFacts {
  /** Ends shop and bank, waits for calls under way, and leaves the data directory to the next start. */
  close(): Promise<void>;
}

export async function startSandbox(_options: SandboxOptions = {}): Promise<Sandbox> {
  throw new Error('not yet');
}
