import { type Html, html } from '../html.ts';
import type { WireEntry } from '../wire/wire-log.ts';

/** Who spoke to whom: an arrow between the lanes of browser (20), shop (100) and bank (180). */
export function callArrow({ kind }: WireEntry): Html {
  const arrow = {
    wish: ['Browser to shop', 20, 100],
    exchange: ['Shop to bank', 100, 180],
    departure: ['Browser to bank', 20, 180],
    return: ['Browser to shop', 20, 100],
  } as const;
  const [words, from, to] = arrow[kind];
  return html`<span class="words">${words}</span>
    <svg viewBox="0 0 200 16" aria-hidden="true" focusable="false" class="${kind}">
      <circle cx="${from}" cy="8" r="3.5"/><path d="M${from} 8H${to - 4}M${to - 11} 3l7 5-7 5"/>
    </svg>`;
}

/** What an entry is called in one line. */
export function callName(entry: WireEntry): Html {
  switch (entry.kind) {
    case 'wish':
      return html`${entry.isUnasked ? 'Pay without logging in again' : 'Pay from your bank'}`;
    case 'departure':
      return html`<code>GET ${new URL(entry.url).pathname}</code>`;
    case 'return':
      return html`<code>GET ${new URL(entry.url).pathname}</code>`;
    case 'exchange':
      return html`<code>${entry.record.request.method} ${shortened(new URL(entry.record.request.url).pathname)}</code>`;
  }
}

/** How it ended, in a word. */
export function callResult(entry: WireEntry): Html | string {
  if (entry.kind === 'return') {
    return entry.refusal === undefined
      ? html`<span class="tag good">verified</span>`
      : html`<span class="tag bad">stopped</span>`;
  }
  return entry.kind === 'exchange' ? statusTag(entry.record.answer?.status, entry.record.failure) : '';
}

export function callTook(entry: WireEntry): string {
  return entry.kind === 'exchange' ? `${entry.record.durationMs.toFixed(entry.record.durationMs < 10 ? 1 : 0)} ms` : '';
}

export function statusTag(status: number | undefined, failure: string | undefined): Html {
  if (status === undefined) return html`<span class="tag bad">${failure ?? 'no answer'}</span>`;
  return html`<span class="tag ${status < 400 ? 'good' : 'bad'}">${status}</span>`;
}

/** Ids in paths by their last digits, which tell them apart; the whole path stands at the call itself. */
function shortened(path: string): string {
  return path.replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{8}([0-9a-f]{4})/g, '…$1');
}
