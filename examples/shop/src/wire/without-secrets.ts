const REDACTED = '[redacted]';

/**
 * The address a customer came back to, fit to be shown: without the code, and with an ID token that has lost its signature
 * and is worth nothing any more, though its claims can still be read.
 */
export function withoutSecrets(callbackUrl: string): string {
  return callbackUrl
    .replace(/([?#&]code=)[^&]*/g, `$1${REDACTED}`)
    .replace(/([?#&]id_token=[^.&]*\.[^.&]*\.)[^&]*/g, `$1${REDACTED}`);
}
