import { createHash } from 'node:crypto';
import type { Identifiers } from '../ports/identifiers.ts';

/** 256 bits each: nobody guesses them, so that a digest without salt keeps them. */
const SECRET_BYTES = 32;

/** A new secret, API key or management token of a client: told once. */
export function newClientSecret({ identifiers }: { readonly identifiers: Identifiers }): string {
  return identifiers.secret(SECRET_BYTES);
}

/** What is stored of one. */
export function digestOf(secret: string): Uint8Array {
  return createHash('sha256').update(secret).digest();
}
