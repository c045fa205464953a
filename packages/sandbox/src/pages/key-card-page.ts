import { markup, type SandboxRooms } from '@lupa/bank';
import { sandboxPage, wayBack } from './sandbox-layout.ts';

type KeyCard = NonNullable<Awaited<ReturnType<SandboxRooms['readKeyCard']>>>;

/** A customer's printed key list. */
export function keyCardPage({ username, name, series, keys }: KeyCard): string {
  const rows = keys.map(
    ({ number, code }) =>
      markup`<li id="key-${number}"><span class="number">${number}</span> <code>${code}</code></li>`,
  );
  return sandboxPage({
    title: `Key card of ${name}`,
    isWide: true,
    body: markup`<h1>Key card of ${name}</h1>
<p class="lead">The bank asks for a number; the code beside it is the answer.</p>
<section class="card key-card" aria-labelledby="list">
<h2 id="list">Key list ${series}</h2>
<ol class="keys" role="list">${rows}</ol>
</section>
<p class="hint">Each code is asked for once. When the list is used up, the next one takes its place here.</p>
<p><a href="/sandbox/phone/${encodeURIComponent(username)}">Phone of ${name}</a></p>
${wayBack()}`,
  });
}
