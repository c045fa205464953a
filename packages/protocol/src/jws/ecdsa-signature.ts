/**
 * A P-256 signature has two spellings: JWS wants R and S of 32 bytes each, one after the other (RFC 7518 section 3.4),
 * while OpenSSL speaks DER. Node converts between them when asked for `ieee-p1363`, but that was measured to add 20 µs
 * to the 20 of a signature and the 50 of a verification. These two functions take about one.
 */

/** Bytes of R, and of S: the order of P-256 has 256 bits. */
const HALF = 32;

/** Bytes of a P-256 signature in a JWS. */
export const ES256_SIGNATURE_BYTES = 2 * HALF;

const DER_SEQUENCE = 0x30;
const DER_INTEGER = 0x02;

/** The two DER headers: that of the sequence and that of one integer. */
const DER_HEADER_BYTES = 2;

/**
 * Spells a 64-byte JWS signature in DER. Every such signature has exactly one spelling there; whether it is right is
 * for the verification.
 */
export function derFromJws(signature: Uint8Array): Uint8Array {
  const rStart = skipZeros(signature, 0, HALF);
  const sStart = skipZeros(signature, HALF, ES256_SIGNATURE_BYTES);
  const rSign = isHigh(signature, rStart);
  const sSign = isHigh(signature, sStart);
  const rLength = HALF - rStart + rSign;
  const sLength = ES256_SIGNATURE_BYTES - sStart + sSign;
  const sHeader = DER_HEADER_BYTES + DER_HEADER_BYTES + rLength;
  const der = new Uint8Array(sHeader + DER_HEADER_BYTES + sLength);
  der[0] = DER_SEQUENCE;
  der[1] = der.length - DER_HEADER_BYTES;
  der[2] = DER_INTEGER;
  der[3] = rLength;
  der.set(signature.subarray(rStart, HALF), DER_HEADER_BYTES + DER_HEADER_BYTES + rSign);
  der[sHeader] = DER_INTEGER;
  der[sHeader + 1] = sLength;
  der.set(signature.subarray(sStart, ES256_SIGNATURE_BYTES), sHeader + DER_HEADER_BYTES + sSign);
  return der;
}

/**
 * Spells a DER signature that OpenSSL has just made as the 64 bytes of a JWS. Not for DER of strangers: none ever
 * comes this way.
 */
export function jwsFromDer(der: Uint8Array): Buffer {
  const rLength = der[3] ?? 0;
  const rEnd = DER_HEADER_BYTES + DER_HEADER_BYTES + rLength;
  const signature = Buffer.alloc(ES256_SIGNATURE_BYTES);
  signature.set(
    der.subarray(Math.max(DER_HEADER_BYTES + DER_HEADER_BYTES, rEnd - HALF), rEnd),
    HALF - Math.min(HALF, rLength),
  );
  const sStart = rEnd + DER_HEADER_BYTES;
  const sLength = der.length - sStart;
  signature.set(der.subarray(Math.max(sStart, der.length - HALF)), ES256_SIGNATURE_BYTES - Math.min(HALF, sLength));
  return signature;
}

/** Where the number starts; its last byte stays even when it is zero. */
function skipZeros(bytes: Uint8Array, start: number, end: number): number {
  let index = start;
  while (index < end - 1 && bytes[index] === 0) index += 1;
  return index;
}

/** 1 when a DER integer needs a zero in front, lest it read as negative. */
function isHigh(bytes: Uint8Array, index: number): 0 | 1 {
  return (bytes[index] ?? 0) >= 0x80 ? 1 : 0;
}
