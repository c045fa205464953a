import { formatIbanInGroups } from '@lupa/protocol';
import { availableCents, shownTotalCents, showPayment } from '../domain/shown-payments.ts';
import type { ScaView } from '../operations/open-sca-session.ts';
import type { ScaChallenge } from '../ports/sca-store.ts';
import { renderPage } from './layout.ts';
import { type Markup, markup } from './markup.ts';
import { euros } from './money-text.ts';
import { fieldError, fieldState, noticeBox, titleWith } from './notices.ts';
import { cancelButton, cancelHint, form, type PageContext } from './page-context.ts';
import { amountOf, paymentDetails, totalLabel, totalOf } from './payment-lines.ts';
import { stepList } from './step-list.ts';

/** Where the sandbox shows a customer's key list and phone. */
export interface SandboxLinks {
  readonly keyCard: string;
  readonly phone: string;
}

/** The third step: once more everything the factor is bound to (RTS article 5(1)(a)), and the factor itself. */
export function factorPage(
  context: PageContext,
  view: ScaView,
  challenge: ScaChallenge,
  links: SandboxLinks | undefined,
): string {
  const { texts, notice } = context;
  const { factor } = texts;
  const isKeyCode = challenge.factor === 'keycode';
  const heading = isKeyCode ? factor.keycodeHeading : factor.mobilekeyHeading;
  const body = markup`${stepList('factor', texts)}
${noticeBox(notice, texts)}
<h1>${heading}</h1>
${whatIsApproved(context, view, challenge)}
<div class="card">
${isKeyCode ? askForCode(context, challenge, links) : askForPhone(context, challenge, links)}
</div>
${otherFactor(context, challenge)}
<p><a href="${context.path}?step=review">${factor.change}</a></p>`;
  return renderPage({
    language: context.language,
    title: titleWith(notice, heading, texts),
    body,
    languageHref: (language) => `${context.path}?lang=${language}`,
    isSandbox: context.sandbox !== undefined,
  });
}

function whatIsApproved({ texts, language }: PageContext, view: ScaView, { shown }: ScaChallenge): Markup {
  const { factor } = texts;
  const account = view.accounts.find(({ accountId }) => accountId === shown.account.accountId);
  const available = account && availableCents(account);
  const isShort = available !== undefined && BigInt(available) < shownTotalCents(shown.payments);
  const lines = shown.payments.map(
    (payment) => markup`<li class="payment">
<p class="line"><span class="payee">${payment.payeeName}</span> <span class="amount">${amountOf(payment, language)}</span></p>
${paymentDetails(payment, texts, language)}
</li>`,
  );
  return markup`<section class="card receipt" aria-labelledby="approving">
<h2 id="approving">${factor.approving}</h2>
<p class="sum"><span class="sum-label">${totalLabel(shown.payments, texts)}</span> <strong class="amount">${totalOf(shown.payments, language)}</strong></p>
<ul class="payments">${lines}</ul>
<dl class="details">
<div><dt>${factor.from}</dt><dd>${account && `${account.name} · `}<span class="iban">${formatIbanInGroups(shown.account.iban)}</span></dd></div>
<div><dt>${factor.requestedBy}</dt><dd>${shown.tppName}</dd></div>
</dl>
${isShort && markup`<p class="warning">${factor.short(euros(available, language))}</p>`}
${leftOut(view, shown, texts, language)}
<p class="hint">${factor.bound}</p>
</section>`;
}

function leftOut(
  view: ScaView,
  shown: ScaChallenge['shown'],
  { factor }: PageContext['texts'],
  language: PageContext['language'],
): Markup | undefined {
  const approved = new Set(shown.payments.map(({ paymentId }) => paymentId));
  const rest = view.payments.filter(({ paymentId }) => !approved.has(paymentId)).map(showPayment);
  if (rest.length === 0) return undefined;
  return markup`<div class="left-out">
<h3>${factor.leftOut(rest.length)}</h3>
<ul>${rest.map((payment) => markup`<li>${payment.payeeName}, ${amountOf(payment, language)}</li>`)}</ul>
</div>`;
}

function askForCode(context: PageContext, { key }: ScaChallenge, links: SandboxLinks | undefined): Markup {
  const { texts, notice } = context;
  const { factor } = texts;
  if (key === undefined) throw new Error('a key code challenge names its key');
  return form(
    context,
    'factor',
    markup`<p>${factor.keycodeAsk(key.number, key.series)}</p>
<p class="key-number" data-key-number="${key.number}"><span>${factor.keyNumber}</span> <strong>${key.number}</strong></p>
${links && newTabLink(links.keyCard, factor.keyCard, factor.newTab)}
<div class="field">
<label for="code">${factor.code}</label>
${fieldError('code', notice, texts)}
<input class="code" id="code" name="code" type="text" inputmode="numeric" autocomplete="one-time-code" spellcheck="false" maxlength="12" required${fieldState('code', notice, 'code-hint')}>
<p class="hint" id="code-hint">${factor.codeHint}</p>
</div>
<div class="buttons">
<button class="primary" type="submit" name="action" value="approve">${factor.submitKeycode}</button>
${cancelButton(context)}
</div>
${cancelHint(context)}`,
  );
}

function askForPhone(context: PageContext, { phone }: ScaChallenge, links: SandboxLinks | undefined): Markup {
  const { factor } = context.texts;
  return form(
    context,
    'factor',
    markup`<p>${phone === 'approved' ? factor.mobilekeyApproved : factor.mobilekeyAsk}</p>
${links && newTabLink(links.phone, factor.phone, factor.newTab)}
<div class="buttons">
<button class="primary" type="submit" name="action" value="approve">${factor.submitMobilekey}</button>
${cancelButton(context)}
</div>
${cancelHint(context)}`,
  );
}

function newTabLink(href: string, text: string, newTab: string): Markup {
  return markup`<p><a href="${href}" target="_blank" rel="noopener">${text}<span class="visually-hidden"> (${newTab})</span> <span aria-hidden="true">↗</span></a></p>`;
}

function otherFactor(context: PageContext, challenge: ScaChallenge): Markup {
  const { factor } = context.texts;
  const [value, text] =
    challenge.factor === 'keycode' ? ['mobilekey', factor.useMobilekey] : ['keycode', factor.useKeycode];
  return form(
    context,
    'factor',
    markup`<input type="hidden" name="factor" value="${value}">
<div class="buttons"><button class="secondary" type="submit" name="action" value="continue">${text}</button></div>`,
  );
}
