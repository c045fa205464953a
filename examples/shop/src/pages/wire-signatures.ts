import { type Html, html } from '../html.ts';
import { hasValidSignature } from '../wire/check-signature.ts';
import { decodeJws } from '../wire/decode-jws.ts';
import type { Exchange, WireEntry } from '../wire/wire-log.ts';
import { callName } from './wire-names.ts';

/** The last step, for every answer of the payments API, done once more for the reader. */
export function signatureChecks(entries: readonly WireEntry[], shared: readonly Exchange[]): Html {
  const answers = entries.filter(
    (entry) => entry.kind === 'exchange' && entry.record.answer?.headers['x-jws-signature'] !== undefined,
  );
  if (answers.length === 0) return html`<p class="muted nothing">No signed answers in this attempt yet.</p>`;
  return html`
    <article class="call">
      <p>Done once more for this page, with nothing but <code>node:crypto</code> and the bank’s published keys:</p>
      <table class="claims">
        <caption class="hidden">Signatures of the bank’s answers</caption>
        <thead><tr><th scope="col">Answer to</th><th scope="col">Key</th><th scope="col">Signature</th></tr></thead>
        <tbody>${answers.map((entry) => html`<tr><td>${callName(entry)}</td>${signatureCells(entry as Exchange, shared)}</tr>`)}</tbody>
      </table>
    </article>`;
}

function signatureCells({ record: { answer } }: Exchange, shared: readonly Exchange[]): Html {
  const signature = answer?.headers['x-jws-signature'] ?? '';
  const { alg, kid } = Object(decodeJws(signature)?.header);
  const keySets = shared
    .filter(({ record }) => record.purpose === 'keys')
    .map(({ record }) => record.answer?.body ?? '{"keys":[]}');
  const isValid = keySets.some((keySet) => hasValidSignature(signature, answer?.body ?? '', keySet));
  return html`<td><code>${alg} ${kid}</code></td><td>${isValid ? html`<span class="tick">✓</span> fits all ${Buffer.byteLength(answer?.body ?? '')} bytes` : 'could not be repeated here'}</td>`;
}
