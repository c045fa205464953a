/** What registration answers (contract §10). */
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

const KID_LINE = 'ssaSigningKid: ';

/** Prints `registration-result.txt`: the JSON answer, then the line that names the signing key. */
export function printRegistrationResult(answer: RegistrationAnswer, ssaSigningKid: string): string {
  return `${JSON.stringify(answer, null, 2)}\n${KID_LINE}${ssaSigningKid}\n`;
}

/** Reads `registration-result.txt` back. @returns `undefined` when it is not whole */
export function parseRegistrationResult(
  text: string,
): { readonly answer: RegistrationAnswer; readonly ssaSigningKid: string } | undefined {
  const end = text.lastIndexOf(KID_LINE);
  if (end === -1) return undefined;
  try {
    const answer: RegistrationAnswer = JSON.parse(text.slice(0, end));
    const isWhole = [answer.client_id, answer.client_secret, answer.api_key].every(
      (value) => typeof value === 'string',
    );
    return isWhole ? { answer, ssaSigningKid: text.slice(end + KID_LINE.length).trim() } : undefined;
  } catch {
    return undefined;
  }
}
