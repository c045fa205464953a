import { type Html, html } from '../html.ts';
import type { DecodedJws } from '../wire/decode-jws.ts';

/** A JWS as it travels, its three parts told apart. */
export function jwsInParts({ parts: [header, payload, signature] }: DecodedJws): Html {
  return html`<p class="parts"><span class="header">${header}</span>.<span class="payload">${payload}</span>.<span class="signature">${signature}</span></p>`;
}

/** What each claim of an ID token was checked against (OpenID Connect Core section 3.1.3.7; the workflow's chapter 4.4). */
const CLAIM_CHECKS: readonly (readonly [string, string])[] = [
  ['iss', 'the bank that was asked'],
  ['aud', 'this shop’s client id, and nobody else’s'],
  ['exp', 'not past'],
  ['iat', 'not in the future'],
  ['nonce', 'the one sent with the request, so this is no replay'],
  ['sub', 'the authorizationId'],
  ['authorizationId', 'the one the payments were created with'],
  ['acr', 'the customer was strongly authenticated'],
  ['s_hash', 'left half of SHA-256 of the state'],
  ['c_hash', 'left half of SHA-256 of the code'],
  ['at_hash', 'left half of SHA-256 of the access token'],
  ['rt_hash', 'left half of SHA-256 of the refresh token'],
];

/**
 * What the SDK has checked before it let the shop go on. Had one of these failed, it would have thrown, and the order would
 * have ended here.
 *
 * @param source where the answer came from: the address of the callback, or the token endpoint
 * @param idToken the ID token in it; `code` alone brings none in the callback
 */
export function tokenChecks(source: 'callback' | 'token', idToken: DecodedJws | undefined): Html {
  const claims: Record<string, unknown> = Object(idToken?.payload);
  const passed = (name: string, value: unknown, meaning: string) => html`
    <tr><th scope="row"><code>${name}</code></th><td><code>${typeof value === 'string' ? value : JSON.stringify(value)}</code></td><td><span class="tick">✓</span> ${meaning}</td></tr>`;
  return html`
    <div class="jws">
      <h4>${source === 'callback' ? 'What was checked' : 'The ID token, and what was checked'}</h4>
      ${
        source === 'callback'
          ? html`
      <ul class="checks">
        <li><span class="tick">✓</span> <code>state</code> is the one in this browser’s session: the customer who came back is the one who left</li>
        <li><span class="tick">✓</span> <code>iss</code> is the bank that was asked (RFC 9207), so the answer was not mixed up with another bank’s</li>
      </ul>`
          : ''
      }
      ${
        idToken === undefined
          ? ''
          : html`
      <pre class="json">${JSON.stringify(idToken.header)}</pre>
      <table class="claims">
        <caption class="hidden">Claims of the ID token</caption>
        <thead><tr><th scope="col">Claim</th><th scope="col">Value</th><th scope="col">Checked</th></tr></thead>
        <tbody>
          ${CLAIM_CHECKS.filter(([name]) => name in claims).map(([name, meaning]) => passed(name, claims[name], meaning))}
          <tr><th scope="row">signature</th><td>RS256</td><td><span class="tick">✓</span> by the bank’s key with this <code>kid</code></td></tr>
        </tbody>
      </table>`
      }
    </div>`;
}
