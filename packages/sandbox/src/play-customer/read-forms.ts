/** A form of a page, as a browser without scripts sees it. */
export interface PageForm {
  /** As written; empty for the page's own address. */
  readonly action: string;
  readonly method: string;
  readonly fields: readonly FormField[];
  readonly buttons: readonly { readonly name: string; readonly value: string }[];
}

export interface FormField {
  readonly name: string;
  /** Of an input, or `select`. */
  readonly type: string;
  /** What is sent unless something else is entered; of a select, its chosen option. */
  readonly value: string;
  /** Whether it is sent as it stands: false for an empty check box or radio button. */
  readonly isChosen: boolean;
}

interface OpenForm extends PageForm {
  readonly id: string | undefined;
  readonly fields: FormField[];
  readonly buttons: { name: string; value: string }[];
}

const TAG = /<!--[\s\S]*?-->|<(\/?)([a-z][a-z0-9-]*)((?:"[^"]*"|'[^']*'|[^'">])*)>/gi;
const ATTRIBUTE = /([^\s=/"']+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?/g;

type Attributes = ReadonlyMap<string, string>;

/** Reads the forms of a page that is written as HTML should be; every attribute value quoted, every form closed. */
export function readForms(html: string): readonly PageForm[] {
  const forms: OpenForm[] = [];
  const loose: { form: string; field: FormField }[] = [];
  let open: OpenForm | undefined;
  let select: { name: string; value: string | undefined; form: string | undefined } | undefined;
  const add = (field: FormField, owner: string | undefined) => {
    if (owner !== undefined) loose.push({ form: owner, field });
    else open?.fields.push(field);
  };

  for (const [, slash, tag, rest] of html.matchAll(TAG)) {
    const name = tag?.toLowerCase();
    const isEnd = slash === '/';
    const attributes = readAttributes(rest ?? '');
    if (name === 'form') {
      open = isEnd ? undefined : newForm(attributes);
      if (open !== undefined) forms.push(open);
    } else if (name === 'select' && !isEnd) {
      select = { name: attributes.get('name') ?? '', value: undefined, form: attributes.get('form') };
    } else if (name === 'select' && select !== undefined) {
      add({ name: select.name, type: 'select', value: select.value ?? '', isChosen: true }, select.form);
      select = undefined;
    } else if (name === 'option' && !isEnd && select !== undefined) {
      if (select.value === undefined || attributes.has('selected')) select.value = attributes.get('value') ?? '';
    } else if ((name === 'input' || name === 'button') && !isEnd && !attributes.has('disabled')) {
      add(newField(name, attributes), attributes.get('form'));
    }
  }
  for (const { form, field } of loose) forms.find(({ id }) => id === form)?.fields.push(field);
  for (const form of forms) sortOutButtons(form);
  return forms;
}

/** The value of an attribute that stands somewhere on the page, such as `data-key-number`. */
export function findAttribute(html: string, name: string): string | undefined {
  for (const [, slash, , rest] of html.matchAll(TAG)) {
    const value = slash === '/' ? undefined : readAttributes(rest ?? '').get(name);
    if (value !== undefined) return value;
  }
  return undefined;
}

/** What the page says in its alert, or else in its title: for messages. */
export function readNotice(html: string): string {
  const alert = /<[^>]*\brole="alert"[^>]*>([\s\S]*?)<\/(?:p|div|section|ul|span)>/i.exec(html)?.[1];
  const title = /<title>([\s\S]*?)<\/title>/i.exec(html)?.[1];
  return decode((alert ?? title ?? '').replaceAll(/<[^>]*>/g, ' '))
    .replaceAll(/\s+/g, ' ')
    .trim();
}

function newForm(attributes: Attributes): OpenForm {
  return {
    id: attributes.get('id'),
    action: attributes.get('action') ?? '',
    method: (attributes.get('method') ?? 'get').toLowerCase(),
    fields: [],
    buttons: [],
  };
}

function newField(tag: 'input' | 'button', attributes: Attributes): FormField {
  const type = tag === 'button' ? 'submit' : (attributes.get('type') ?? 'text').toLowerCase();
  const isTickable = type === 'checkbox' || type === 'radio';
  return {
    name: attributes.get('name') ?? '',
    type,
    value: attributes.get('value') ?? (isTickable ? 'on' : ''),
    isChosen: !isTickable || attributes.has('checked'),
  };
}

function sortOutButtons(form: OpenForm): void {
  const fields = form.fields.splice(0);
  for (const field of fields) {
    if (field.type === 'submit' || field.type === 'image') form.buttons.push({ name: field.name, value: field.value });
    else if (field.name !== '' && field.type !== 'button' && field.type !== 'reset') form.fields.push(field);
  }
}

function readAttributes(text: string): Attributes {
  const attributes = new Map<string, string>();
  for (const [, name = '', double, single, bare] of text.matchAll(ATTRIBUTE)) {
    attributes.set(name.toLowerCase(), decode(double ?? single ?? bare ?? ''));
  }
  return attributes;
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: '\u00a0' };

function decode(text: string): string {
  return text.replaceAll(/&(?:#(\d+)|#x([0-9a-f]+)|([a-z]+));/gi, (whole, decimal, hex, name) => {
    if (decimal !== undefined) return String.fromCodePoint(Number(decimal));
    if (hex !== undefined) return String.fromCodePoint(Number.parseInt(hex, 16));
    return ENTITIES[name.toLowerCase()] ?? whole;
  });
}
