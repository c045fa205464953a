import { inspect } from 'node:util';

const REDACTED = '[redacted]';

/**
 * A text that must never be printed: a client secret, an API key, a token. It shows as `[redacted]` wherever it is logged, inspected,
 * put into a template string or turned into JSON; only `reveal()` gives it back.
 *
 * @example
 * const secret = new Secret('WOf1v30GGeJq7MZL6FXs');
 * console.log(`${secret}`, JSON.stringify({ secret })); // [redacted] {"secret":"[redacted]"}
 */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The text itself, for the one place that has to send or store it. */
  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return REDACTED;
  }

  toJSON(): string {
    return REDACTED;
  }

  [inspect.custom](): string {
    return REDACTED;
  }
}

/** Wraps what a caller may have given as plain text. */
export function asSecret(value: string | Secret): Secret {
  return typeof value === 'string' ? new Secret(value) : value;
}
