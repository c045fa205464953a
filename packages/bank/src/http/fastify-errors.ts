import { type ErrorCode, LupaError } from '@lupa/protocol';

/** What Fastify refuses by itself, in the contract's words (§7). */
const CODES: Readonly<Record<string, ErrorCode>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'BODY_TOO_LARGE',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'MEDIA_TYPE',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'BODY_NOT_JSON',
  FST_ERR_ROUTE_MISSING_CONTENT_TYPE: 'MEDIA_TYPE',
  FST_ERR_BAD_URL: 'NOT_FOUND',
  FST_ERR_MAX_PARAM_LENGTH: 'NOT_FOUND',
};

/** @returns the error as one of ours, or undefined when it is none that a caller can cause */
export function errorFromFastify(error: unknown): LupaError | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  const code = CODES[String(error.code)] ?? (isOfCaller(error) ? 'HEADER_INVALID' : undefined);
  return code === undefined ? undefined : new LupaError(code, { cause: error });
}

/** What else it refuses, or will in its next version, is the caller's fault if it says so. */
function isOfCaller(error: Error): boolean {
  const { code, statusCode } = error as { code?: unknown; statusCode?: unknown };
  return String(code).startsWith('FST_ERR_') && Number(statusCode) >= 400 && Number(statusCode) < 500;
}
