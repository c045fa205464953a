import { createPublicKey, type JsonWebKey } from 'node:crypto';
import type { JwsSigner } from '@lupa/protocol';
import { nextKeyChange, publishedKeys, signingKey } from '../domain/key-schedule.ts';
import type { BankKey } from '../ports/bank-keys.ts';
import type { Clock } from '../ports/clock.ts';

/** The public half of a key of the bank's, as RFC 7517 writes it. */
export type PublicJwk = JsonWebKey & { readonly kid: string; readonly alg: string; readonly use: 'sig' };

/** Whoever signs asks anew each time: keys rotate while the bank runs. */
export type CurrentSigner = () => JwsSigner;

/** One list of the bank's keys: who signs and what is published, by the clock. */
export interface KeyRing {
  readonly signer: CurrentSigner;
  readonly published: () => { readonly keys: readonly PublicJwk[] };
}

/** What holds from one change of the list, or of the clock's place in it, to the next. */
interface Span {
  readonly list: readonly BankKey[];
  readonly fromMs: number;
  readonly untilMs: number;
  readonly signer: JwsSigner;
  readonly published: { readonly keys: readonly PublicJwk[] };
}

/**
 * Every answer of the bank asks for its signer, so that is worked out once for the whole time until the next key begins or retires, and
 * asking costs a comparison.
 *
 * @param current the list of this moment; the same array as long as it has not changed
 * @param typ the `typ` of what is signed; without one when absent
 */
export function keyRing(
  current: () => readonly [BankKey, ...BankKey[]],
  clock: Clock,
  { typ }: { readonly typ?: string } = {},
): KeyRing {
  let span: Span | undefined;

  function spanOfNow(): Span {
    const [list, now] = [current(), clock.now()];
    const nowMs = now.getTime();
    // A clock that was set back makes an earlier key the signer again.
    if (span !== undefined && span.list === list && span.fromMs <= nowMs && nowMs < span.untilMs) return span;
    const { kid, alg, privateKey: key } = signingKey(list, now);
    span = {
      list,
      fromMs: nowMs,
      untilMs: nextKeyChange(list, now),
      signer: typ === undefined ? { kid, alg, key } : { kid, alg, key, typ },
      published: { keys: publishedKeys(list, now).map(publicJwk) },
    };
    return span;
  }

  return { signer: () => spanOfNow().signer, published: () => spanOfNow().published };
}

function publicJwk({ kid, alg, privateKey }: BankKey): PublicJwk {
  return { ...createPublicKey(privateKey).export({ format: 'jwk' }), kid, alg, use: 'sig' };
}
