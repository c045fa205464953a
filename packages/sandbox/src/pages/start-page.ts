import { type Fragment, type Markup, markup } from '@lupa/bank';
import { formatIbanInGroups } from '@lupa/protocol';
import { CA_PATH, CRL_PATH } from '../certificates/published-revocation-list.ts';
import type { TppFiles } from '../files/data-directory.ts';
import { GENERATOR_PATH } from '../generator/generator-routes.ts';
import type { TestUser } from '../sandbox-facts.ts';
import { sandboxPage } from './sandbox-layout.ts';

export interface StartPageOptions {
  readonly issuer: string;
  readonly apiUrl: string;
  readonly shopUrl: string | undefined;
  readonly tppFiles: TppFiles;
  readonly users: readonly TestUser[];
  /** Whose block was just lifted. */
  readonly unblocked: string | undefined;
}

/** The sandbox's start page: everything there is, one link away. */
export function startPage({ issuer, apiUrl, shopUrl, tppFiles, users, unblocked }: StartPageOptions): string {
  return sandboxPage({
    title: 'Sandbox',
    isWide: true,
    body: markup`<h1>Lupa sandbox</h1>
<p class="lead">A whole bank on this machine, for trying out payment initiation. No money is real, and no password is secret.</p>
${unblocked && markup`<p class="notice" role="status">${unblocked} is not blocked any more.</p>`}
${shopUrl && markup`<p class="buttons"><a class="button primary" href="${shopUrl}">Open the demo shop</a></p>`}
<section class="card" aria-labelledby="users">
<h2 id="users">Test users</h2>
<ul class="users" role="list">${users.map(testUser)}</ul>
<p class="hint">Five wrong passwords or codes in a row block a user for a while; “Unblock” lifts that.</p>
</section>
<section class="card" aria-labelledby="tpp">
<h2 id="tpp">Demo TPP</h2>
<p>A registered client with a QWAC for TLS and a QSEALC for signatures. Its files are in</p>
<p><code>${tppFiles.directory}</code></p>
<dl class="details files">
${row('client.crt, key.pem', 'its QWAC for mutual TLS, and the key')}
${row('ca.crt', 'the issuer of the API’s certificate: curl --cacert ca.crt')}
${row('ssa-signing-key.pem', 'signs payments and authorization requests; ssa-signing.crt is its QSEALC')}
${row('registration-result.txt', 'client id, client secret, API key, redirect URIs, kid')}
</dl>
</section>
<section class="card" aria-labelledby="register">
<h2 id="register">A TPP of your own</h2>
<p><code>npx lupa register</code> makes one in one step: certificates, software statement, registration. By hand it takes these:</p>
<dl class="details">
${row('Certificates', markup`<code>POST ${issuer}${GENERATOR_PATH}/sandbox-tpp?c=fi&amp;cn=My%20TPP</code> with any <code>x-api-key</code>`)}
${row('Registration', markup`<code>POST ${apiUrl}/tpp-registration/register</code>`)}
${row('Issuer of all certificates', markup`${link(CA_PATH)}, the sandbox CA`)}
${row('What it has revoked', link(CRL_PATH))}
</dl>
<p class="hint">To see a certificate refused, <code>npx lupa cert revoke</code> it; <code>npx lupa cert inspect</code> explains one.</p>
</section>
<section class="card" aria-labelledby="addresses">
<h2 id="addresses">Addresses</h2>
<dl class="details">
${row('Payments API', markup`<code>${apiUrl}/payments-psd2/v1</code>`)}
${row('Tokens', markup`<code>${apiUrl}/oauth/token</code>`)}
${row('Issuer', markup`<code>${issuer}</code>`)}
${row('Discovery', link('/.well-known/openid-configuration'))}
${row('Keys of ID tokens', link('/oauth/jwks/PSD2_OIDC'))}
${row('Keys of answers', link('/jwks/payments/jwks.json'))}
${row('Keys of the demo TPP', link('/sandbox/tpp/public-jwks.json'))}
${row('Messages to other banks', link('/sandbox/rails'))}
</dl>
</section>`,
  });
}

function testUser({ username, password, accounts }: TestUser): Markup {
  const at = encodeURIComponent(username);
  return markup`<li>
<div>
<h3>${username}</h3>
<p class="hint">password <code>${password}</code></p>
</div>
<ul role="list">${accounts.map(
    ({ iban, balanceEUR }) =>
      markup`<li class="line"><span class="iban">${formatIbanInGroups(iban)}</span> <span class="amount">${balanceEUR} EUR</span></li>`,
  )}</ul>
<div class="doors">
<a href="/sandbox/key-card/${at}">Key card<span class="visually-hidden"> of ${username}</span></a>
<a href="/sandbox/phone/${at}">Phone<span class="visually-hidden"> of ${username}</span></a>
<form method="post" action="/sandbox/unblock/${at}"><button class="quiet" type="submit">Unblock<span class="visually-hidden"> ${username}</span></button></form>
</div>
</li>`;
}

function row(name: string, value: Fragment): Markup {
  return markup`<div><dt>${name}</dt><dd>${value}</dd></div>`;
}

function link(path: string): Markup {
  return markup`<a href="${path}">${path}</a>`;
}
