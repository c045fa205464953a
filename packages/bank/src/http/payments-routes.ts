import { hash } from 'node:crypto';
import { createForeignPayment } from '../operations/create-foreign-payment.ts';
import { createPayment, type PaymentCreated } from '../operations/create-payment.ts';
import { readAuthorization } from '../operations/read-authorization.ts';
import { revokeAuthorization } from '../operations/revoke-authorization.ts';
import { anyPayment, authorization } from './representations.ts';
import { recordedHeaders, requireIdempotencyKey } from './request-headers.ts';
import { authorizationIdOf, includes } from './request-parts.ts';
import { type PaymentsApi, type ReceivedRequest, type Route, route } from './route.ts';
import { sandboxRoutes } from './sandbox-routes.ts';
import { isSigned, readForeignPayment, readSepaPayment, verifySignedBody } from './signed-body.ts';
import type { Answer } from './signed-reply.ts';
import { getPayment, PATHS, typedPaymentRoutes } from './typed-payment-routes.ts';

export const PAYMENTS_PREFIX = '/payments-psd2/v1';

/** The same of both types: the key, what it is remembered with, and the recorded headers. */
async function creationOf(request: ReceivedRequest, api: PaymentsApi) {
  await verifySignedBody(api, request);
  const { method, path, headers, body } = request;
  return {
    idempotencyKey: requireIdempotencyKey(headers),
    requestDigest: hash('sha256', Buffer.concat([Buffer.from(`${method} ${path}\n`), body]), 'buffer'),
    context: recordedHeaders(headers),
  };
}

function creationAnswer({ payment, replayed }: PaymentCreated): Answer {
  const location = `${PAYMENTS_PREFIX}${PATHS[payment.paymentType]}/${payment.paymentId}`;
  const headers = replayed ? { location, 'idempotent-replayed': 'true' } : { location };
  return { status: 201, body: anyPayment(payment), headers };
}

const createSepaPaymentRoute = route({
  method: 'POST',
  path: PATHS.SepaPayment,
  call: 'create a payment',
  read: async (request, api) => ({
    ...(await creationOf(request, api)),
    request: readSepaPayment(request.body, api.bankCodes),
    signed: isSigned(request.headers),
  }),
  perform: async (api, call, ordered) => creationAnswer(await createPayment(api, call, ordered)),
});

const createForeignPaymentRoute = route({
  method: 'POST',
  path: PATHS.ForeignPayment,
  call: 'create a foreign payment',
  read: async (request, api) => ({
    ...(await creationOf(request, api)),
    request: readForeignPayment(request.body, api),
  }),
  perform: async (api, call, ordered) => creationAnswer(await createForeignPayment(api, call, ordered)),
});

const getAuthorization = route({
  method: 'GET',
  path: '/authorizations/:authorizationId',
  call: 'read an authorization',
  read: (request) => ({ authorizationId: authorizationIdOf(request), withPayments: includes(request, 'payments') }),
  perform: async (api, call, { authorizationId, withPayments }) => {
    const found = await readAuthorization(api, call, authorizationId);
    return { status: 200, body: authorization(found.authorization, withPayments ? found.payments : undefined) };
  },
});

const getAuthorizationPayments = route({
  method: 'GET',
  path: '/authorizations/:authorizationId/payments',
  call: 'read an authorization',
  read: authorizationIdOf,
  perform: async (api, call, authorizationId) => {
    const { payments } = await readAuthorization(api, call, authorizationId);
    return { status: 200, body: { payments: payments.map((payment) => anyPayment(payment)) } };
  },
});

const deleteAuthorization = route({
  method: 'DELETE',
  path: '/authorizations/:authorizationId',
  call: 'revoke an authorization',
  read: authorizationIdOf,
  perform: async (api, call, authorizationId) => ({
    status: 200,
    body: authorization((await revokeAuthorization(api, call, authorizationId)).authorization),
  }),
});

/** Contract §5, first table, without what only the sandbox has. */
const PAYMENTS_ROUTES: readonly Route[] = [
  createSepaPaymentRoute,
  ...typedPaymentRoutes('SepaPayment'),
  createForeignPaymentRoute,
  ...typedPaymentRoutes('ForeignPayment'),
  getPayment,
  getAuthorization,
  getAuthorizationPayments,
  deleteAuthorization,
];

/** Contract §5, first table. */
export function paymentsRoutes({ sandbox }: PaymentsApi): readonly Route[] {
  return sandbox === undefined ? PAYMENTS_ROUTES : [...PAYMENTS_ROUTES, ...sandboxRoutes(sandbox)];
}
