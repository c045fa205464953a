import { markup } from '@lupa/bank';
import { sandboxPage, wayBack } from './sandbox-layout.ts';

/** A page for a test user there is none of. */
export function unknownUserPage(usernames: readonly string[]): string {
  return sandboxPage({
    title: 'No such test user',
    body: markup`<h1>No such test user</h1>
<p class="lead">The sandbox has ${usernames.join(', ')}.</p>
${wayBack()}`,
  });
}

/** A page for a message to the payment rails there is none of. */
export function unknownMessagePage(): string {
  return sandboxPage({
    title: 'No such message',
    body: markup`<h1>No such message</h1>
<p class="lead">No payment left this bank under that id. <a href="/sandbox/rails">All messages</a></p>
${wayBack()}`,
  });
}

/** A page for a form that another site sent. */
export function foreignFormPage(): string {
  return sandboxPage({
    title: 'Not from here',
    body: markup`<h1>Not from here</h1>
<p class="lead">This form came from another site, so nothing was done. Open the page here and try again.</p>
${wayBack()}`,
  });
}
