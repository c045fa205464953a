import { createHash } from 'node:crypto';
import { createPayment } from '../operations/create-payment.ts';
import { deletePayment } from '../operations/delete-payment.ts';
import { foreseeSubmission } from '../operations/foresee-submission.ts';
import { readAuthorization } from '../operations/read-authorization.ts';
import { readPayment, readSubmission } from '../operations/read-payment.ts';
import { revokeAuthorization } from '../operations/revoke-authorization.ts';
import { submitPayment } from '../operations/submit-payment.ts';
import { authorization, sepaPayment, submission } from './representations.ts';
import { recordedHeaders, requireIdempotencyKey, sandboxScenario } from './request-headers.ts';
import { authorizationIdOf, includes, paymentIdOf, requireNoFields, submissionIdOf } from './request-parts.ts';
import { type PaymentsApi, type ReceivedRequest, type Route, route } from './route.ts';
import { sandboxRoutes } from './sandbox-routes.ts';
import { isSigned, readSepaPayment, verifySignedBody } from './signed-body.ts';

export const PAYMENTS_PREFIX = '/payments-psd2/v1';

const createSepaPayment = route({
  method: 'POST',
  path: '/sepa-payments',
  call: 'create a payment',
  read: ({ client, method, path, headers, body }, api) => {
    verifySignedBody(client, headers, body, api.signatures);
    return {
      idempotencyKey: requireIdempotencyKey(headers),
      request: readSepaPayment(body, api.bankCodes),
      signed: isSigned(headers),
      requestDigest: createHash('sha256').update(`${method} ${path}\n`).update(body).digest(),
      context: recordedHeaders(headers),
    };
  },
  perform: async (api, call, ordered) => {
    const { payment, replayed } = await createPayment(api, call, ordered);
    const location = `${PAYMENTS_PREFIX}/sepa-payments/${payment.paymentId}`;
    const headers = replayed ? { location, 'idempotent-replayed': 'true' } : { location };
    return { status: 201, body: sepaPayment(payment), headers };
  },
});

/** Workflow step 7 names `/payments` beside the typed path; the two answer alike. */
const [getSepaPayment, getPayment] = ['/sepa-payments/:paymentId', '/payments/:paymentId'].map((path) =>
  route({
    method: 'GET',
    path,
    call: 'read a payment',
    read: (request) => ({ paymentId: paymentIdOf(request), withSubmissions: includes(request, 'submissions') }),
    perform: async (api, call, { paymentId, withSubmissions }) => {
      const { payment, submissions } = await readPayment(api, call, paymentId);
      return { status: 200, body: sepaPayment(payment, withSubmissions ? submissions : undefined) };
    },
  }),
) as [Route, Route];

const deleteSepaPayment = route({
  method: 'DELETE',
  path: '/sepa-payments/:paymentId',
  call: 'delete a payment',
  read: paymentIdOf,
  perform: async (api, call, paymentId) => ({
    status: 200,
    body: sepaPayment(await deletePayment(api, call, paymentId)),
  }),
});

/** The submission a path names, with the scenario that only the sandbox may play on it. */
function submissionNamed(request: ReceivedRequest, { sandbox }: PaymentsApi) {
  return {
    paymentId: paymentIdOf(request),
    submissionId: submissionIdOf(request),
    scenario: sandbox === undefined ? undefined : sandboxScenario(request.headers),
  };
}

const putSubmission = route({
  method: 'PUT',
  path: '/sepa-payments/:paymentId/submissions/:submissionId',
  call: 'submit a payment',
  read: (request, api) => {
    requireNoFields(request);
    return submissionNamed(request, api);
  },
  perform: async (api, call, { paymentId, submissionId, scenario }) => ({
    status: 200,
    body: submission(await submitPayment(api, call, paymentId, submissionId, scenario)),
  }),
});

const getSubmission = route({
  method: 'GET',
  path: '/sepa-payments/:paymentId/submissions/:submissionId',
  call: 'read a submission',
  read: submissionNamed,
  perform: async (api, call, { paymentId, submissionId, scenario }) => {
    const { sandbox } = api;
    const record =
      sandbox === undefined || scenario === undefined
        ? await readSubmission(api, call, paymentId, submissionId)
        : await foreseeSubmission({ ...api, ...sandbox }, call, paymentId, submissionId, scenario);
    return { status: 200, body: submission(record) };
  },
});

const getSubmissions = route({
  method: 'GET',
  path: '/sepa-payments/:paymentId/submissions',
  call: 'read a submission',
  read: paymentIdOf,
  perform: async (api, call, paymentId) => {
    const { submissions } = await readPayment(api, call, paymentId, 'read a submission');
    return { status: 200, body: { submissions: submissions.map(submission) } };
  },
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
    return { status: 200, body: { payments: payments.map((payment) => sepaPayment(payment)) } };
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
  createSepaPayment,
  getSepaPayment,
  deleteSepaPayment,
  putSubmission,
  getSubmission,
  getSubmissions,
  getPayment,
  getAuthorization,
  getAuthorizationPayments,
  deleteAuthorization,
];

/** Contract §5, first table. */
export function paymentsRoutes({ sandbox }: PaymentsApi): readonly Route[] {
  return sandbox === undefined ? PAYMENTS_ROUTES : [...PAYMENTS_ROUTES, ...sandboxRoutes(sandbox)];
}
