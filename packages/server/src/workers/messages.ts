/** What the primary process tells a worker. */
export interface DrainMessage {
  readonly kind: 'drain';
  /** How long the end may take, all in all. */
  readonly withinMs: number;
}

/** What a worker tells the primary process. */
export type WorkerMessage =
  | { readonly kind: 'ready' }
  /** It could not start. */
  | { readonly kind: 'failed'; readonly why: string }
  /** It has answered what was under way and is about to exit. */
  | { readonly kind: 'drained'; readonly cutOff: number };

export function isDrainMessage(message: unknown): message is DrainMessage {
  return kindOf(message) === 'drain';
}

export function isWorkerMessage(message: unknown): message is WorkerMessage {
  return ['ready', 'failed', 'drained'].includes(String(kindOf(message)));
}

function kindOf(message: unknown): unknown {
  return typeof message === 'object' && message !== null && 'kind' in message ? message.kind : undefined;
}
