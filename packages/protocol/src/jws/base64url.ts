/**
 * Decodes base64url in its one canonical form (RFC 4648 sections 3.5 and 5): no padding, no spaces, none of the other
 * alphabet, unused bits zero. Node decodes anything that resembles base64; only a canonical text comes back the same
 * when encoded again.
 *
 * @returns the bytes, or `undefined` for any other text
 */
export function decodeCanonicalBase64url(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64url');
  return bytes.toString('base64url') === text ? bytes : undefined;
}

/** Encodes without padding. */
export function encodeBase64url(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64url');
}
