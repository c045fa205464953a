import { TppError } from '@lupa/tpp';

/** Says in plain words why nothing could be read or changed of a registration, and what to do next. */
export function explainManagement(error: unknown, directory: string): string {
  if (!(error instanceof TppError)) return error instanceof Error ? error.message : String(error);
  const { code, status, detail, check, oauthError, oauthDescription, requestId } = error;
  const more = requestId === undefined ? [] : [`  request id ${requestId}`];
  switch (code) {
    case 'SETTINGS_INVALID':
      return `There is nothing to manage: ${detail}. Name another directory with --tpp.`;
    case 'ARGUMENT_INVALID':
      return `${detail}. Nothing was changed.`;
    case 'REGISTRATION_REFUSED':
      return [
        `The bank refused${check === undefined ? '' : `; the check that failed is ${check}`} (${oauthError ?? `HTTP ${status}`}).`,
        ...(oauthDescription === undefined ? [] : [`  ${oauthDescription}`]),
        ...more,
      ].join('\n');
    case 'CONNECTION_FAILED':
      return `The bank cannot be reached (${detail ?? 'no reason was given'}). Is it running? The sandbox is started with lupa up.`;
    case 'TLS_FAILED':
      return `The bank does not accept the certificate in ${directory}, or its own is not known there (${detail ?? 'no reason was given'}). A sandbox that was begun anew has a new CA: register again.`;
    default:
      return [
        `${error.message} (${code}${status === undefined ? '' : `, HTTP ${status}`})`,
        ...more,
        ...(error.outcomeUnknown ? ['Run the same command again to be sure; the files are as they were.'] : []),
      ].join('\n');
  }
}
