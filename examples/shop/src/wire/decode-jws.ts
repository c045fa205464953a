export interface DecodedJws {
  readonly header: unknown;
  /** `undefined` when the JWS is detached: then the body of the message is its payload. */
  readonly payload: unknown;
  /** The three parts as they stand in the text. */
  readonly parts: readonly [string, string, string];
}

/** Takes a compact or detached JWS apart to be looked at. This verifies nothing; the SDK has done so. */
export function decodeJws(text: string): DecodedJws | undefined {
  const [header, payload, signature, ...more] = text.split('.');
  if (header === undefined || payload === undefined || signature === undefined || more.length > 0) return undefined;
  try {
    const decoded = { header: parsePart(header), payload: payload === '' ? undefined : parsePart(payload) };
    return { ...decoded, parts: [header, payload, signature] };
  } catch {
    return undefined;
  }
}

function parsePart(base64url: string): unknown {
  return JSON.parse(Buffer.from(base64url, 'base64url').toString());
}
