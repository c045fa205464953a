import { createPublicKey, type JsonWebKey, verify } from 'node:crypto';
import { decodeJws } from './decode-jws.ts';

/**
 * Verifies a detached JWS once more, in the open, as the workflow's step 8 describes it: the body goes between the dots as
 * base64url, and the signature must fit the whole. The SDK has done this already, and more strictly, before it believed
 * the answer; this is for the page that shows how.
 *
 * @param keySet the bank's JSON Web Key Set, as it was fetched
 */
export function hasValidSignature(detachedJws: string, body: string, keySet: string): boolean {
  const jws = decodeJws(detachedJws);
  const { kid, alg } = Object(jws?.header);
  const keys: (JsonWebKey & { kid?: string })[] = JSON.parse(keySet).keys;
  const jwk = keys.find((key) => key.kid === kid);
  if (jws === undefined || jwk === undefined || (alg !== 'ES256' && alg !== 'RS256')) return false;
  const signingInput = `${jws.parts[0]}.${Buffer.from(body).toString('base64url')}`;
  const key = createPublicKey({ key: jwk, format: 'jwk' });
  const signature = Buffer.from(jws.parts[2], 'base64url');
  return verify('sha256', Buffer.from(signingInput), { key, dsaEncoding: 'ieee-p1363' }, signature);
}
