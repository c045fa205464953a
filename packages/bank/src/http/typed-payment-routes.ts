import { HEADERS } from '@lupa/protocol';
import type { PaymentsCall } from '../domain/token-use.ts';
import type { Call } from '../operations/authenticated-call.ts';
import { deletePayment } from '../operations/delete-payment.ts';
import { foreseeSubmission } from '../operations/foresee-submission.ts';
import { readPayment, readSubmission } from '../operations/read-payment.ts';
import { submitPayment } from '../operations/submit-payment.ts';
import type { PaymentRecord } from '../ports/records.ts';
import { anyPayment, submission } from './representations.ts';
import { sandboxScenario, single } from './request-headers.ts';
import { includes, paymentIdOf, requireNoFields, submissionIdOf } from './request-parts.ts';
import { type PaymentsApi, type ReceivedRequest, type Route, route } from './route.ts';

/** Where payments of each type are. */
export const PATHS = {
  SepaPayment: '/sepa-payments',
  ForeignPayment: '/foreign-payments',
} as const satisfies Record<PaymentRecord['paymentType'], string>;

/** Workflow step 7 names `/payments` beside the typed path; it reads payments of either type. */
export const getPayment = getPaymentAt('/payments/:paymentId');

/** What is done with a payment once it is created, below the path of its type (contract §5); one of the other type is not there. */
export function typedPaymentRoutes(paymentType: PaymentRecord['paymentType']): readonly Route[] {
  const path = `${PATHS[paymentType]}/:paymentId`;
  return [
    getPaymentAt(path, paymentType),
    deletePaymentAt(path, paymentType),
    putSubmissionAt(path, paymentType),
    getSubmissionAt(path, paymentType),
    getSubmissionsAt(path, paymentType),
  ];
}

function getPaymentAt(path: string, paymentType?: PaymentRecord['paymentType']): Route {
  return route({
    method: 'GET',
    path,
    call: 'read a payment',
    read: (request) => ({ paymentId: paymentIdOf(request), withSubmissions: includes(request, 'submissions') }),
    perform: async (api, call, { paymentId, withSubmissions }) => {
      const found = readPayment(api, about(call, paymentType), paymentId, 'read a payment', withSubmissions);
      const { payment, submissions } = await found;
      return { status: 200, body: anyPayment(payment, withSubmissions ? submissions : undefined) };
    },
  });
}

function deletePaymentAt(path: string, paymentType: PaymentRecord['paymentType']): Route {
  return route({
    method: 'DELETE',
    path,
    call: 'delete a payment',
    read: paymentIdOf,
    perform: async (api, call, paymentId) => ({
      status: 200,
      body: anyPayment(await deletePayment(api, about(call, paymentType), paymentId)),
    }),
  });
}

/** The submission a path names, with the scenario that only the sandbox may play on it. */
function submissionNamed(request: ReceivedRequest, { sandbox }: PaymentsApi) {
  return {
    paymentId: paymentIdOf(request),
    submissionId: submissionIdOf(request),
    scenario: sandbox === undefined ? undefined : sandboxScenario(request.headers),
  };
}

/**
 * The scenario `SandboxAuthorized` lets the client's own token submit (contract §8), so a mistake in it, or sending it outside the
 * sandbox, is told as such, and not blamed on the token.
 */
function submissionCall({ headers }: ReceivedRequest): PaymentsCall {
  const isSandboxs = single(headers, HEADERS.sandboxScenario)?.startsWith('SandboxAuthorized') === true;
  return isSandboxs ? 'submit what the sandbox authorised' : 'submit a payment';
}

function putSubmissionAt(path: string, paymentType: PaymentRecord['paymentType']): Route {
  return route({
    method: 'PUT',
    path: `${path}/submissions/:submissionId`,
    call: submissionCall,
    read: async (request, api) => {
      await requireNoFields(request, api);
      return submissionNamed(request, api);
    },
    perform: async (api, call, { paymentId, submissionId, scenario }) => ({
      status: 200,
      body: submission(await submitPayment(api, about(call, paymentType), paymentId, submissionId, scenario)),
    }),
  });
}

function getSubmissionAt(path: string, paymentType: PaymentRecord['paymentType']): Route {
  return route({
    method: 'GET',
    path: `${path}/submissions/:submissionId`,
    call: 'read a submission',
    read: submissionNamed,
    perform: async (api, call, { paymentId, submissionId, scenario }) => {
      const { sandbox } = api;
      const record =
        sandbox === undefined || scenario === undefined
          ? await readSubmission(api, about(call, paymentType), paymentId, submissionId)
          : await foreseeSubmission(
              { ...api, ...sandbox },
              about(call, paymentType),
              paymentId,
              submissionId,
              scenario,
            );
      return { status: 200, body: submission(record) };
    },
  });
}

function getSubmissionsAt(path: string, paymentType: PaymentRecord['paymentType']): Route {
  return route({
    method: 'GET',
    path: `${path}/submissions`,
    call: 'read a submission',
    read: paymentIdOf,
    perform: async (api, call, paymentId) => {
      const { submissions } = await readPayment(api, about(call, paymentType), paymentId, 'read a submission');
      return { status: 200, body: { submissions: submissions.map(submission) } };
    },
  });
}

/** The call, for payments of this type alone. */
function about(call: Call, paymentType: PaymentRecord['paymentType'] | undefined): Call {
  return paymentType === undefined ? call : { ...call, paymentType };
}
