import {
  type AuthorizationId,
  LupaError,
  type PaymentId,
  parseAuthorizationId,
  parsePaymentId,
  parseStrictJson,
  parseSubmissionId,
  type SubmissionId,
} from '@lupa/protocol';
import type { ReceivedRequest } from './route.ts';
import { type SignedBodies, verifySignedBody } from './signed-body.ts';

/** @throws LupaError NOT_FOUND: what cannot be an id names nothing, and looks no different from what is not yours */
export function paymentIdOf(request: ReceivedRequest): PaymentId {
  return parsePaymentId(request.params.paymentId ?? '') ?? notFound();
}

/** @throws LupaError NOT_FOUND */
export function authorizationIdOf(request: ReceivedRequest): AuthorizationId {
  return parseAuthorizationId(request.params.authorizationId ?? '') ?? notFound();
}

/** @throws LupaError BODY_INVALID: the id is the TPP's own to choose, so it is told the rule */
export function submissionIdOf(request: ReceivedRequest): SubmissionId {
  const id = parseSubmissionId(request.params.submissionId ?? '');
  if (id !== undefined) return id;
  throw invalid('submissionId', 'submissionId must be 1 to 64 of the characters A-Z a-z 0-9 . _ ~ -');
}

/**
 * Whether `?include=` asks for the one thing that can be included here.
 *
 * @throws LupaError BODY_INVALID for anything else
 */
export function includes(request: ReceivedRequest, what: 'submissions' | 'payments'): boolean {
  const { include } = request.query;
  if (include === undefined) return false;
  if (include === what) return true;
  throw invalid('include', `include takes only the value ${what} here`);
}

/**
 * For calls that say everything in their path: the body must be absent, empty or `{}` (contract §5, PUT), and a signature sent
 * with it right.
 *
 * @throws LupaError SIGNATURE_…, BODY_NOT_JSON, BODY_INVALID
 */
export async function requireNoFields(request: ReceivedRequest, { clientKeys }: SignedBodies): Promise<void> {
  const { body: bytes } = request;
  if (bytes.length === 0) return;
  await verifySignedBody({ clientKeys, signatures: 'optional' }, request);
  const body = parseStrictJson(bytes);
  const isEmptyObject =
    typeof body === 'object' && body !== null && !Array.isArray(body) && Object.keys(body).length === 0;
  if (!isEmptyObject) throw invalid('', 'the body must be absent, empty or {}', 'UnrecognizedProperty');
}

function notFound(): never {
  throw new LupaError('NOT_FOUND');
}

function invalid(
  path: string,
  message: string,
  type: 'InvalidValue' | 'UnrecognizedProperty' = 'InvalidValue',
): LupaError {
  return new LupaError('BODY_INVALID', { violations: [{ type, path, message }] });
}
