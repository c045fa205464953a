import { randomBytes } from 'node:crypto';

/** 256 random bits for what nobody may guess: session ids, CSRF tokens, the addresses of orders. */
export function randomToken(): string {
  return randomBytes(32).toString('base64url');
}
