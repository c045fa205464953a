import {
  type ErrorCode,
  LupaError,
  REGISTRATION_CHECKS,
  type RegistrationCheck,
  RegistrationRefused,
  registrationErrorBody,
} from '@lupa/protocol';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { errorFromFastify } from './fastify-errors.ts';

/** Nothing of a registration is for a cache (RFC 7591 section 3.2.1). */
export const NOT_STORED = { 'cache-control': 'no-store', pragma: 'no-cache' };

/** Errors of the other parts of the API, as a registration tells them. */
const CHECK_OF: Readonly<Partial<Record<ErrorCode, RegistrationCheck>>> = {
  CERTIFICATE_UNKNOWN: 'certificate',
  CERTIFICATE_REFUSED: 'certificate',
  ROLE_MISSING: 'certificate',
  TOO_MANY_REQUESTS: 'rate',
  BODY_TOO_LARGE: 'request-size',
  MEDIA_TYPE: 'request',
  BODY_NOT_JSON: 'request',
  NOT_FOUND: 'request',
  UNAVAILABLE: 'unavailable',
  OUTCOME_UNKNOWN: 'unavailable',
};

/** Answers what is refused, or fails, as JSON of RFC 7591 section 3.2.2 that names the check. */
export function answerRegistrationError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { check, description, retryAfterSeconds } = refusalOf(error, request);
  if (check === 'internal') request.log.error({ err: error }, 'unexpected failure');
  const { httpStatus } = REGISTRATION_CHECKS[check];
  reply.code(httpStatus).headers({ ...NOT_STORED, 'x-request-id': request.id });
  if (httpStatus === 401) reply.header('www-authenticate', challengeOf(check));
  if (retryAfterSeconds !== undefined) reply.header('retry-after', String(retryAfterSeconds));
  // Whoever is refused for its certificate will be for as long as the connection is open.
  if (check === 'certificate') reply.header('connection', 'close');
  return reply.send(registrationErrorBody({ check, description }));
}

/** RFC 6750 section 3.1 for the registration access token; for the others only where they belong. */
function challengeOf(check: RegistrationCheck): string {
  return check === 'registration-token' ? 'Bearer error="invalid_token"' : 'Bearer realm="tpp-registration"';
}

/** No key makes a registration repeatable: what nobody was told of does no harm, and is in nobody's way. */
const OUTCOME_UNKNOWN =
  'The bank lost the answer of its store, so whether this was done is unknown. Register anew with a new jti; after a change or a new secret, read the registration, and do it again.';

interface Refusal {
  readonly check: RegistrationCheck;
  readonly description: string;
  readonly retryAfterSeconds?: number | undefined;
}

function refusalOf(error: unknown, request: FastifyRequest): Refusal {
  if (error instanceof RegistrationRefused) {
    return { check: error.check, description: error.message };
  }
  const known = error instanceof LupaError ? error : errorFromFastify(error);
  const check = known && CHECK_OF[known.code];
  if (known === undefined || check === undefined) {
    return {
      check: 'internal',
      description: `The bank failed. Name the request id ${request.id} when you ask about it.`,
    };
  }
  if (known.code === 'OUTCOME_UNKNOWN') return { check, description: OUTCOME_UNKNOWN };
  // What is wrong with a certificate is said in full by whoever judged it.
  const description = check === 'certificate' ? (known.description ?? known.message) : known.message;
  return { check, description, retryAfterSeconds: known.retryAfterSeconds };
}
