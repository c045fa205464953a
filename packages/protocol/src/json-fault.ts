const BYTE_ORDER_MARK = '\ufeff';
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
/** Its first class is every code unit but the control characters below the space, the quote and the backslash. */
const STRING = /"(?:[ !#-[\]-\uffff]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const BLANKS = /[ \t\n\r]*/y;
const LITERALS = ['true', 'false', 'null'] as const;

/** Longest path shown; the sender chooses the names in it. */
const MAX_SHOWN_PATH_LENGTH = 100;

class Fault extends Error {}

/**
 * Says what is wrong with a JSON text and where, for the one who has to mend it. It reads the text once more by the
 * grammar of RFC 8259, slower than `JSON.parse` but with a position, and runs only on texts that have already been
 * refused. It never quotes a value.
 *
 * @returns such as `the member payee.iban occurs twice, at character 57`, or `undefined` when it finds no fault
 */
export function locateJsonFault(text: string, maxDepth: number): string | undefined {
  if (text.startsWith(BYTE_ORDER_MARK)) return 'a byte order mark at character 1';
  let at = 0;

  function fail(what: string, position = at): never {
    throw new Fault(`${what}, at character ${position + 1}`);
  }
  function skipBlanks(): void {
    BLANKS.lastIndex = at;
    BLANKS.test(text);
    at = BLANKS.lastIndex;
  }
  function take(token: string): boolean {
    if (!text.startsWith(token, at)) return false;
    at += token.length;
    return true;
  }
  function takeMatch(pattern: RegExp): string | undefined {
    pattern.lastIndex = at;
    if (!pattern.test(text)) return undefined;
    const start = at;
    at = pattern.lastIndex;
    return text.slice(start, at);
  }
  function readString(what: string): string {
    const start = at;
    const literal = takeMatch(STRING) ?? fail(text[at] === '"' ? 'a string that is broken or not closed' : what);
    const value: unknown = JSON.parse(literal);
    if (typeof value !== 'string' || !value.isWellFormed()) fail('half of a surrogate pair', start);
    return value;
  }
  function readObject(path: string, depth: number): void {
    const names = new Set<string>();
    skipBlanks();
    if (take('}')) return;
    do {
      skipBlanks();
      const start = at;
      const name = readString('a member name in double quotes is missing');
      const memberPath = path === '' ? name : `${path}.${name}`;
      if (name === '__proto__') fail('the member name __proto__ is not allowed', start);
      if (names.has(name)) fail(`the member ${show(memberPath)} occurs twice`, start);
      names.add(name);
      skipBlanks();
      if (!take(':')) fail('a colon is missing');
      readValue(memberPath, depth);
      skipBlanks();
    } while (take(','));
    if (!take('}')) fail('a comma or } is missing');
  }
  function readArray(path: string, depth: number): void {
    skipBlanks();
    if (take(']')) return;
    let index = 0;
    do {
      readValue(`${path}[${index}]`, depth);
      index += 1;
      skipBlanks();
    } while (take(','));
    if (!take(']')) fail('a comma or ] is missing');
  }
  function readValue(path: string, depth: number): void {
    skipBlanks();
    if (at >= text.length) fail('the text ends too early');
    const opensContainer = text[at] === '{' || text[at] === '[';
    if (opensContainer && depth >= maxDepth) fail(`nested deeper than ${maxDepth}`);
    if (take('{')) readObject(path, depth + 1);
    else if (take('[')) readArray(path, depth + 1);
    else if (text[at] === '"') readString('a string is missing');
    else if (takeMatch(NUMBER) === undefined && !LITERALS.some(take)) fail('this is not a JSON value');
  }

  try {
    readValue('', 0);
    skipBlanks();
    if (at < text.length) fail('something follows the JSON value');
    return undefined;
  } catch (error) {
    if (error instanceof Fault) return error.message;
    throw error;
  }
}

function show(path: string): string {
  return path.length <= MAX_SHOWN_PATH_LENGTH ? path : `${path.slice(0, MAX_SHOWN_PATH_LENGTH)}…`;
}
