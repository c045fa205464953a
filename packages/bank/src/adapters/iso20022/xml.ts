/** An element of an XML document: its text, or the elements in it. */
export interface XmlElement {
  readonly name: string;
  readonly content: string | readonly XmlElement[];
  readonly attributes: Readonly<Record<string, string>>;
}

/** XML 1.0, section 2.2: any other character makes a document malformed, escaped or not. */
const NOT_XML = /[^\t\n\r\x20-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/u;
const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\t': '&#9;',
  '\n': '&#10;',
  '\r': '&#13;',
};

/** Makes an element. Those in it that are undefined are left out, so that an optional one is written in its place. */
export function element(
  name: string,
  content: string | readonly (XmlElement | undefined)[],
  attributes: Readonly<Record<string, string>> = {},
): XmlElement {
  if (typeof content === 'string') return { name, content, attributes };
  return { name, content: content.filter((each) => each !== undefined), attributes };
}

/**
 * Writes a whole document, one element a line.
 *
 * @throws RangeError when a text has a character that XML has no place for
 */
export function writeXml(root: XmlElement): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${write(root, '')}`;
}

function write({ name, content, attributes }: XmlElement, indent: string): string {
  const start = [name, ...Object.entries(attributes).map(([key, value]) => `${key}="${escaped(value)}"`)].join(' ');
  if (typeof content === 'string') return `${indent}<${start}>${escaped(content)}</${name}>\n`;
  const inside = content.map((each) => write(each, `${indent}  `)).join('');
  return `${indent}<${start}>\n${inside}${indent}</${name}>\n`;
}

function escaped(text: string): string {
  if (NOT_XML.test(text)) throw new RangeError('the text has a character that XML has no place for');
  return text.replace(/[&<>"\t\n\r]/g, (character) => ESCAPES[character] ?? '');
}
