import { formatIbanInGroups } from '@lupa/protocol';
import { availableCents, type ShownPayment, showPayment } from '../domain/shown-payments.ts';
import { preselectedAccount } from '../operations/choose-payments.ts';
import type { ScaView } from '../operations/open-sca-session.ts';
import type { AccountRecord } from '../ports/records.ts';
import type { Language } from './languages.ts';
import { renderPage } from './layout.ts';
import { type Markup, markup } from './markup.ts';
import { euros } from './money-text.ts';
import { fieldError, fieldState, noticeBox, titleWith } from './notices.ts';
import { cancelButton, cancelHint, form, type PageContext } from './page-context.ts';
import { amountOf, paymentDetails, totalLabel, totalOf } from './payment-lines.ts';
import { stepList } from './step-list.ts';
import type { Texts } from './texts/texts.ts';

/** The second step: each payment to approve or reject, the account to debit, and the second factor to use. */
export function reviewPage(context: PageContext, view: ScaView): string {
  const { texts, notice, tppName } = context;
  const { review } = texts;
  const payments = view.payments.map(showPayment);
  const count = payments.length;
  const heading = review.heading(count);
  const body = markup`${stepList('review', texts)}
${noticeBox(notice, texts)}
<h1>${heading}</h1>
<p class="lead">${review.asks(tppName, count)}</p>
${form(
  context,
  'review',
  markup`${paymentsToTick(context, view, payments)}
${accountToChoose(context, view)}
${factorToChoose(context, view)}
<div class="buttons">
${view.accounts.length > 0 && markup`<button class="primary" type="submit" name="action" value="continue">${review.submit}</button>`}
<button class="danger" type="submit" name="action" value="reject" aria-describedby="reject-hint">${review.reject(count)}</button>
${cancelButton(context)}
</div>
<p class="hint" id="reject-hint">${review.reject(count)}: ${review.rejectHint}</p>
${cancelHint(context)}`,
)}`;
  return renderPage({
    language: context.language,
    title: titleWith(notice, heading, texts),
    body,
    languageHref: (language) =>
      `${context.path}?lang=${language}${view.session.step === 'factor' ? '&step=review' : ''}`,
    isSandbox: context.sandbox !== undefined,
  });
}

function paymentsToTick({ texts, language }: PageContext, view: ScaView, payments: readonly ShownPayment[]): Markup {
  const { review } = texts;
  const chosen = view.session.challenge?.shown.payments.map(({ paymentId }) => paymentId);
  const rows = payments.map((payment, index) => {
    const isChecked = chosen === undefined || chosen.includes(payment.paymentId);
    return markup`<li class="payment">
<input type="checkbox" id="payment-${index}" name="payments" value="${payment.paymentId}"${isChecked && markup` checked`} aria-describedby="payment-${index}-details">
<label for="payment-${index}"><span class="payee">${payment.payeeName}</span> <span class="amount">${amountOf(payment, language)}</span></label>
<div id="payment-${index}-details">${paymentDetails(payment, texts, language)}</div>
</li>`;
  });
  return markup`<fieldset class="card" aria-describedby="payments-hint">
<legend>${review.payments(payments.length)}</legend>
<p class="hint" id="payments-hint">${review.untick(payments.length)}</p>
<ul class="payments">${rows}</ul>
<p class="total"><span>${totalLabel(payments, texts)}</span> <strong class="amount">${totalOf(payments, language)}</strong></p>
${payments.length > 1 && markup`<p class="hint">${review.totalHint}</p>`}
</fieldset>`;
}

function accountToChoose({ texts, language, notice }: PageContext, view: ScaView): Markup {
  const { review } = texts;
  const asked = view.payments.flatMap(({ request }) => request.payer?.iban ?? []);
  const foreign = asked.find((iban) => view.accounts.every((account) => account.iban !== iban));
  const chosen = view.session.challenge?.shown.account.iban ?? preselectedAccount(view.accounts, view.payments)?.iban;
  const options = view.accounts.map((account) => {
    const isChosen = account.iban === chosen && markup` selected`;
    return markup`<option value="${account.iban}"${isChosen}>${accountText(account, texts.review, language)}</option>`;
  });
  if (options.length === 0) return markup`<div class="card"><p class="warning">${review.noAccounts}</p></div>`;
  return markup`<div class="card field">
<label for="account">${review.account}</label>
${foreign !== undefined && markup`<p class="warning" id="account-foreign">${review.notYours(formatIbanInGroups(foreign))}</p>`}
${fieldError('account', notice, texts)}
<select id="account" name="account"${fieldState('account', notice, foreign === undefined ? 'account-hint' : 'account-foreign account-hint')}>${options}</select>
<p class="hint" id="account-hint">${review.accountHint(view.payments.length)}</p>
<ul class="accounts">${view.accounts.map((account) => accountInFull(account, review, language))}</ul>
</div>`;
}

function accountText(account: AccountRecord, review: Texts['review'], language: Language): string {
  return `${account.name} · ${formatIbanInGroups(account.iban)} · ${review.available(availableOn(account, language))}`;
}

function accountInFull(account: AccountRecord, review: Texts['review'], language: Language): Markup {
  return markup`<li>${account.name} <span class="iban">${formatIbanInGroups(account.iban)}</span> <span>${review.available(availableOn(account, language))}</span></li>`;
}

function availableOn(account: AccountRecord, language: Language): string {
  return euros(availableCents(account), language);
}

function factorToChoose({ texts: { review } }: PageContext, { session }: ScaView): Markup {
  const isMobile = session.challenge?.factor === 'mobilekey';
  const choices = [
    { value: 'keycode', label: review.keycode, hint: review.keycodeHint, isChosen: !isMobile },
    { value: 'mobilekey', label: review.mobilekey, hint: review.mobilekeyHint, isChosen: isMobile },
  ];
  return markup`<fieldset class="card">
<legend>${review.factor}</legend>
<div class="choices">${choices.map(
    ({ value, label, hint, isChosen }) => markup`<div class="choice">
<input type="radio" id="factor-${value}" name="factor" value="${value}"${isChosen && markup` checked`} aria-describedby="factor-${value}-hint">
<label for="factor-${value}">${label}</label>
<p class="hint" id="factor-${value}-hint">${hint}</p>
</div>`,
  )}</div>
</fieldset>`;
}
