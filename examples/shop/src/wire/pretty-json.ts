import { type Html, html } from '../html.ts';

const INDENT = '  ';

/** JSON for people: indented, its names and values marked up so that the style sheet can colour them. */
export function prettyJson(value: unknown, indent = ''): Html {
  if (Array.isArray(value))
    return block(
      '[',
      ']',
      value.map((item) => prettyJson(item, indent + INDENT)),
      indent,
    );
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).map(
      ([name, member]) => html`<span class="name">"${name}"</span>: ${prettyJson(member, indent + INDENT)}`,
    );
    return block('{', '}', members, indent);
  }
  return html`<span class="${typeof value === 'string' ? 'string' : 'literal'}">${JSON.stringify(value)}</span>`;
}

function block(open: string, close: string, items: readonly Html[], indent: string): Html {
  if (items.length === 0) return html`${open}${close}`;
  const lines = items.map((item, index) => html`${indent}${INDENT}${item}${index < items.length - 1 ? ',' : ''}\n`);
  return html`${open}\n${lines}${indent}${close}`;
}

/** A body as it was sent: JSON indented, a form with one field on each line, anything else as it is. */
export function prettyBody(body: string): Html {
  try {
    return prettyJson(JSON.parse(body));
  } catch {
    return /^[\w.-]+=/.test(body) ? prettyFields(body) : html`${body}`;
  }
}

/** The fields of a form or a query, one on each line. */
export function prettyFields(fields: string): Html {
  const lines = fields.split('&').map((field) => {
    const [name = '', ...value] = field.split('=');
    return html`<span class="name">${name}</span>=<span class="string">${decoded(value.join('='))}</span>\n`;
  });
  return html`${lines}`;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}
