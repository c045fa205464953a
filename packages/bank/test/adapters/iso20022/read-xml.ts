/** Start tag, end tag or text; nothing else has a place in our messages. */
const TOKEN = /<(\/?)([A-Za-z][A-Za-z0-9]*)((?: [A-Za-z]+="[^"<&]*")*)>|([^<]+)/y;
const TEXT = /^(?:[^&<>]|&(?:amp|lt|gt|quot|#9|#10|#13);)*$/;
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"' };

/**
 * Reads a document strictly: every tag closed in its order, one root, no character reference but the five ours may use.
 *
 * @returns its leaves in the order of the document
 * @throws Error for anything malformed
 */
export function readXml(document: string): { path: string; text: string }[] {
  const declaration = '<?xml version="1.0" encoding="UTF-8"?>\n';
  if (!document.startsWith(declaration)) throw new Error('no declaration');
  const body = document.slice(declaration.length);
  const open: string[] = [];
  const leaves: { path: string; text: string }[] = [];
  let text = '';
  let isLeaf = false;
  TOKEN.lastIndex = 0;
  for (let at = 0; at < body.length; at = TOKEN.lastIndex) {
    const token = TOKEN.exec(body);
    if (token === null) throw new Error(`malformed at ${at}: ${body.slice(at, at + 20)}`);
    const [, closing, name = '', , characters] = token;
    if (characters !== undefined) {
      if (!TEXT.test(characters)) throw new Error(`malformed text ${characters}`);
      if (open.length === 0 && characters.trim() !== '') throw new Error('text outside the root');
      text = characters;
    } else if (closing === '/') {
      if (isLeaf) leaves.push({ path: open.join('/'), text: unescaped(text) });
      if (open.pop() !== name) throw new Error(`</${name}> closes another element`);
      isLeaf = false;
    } else {
      if (open.length === 0 && leaves.length > 0) throw new Error('a second root');
      open.push(name);
      isLeaf = true;
      text = '';
    }
  }
  if (open.length > 0) throw new Error(`${open.join('/')} is not closed`);
  return leaves;
}

function unescaped(text: string): string {
  return text.replace(/&(?:#([0-9]+)|([a-z]+));/g, (_, code: string | undefined, name: string) =>
    code === undefined ? (ENTITIES[name] ?? '') : String.fromCodePoint(Number(code)),
  );
}
