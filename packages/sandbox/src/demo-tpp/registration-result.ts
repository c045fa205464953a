import type { RegistrationAnswer } from '@lupa/protocol';
import {
  parseRegistrationResult as parseResult,
  printRegistrationResult as printResult,
  Secret,
  TppError,
} from '@lupa/tpp';

/** What registration answers (contract §10), but for what manages it: the sandbox registers the demo TPP itself. */
export type DemoRegistration = Omit<
  RegistrationAnswer,
  'registration_client_uri' | 'registration_access_token' | 'jwks_revoked_endpoint'
>;

/** Prints `registration-result.txt`, as the SDK reads it. */
export function printRegistrationResult(answer: DemoRegistration, ssaSigningKid: string): string {
  return printResult({ answer: new Secret(JSON.stringify(answer, null, 2)) }, ssaSigningKid).reveal();
}

/** Reads `registration-result.txt` back. @returns `undefined` when it is not whole */
export function parseRegistrationResult(
  text: string,
): { readonly answer: DemoRegistration; readonly ssaSigningKid: string } | undefined {
  try {
    const { registration, signingKid } = parseResult(text);
    const answer: DemoRegistration = JSON.parse(registration.answer.reveal());
    return signingKid === undefined ? undefined : { answer, ssaSigningKid: signingKid };
  } catch (error) {
    if (error instanceof TppError) return undefined;
    throw error;
  }
}
