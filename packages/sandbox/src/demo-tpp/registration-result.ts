import {
  parseRegistrationResult as parseResult,
  printRegistrationResult as printResult,
  Secret,
  TppError,
} from '@lupa/tpp';

/** What registration answers (contract §10); the demo TPP, which the sandbox registers itself, manages nothing. */
export interface RegistrationAnswer {
  readonly client_id: string;
  readonly client_id_issued_at: number;
  readonly client_secret: string;
  readonly client_secret_expires_at: number;
  readonly api_key: string;
  readonly client_name: string;
  readonly redirect_uris: readonly string[];
  readonly grant_types: readonly string[];
  readonly software_id: string;
  readonly scope: string;
  readonly jwks_endpoint: string;
  readonly software_roles: readonly string[];
}

/** Prints `registration-result.txt`, as the SDK reads it. */
export function printRegistrationResult(answer: RegistrationAnswer, ssaSigningKid: string): string {
  return printResult({ answer: new Secret(JSON.stringify(answer, null, 2)) }, ssaSigningKid).reveal();
}

/** Reads `registration-result.txt` back. @returns `undefined` when it is not whole */
export function parseRegistrationResult(
  text: string,
): { readonly answer: RegistrationAnswer; readonly ssaSigningKid: string } | undefined {
  try {
    const { registration, signingKid } = parseResult(text);
    const answer: RegistrationAnswer = JSON.parse(registration.answer.reveal());
    return signingKid === undefined ? undefined : { answer, ssaSigningKid: signingKid };
  } catch (error) {
    if (error instanceof TppError) return undefined;
    throw error;
  }
}
