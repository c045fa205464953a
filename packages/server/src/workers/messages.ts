import type { MetricsJson } from '../operations/worker-figures.ts';

/** What the primary process tells a worker. */
export interface DrainMessage {
  readonly kind: 'drain';
  /** How long the end may take, all in all. */
  readonly withinMs: number;
}

/** Asks a worker for its figures. */
export interface FiguresMessage {
  readonly kind: 'figures';
  readonly id: number;
  /** Its own, or those of the store, for which one worker asks for all. */
  readonly of: 'process' | 'store';
}

/** What a worker tells the primary process. */
export type WorkerMessage =
  /** What was asked for, or why there is none of it. */
  | { readonly kind: 'figures'; readonly id: number; readonly metrics: MetricsJson }
  | { readonly kind: 'no figures'; readonly id: number; readonly why: string }
  | { readonly kind: 'ready' }
  /** Its event loop turns. */
  | { readonly kind: 'alive' }
  /** It could not start. */
  | { readonly kind: 'failed'; readonly why: string }
  /** It has answered what was under way and is about to exit. */
  | { readonly kind: 'drained'; readonly cutOff: number };

export function isDrainMessage(message: unknown): message is DrainMessage {
  return kindOf(message) === 'drain';
}

export function isFiguresMessage(message: unknown): message is FiguresMessage {
  return kindOf(message) === 'figures';
}

export function isWorkerMessage(message: unknown): message is WorkerMessage {
  return ['ready', 'alive', 'failed', 'drained', 'figures', 'no figures'].includes(String(kindOf(message)));
}

function kindOf(message: unknown): unknown {
  return typeof message === 'object' && message !== null && 'kind' in message ? message.kind : undefined;
}
