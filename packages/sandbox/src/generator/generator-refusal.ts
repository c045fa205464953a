/** Why the certificate generator did not do what it was asked. */
export type GeneratorRefusalCode =
  | 'missing_api_key'
  | 'wrong_api_key'
  | 'invalid_country'
  | 'invalid_name'
  | 'invalid_type'
  | 'unknown_tpp'
  | 'unknown_key'
  | 'last_key'
  | 'too_many_keys'
  | 'too_many_tpps'
  | 'too_fast';

const STATUSES: Readonly<Record<GeneratorRefusalCode, number>> = {
  missing_api_key: 401,
  wrong_api_key: 403,
  invalid_country: 400,
  invalid_name: 400,
  invalid_type: 400,
  unknown_tpp: 404,
  unknown_key: 404,
  last_key: 409,
  too_many_keys: 409,
  too_many_tpps: 409,
  too_fast: 429,
};

/** A refusal of the certificate generator. The message says what to do. */
export class GeneratorRefusal extends Error {
  override readonly name = 'GeneratorRefusal';
  readonly code: GeneratorRefusalCode;
  /** When it is worth asking again, for `too_fast`. */
  readonly retryAfterSeconds: number | undefined;

  constructor(code: GeneratorRefusalCode, message: string, retryAfterSeconds?: number) {
    super(message);
    this.code = code;
    this.retryAfterSeconds = retryAfterSeconds;
  }

  /** HTTP */
  get status(): number {
    return STATUSES[this.code];
  }
}
