import { type KeyObject, randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { BenchTpp } from '../support/bench-tpp.ts';
import type { RunBare } from './bare-database.ts';

/** What the bare server works with. */
export interface Bare {
  readonly tpp: BenchTpp;
  readonly clientKeys: ReadonlyMap<string, KeyObject>;
  readonly run: RunBare;
  readonly responseKey: KeyObject;
  readonly idTokenKey: KeyObject;
  readonly issuer: string;
}

/** One request, read whole. */
export interface BareRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface BareAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | number>>;
  readonly bytes: Buffer;
}

const NOTHING = Buffer.alloc(0);

export function nothing(status: number): BareAnswer {
  return { status, headers: { 'content-length': 0 }, bytes: NOTHING };
}

/** RFC 9562 section 5.7, like the bank's own ids: indexes grow at one end. */
export function uuidV7(now: Date): string {
  const time = now.getTime().toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(15)}`;
}
