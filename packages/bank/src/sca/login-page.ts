import { renderPage } from './layout.ts';
import { type Markup, markup } from './markup.ts';
import { fieldError, fieldState, noticeBox, titleWith } from './notices.ts';
import { cancelButton, cancelHint, form, type PageContext } from './page-context.ts';
import { stepList } from './step-list.ts';

/** The first step: who asks, what is about to happen, username and password. */
export function loginPage(context: PageContext): string {
  const { texts, notice, tppName } = context;
  const { login } = texts;
  const body = markup`${stepList('login', texts)}
${noticeBox(notice, texts)}
<h1>${login.heading}</h1>
<p class="lead">${login.asks(tppName)}</p>
<p>${login.next}</p>
<div class="card">
${form(
  context,
  'login',
  markup`<div class="field">
<label for="username">${login.username}</label>
${fieldError('username', notice, texts)}
<input id="username" name="username" type="text" autocomplete="username" autocapitalize="none" spellcheck="false" maxlength="64" required${fieldState('username', notice)}>
</div>
<div class="field">
<label for="password">${login.password}</label>
${fieldError('password', notice, texts)}
<input id="password" name="password" type="password" autocomplete="current-password" maxlength="256" required${fieldState('password', notice, 'password-hint')}>
<p class="hint" id="password-hint">${login.address(context.host)}</p>
</div>
<div class="buttons">
<button class="primary" type="submit" name="action" value="continue">${login.submit}</button>
${cancelButton(context)}
</div>
${cancelHint(context)}
<p class="hint">${login.blocking}</p>`,
)}
</div>
${testUsers(context)}`;
  return renderPage({
    language: context.language,
    title: titleWith(notice, login.heading, texts),
    body,
    languageHref: (language) => `${context.path}?lang=${language}`,
    isSandbox: context.sandbox !== undefined,
  });
}

function testUsers({ texts: { login }, sandbox }: PageContext): Markup | undefined {
  if (sandbox === undefined || sandbox.testUsers.length === 0) return undefined;
  const rows = sandbox.testUsers.map(
    ({ username, password, name }) =>
      markup`<tr><th scope="row">${name}</th><td><code>${username}</code></td><td><code>${password}</code></td></tr>`,
  );
  return markup`<section class="aside" aria-labelledby="test-users">
<h2 id="test-users">${login.testUsers}</h2>
<p>${login.testUsersHint}</p>
<table>
<thead><tr><th scope="col">${login.name}</th><th scope="col">${login.usernameColumn}</th><th scope="col">${login.password}</th></tr></thead>
<tbody>${rows}</tbody>
</table>
</section>`;
}
