import { closeSync, openSync, writeSync } from 'node:fs';
import type { HistoryLine } from './history.ts';

/** Appends to the history file. Every line is with the operating system before `write` returns. */
export class Recorder {
  readonly #file: number;
  #n = 0;
  #ids = 0;
  /** How many lines of each kind were written. */
  readonly counts = new Map<HistoryLine['kind'], number>();

  constructor(path: string) {
    this.#file = openSync(path, 'a', 0o600);
  }

  /** A number nothing else in this history has. */
  newId(): number {
    this.#ids += 1;
    return this.#ids;
  }

  write(line: HistoryLine): void {
    this.#n += 1;
    this.counts.set(line.kind, (this.counts.get(line.kind) ?? 0) + 1);
    writeSync(this.#file, `${JSON.stringify({ n: this.#n, at: new Date().toISOString(), ...line })}\n`);
  }

  close(): void {
    closeSync(this.#file);
  }
}
