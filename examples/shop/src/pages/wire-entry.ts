import { formatIbanInGroups } from '@lupa/tpp';
import { euros } from '../euros.ts';
import { type Html, html } from '../html.ts';
import { decodeJws } from '../wire/decode-jws.ts';
import { prettyBody, prettyFields, prettyJson } from '../wire/pretty-json.ts';
import type { Departure, Exchange, Return, WireEntry, Wish } from '../wire/wire-log.ts';
import { jwsInParts, tokenChecks } from './wire-jws.ts';
import { callName, statusTag } from './wire-names.ts';

export interface Presentation {
  /** Fetched for an earlier order. */
  readonly isBorrowed: boolean;
  readonly isOpen: boolean;
  /** Whether the bank's answers of this attempt passed every check, as far as they came. */
  readonly isBelieved: boolean;
}

/** One entry of the log, whole. */
export function wireEntry(entry: WireEntry, presentation: Presentation): Html {
  if (entry.kind === 'wish') return wish(entry);
  if (entry.kind === 'departure') return departure(entry);
  return entry.kind === 'return' ? back(entry) : exchange(entry, presentation);
}

function wish(entry: Wish): Html {
  const { at, payments } = entry;
  return html`
    <article class="call">
      ${callHead(callName(entry), at)}
      <ul class="wishes">${payments.map(
        ({ payee, amount, remittance }) => html`
        <li><strong>${euros(amount)}</strong> to ${payee.name}, <span class="nowrap">${formatIbanInGroups(payee.iban)}</span>,
          ${'reference' in remittance ? `reference ${remittance.reference}` : `message “${remittance.message}”`}</li>`,
      )}
      </ul>
    </article>`;
}

function exchange({ at, record }: Exchange, { isBorrowed, isOpen, isBelieved }: Presentation): Html {
  const { request, answer, attempt, durationMs, failure } = record;
  const { host, pathname, search } = new URL(request.url);
  // The client certificate is shown to the API and the token endpoint; discovery and keys are for everybody.
  const isMutualTls = record.purpose !== 'discovery' && record.purpose !== 'keys';
  const took = html`${statusTag(answer?.status, failure)} <span class="muted">${durationMs.toFixed(1)} ms</span>`;
  const remarks = [
    `To ${host}${isMutualTls ? ', over mutual TLS' : ''}`,
    ...(attempt > 1 ? [`Attempt ${attempt}`] : []),
    ...(isBorrowed ? ['Fetched for an earlier order, and still good for this one'] : []),
  ];
  return html`
    <details class="call"${isOpen ? html` open` : ''}>
      <summary>${callHead(html`<span class="method">${request.method}</span> <code>${pathname}${search}</code>`, at, took)}</summary>
      <p class="muted">${remarks.join('. ')}.</p>
      <div class="sides">
        ${side('Request', request.headers, request.body)}
        ${answer === undefined ? html`<section class="side"><h4>Answer</h4><p>None came: ${failure}.</p></section>` : side('Answer', answer.headers, answer.body)}
      </div>
      ${isBelieved ? idTokenIn(answer?.body) : ''}
    </details>`;
}

function side(name: string, headers: Readonly<Record<string, string>>, body: string | undefined): Html {
  const signature = headers['x-jws-signature'];
  return html`
    <section class="side">
      <h4>${name}</h4>
      <pre class="headers">${Object.entries(headers).map(([header, value]) => html`<span class="name">${header}</span>: ${value}\n`)}</pre>
      ${body === undefined || body === '' ? html`<p class="muted">No body.</p>` : html`<pre class="json">${prettyBody(body)}</pre>`}
      ${signature === undefined ? '' : detachedSignature(signature, body ?? '')}
    </section>`;
}

/** The header of a detached JWS, and what its signature is over. */
function detachedSignature(signature: string, body: string): Html | string {
  const jws = decodeJws(signature);
  if (jws === undefined) return '';
  return html`
    <div class="jws">
      <h5>Detached signature</h5>
      <pre class="json">${prettyJson(jws.header)}</pre>
      <p class="muted">over <code>header.BASE64URL(body)</code>, the body’s ${Buffer.byteLength(body)} bytes exactly as they stood on the wire</p>
    </div>`;
}

function departure({ at, url }: Departure): Html {
  const { origin, pathname, search, searchParams } = new URL(url);
  const requestObject = decodeJws(searchParams.get('request') ?? '');
  return html`
    <article class="call">
      ${callHead(html`<span class="method">GET</span> <code>${pathname}</code>`, at, html`<span class="muted">in the browser</span>`)}
      <p class="muted">${origin}</p>
      <pre class="json">${prettyFields(search.slice(1).replace(/request=[^&]*/, 'request=(below)'))}</pre>
      ${
        requestObject === undefined
          ? ''
          : html`
      <div class="jws">
        <h4>The request object, a signed JWT</h4>
        ${jwsInParts(requestObject)}
        <div class="sides">
          <section class="side"><h4>Header</h4><pre class="json">${prettyJson(requestObject.header)}</pre></section>
          <section class="side"><h4>Claims</h4><pre class="json">${prettyJson(requestObject.payload)}</pre></section>
        </div>
      </div>`
      }
    </article>`;
}

function back({ at, url, responseType, refusal }: Return): Html {
  const { origin, pathname, search, hash } = new URL(url);
  const answer = new URLSearchParams(search.slice(1) || hash.slice(1));
  const idToken = decodeJws(answer.get('id_token') ?? '');
  return html`
    <article class="call">
      ${callHead(html`<span class="method">GET</span> <code>${pathname}</code>`, at, html`<span class="muted">in the browser</span>`)}
      <p class="muted">${origin}, answer in the ${responseType === 'code' ? 'query' : 'fragment, which the page’s script posted to the shop'}</p>
      <pre class="json">${prettyFields((search || hash).slice(1).replace(/id_token=[^&]*/, 'id_token=(below)'))}</pre>
      ${
        refusal === undefined
          ? tokenChecks('callback', idToken)
          : html`
      <p class="stopped"><strong>Here the shop stopped:</strong> <code>${refusal.code}</code>. ${refusal.explanation}</p>`
      }
    </article>`;
}

/** The ID token in the answer of the token endpoint. */
function idTokenIn(body: string | undefined): Html | string {
  const idToken = /"id_token":"([^"]+)"/.exec(body ?? '')?.[1];
  return idToken === undefined ? '' : tokenChecks('token', decodeJws(idToken));
}

function callHead(title: Html, at: Date, result: Html | string = ''): Html {
  return html`
    <div class="call-head"><h3>${title}</h3><p>${result} <time class="muted" datetime="${at.toISOString()}">${at.toISOString().slice(11, 23)} UTC</time></p></div>`;
}
