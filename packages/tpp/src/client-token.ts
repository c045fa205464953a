import type { Deadline } from './deadline.ts';
import type { Secret } from './secret.ts';
import type { TokenAnswer } from './token-answer.ts';
import type { Line } from './wire/line.ts';

/** A token that ends while a request is on its way is a failed payment; a minute covers every request. */
const MAX_MARGIN_MS = 60_000;

/** Of a short-lived token, only this part is given up. */
const MARGIN_PART = 0.1;

/** The client-credentials token (contract §2): one for all calls, renewed before it ends, by one request however many wait for it. */
export class ClientToken {
  readonly #line: Line;
  readonly #request: () => Promise<TokenAnswer>;
  #current: { readonly token: Secret; readonly renewAtMs: number } | undefined;
  #renewing: Promise<Secret> | undefined;

  constructor(line: Line, request: () => Promise<TokenAnswer>) {
    this.#line = line;
    this.#request = request;
  }

  async get(deadline: Deadline): Promise<Secret> {
    if (this.#current !== undefined && this.#nowMs() < this.#current.renewAtMs) return this.#current.token;
    this.#renewing ??= this.#renew().finally(() => {
      this.#renewing = undefined;
    });
    return deadline.share(this.#renewing);
  }

  /** Forgets a token that the bank refused, unless another call has renewed it already. */
  forget(token: Secret): void {
    if (this.#current?.token === token) this.#current = undefined;
  }

  async #renew(): Promise<Secret> {
    const askedAtMs = this.#nowMs();
    const { accessToken, expiresInSeconds } = await this.#request();
    const lifeMs = expiresInSeconds * 1000;
    this.#current = {
      token: accessToken,
      renewAtMs: askedAtMs + lifeMs - Math.min(MAX_MARGIN_MS, lifeMs * MARGIN_PART),
    };
    return accessToken;
  }

  /** The time of day, because a machine that slept has lost time that the token has not. */
  #nowMs(): number {
    return this.#line.clock.now().getTime();
  }
}
