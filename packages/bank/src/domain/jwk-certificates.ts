/** A leaf, what is between it and an anchor, and the anchor; nobody has more. */
const MAX_CERTIFICATES = 6;

/** Standard base64 (RFC 7517 section 4.7), of at most what a certificate may have. */
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const MAX_CHARACTERS = 32_768;

/**
 * The certificates a key of a key set comes with (`x5c`), in DER: its own first, then those that lead to an anchor.
 *
 * @returns undefined where there are none, or where they are not what the RFC says
 */
export function certificatesOfJwk(
  jwk: object,
): { readonly certificate: Uint8Array; readonly intermediates: readonly Uint8Array[] } | undefined {
  const chain: unknown = 'x5c' in jwk ? jwk.x5c : undefined;
  if (!Array.isArray(chain) || chain.length > MAX_CERTIFICATES) return undefined;
  if (!chain.every((text) => typeof text === 'string' && text.length <= MAX_CHARACTERS && BASE64.test(text))) {
    return undefined;
  }
  const [certificate, ...intermediates] = chain.map((text) => Buffer.from(text, 'base64'));
  return certificate === undefined ? undefined : { certificate, intermediates };
}
