import { HEADERS, type RegisteredClient, type RegistrationAnswer, RegistrationRefused } from '@lupa/protocol';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { changeClient } from '../operations/change-client.ts';
import { deleteClient } from '../operations/delete-client.ts';
import { type ManagementCall, requireManagedClient } from '../operations/managed-client.ts';
import { registerClient } from '../operations/register-client.ts';
import { REGISTERED_SCOPE, type RegistrationBank } from '../operations/registration-bank.ts';
import { rotateClientSecret } from '../operations/rotate-client-secret.ts';
import type { KnownCertificate } from '../ports/certificate-trust.ts';
import type { Client, ClientRegistration } from '../ports/clients.ts';
import type { CallsUnderWay } from './calls-under-way.ts';
import type { CertificateGuard } from './certificate-guard.ts';
import { parseAnyBody } from './read-body.ts';
import { answerRegistrationError, NOT_STORED } from './registration-errors.ts';
import { single } from './request-headers.ts';

/** Contract §1 and §10. */
export const REGISTRATION_PATH = '/tpp-registration/register';

export interface RegistrationRoutesOptions {
  readonly bank: RegistrationBank;
  readonly guard: CertificateGuard;
  /** Public base address of the API listener, without a trailing slash. */
  readonly apiUrl: string;
  /** Each call may fetch from outside, so that few over one certificate are under way at once. */
  readonly callsUnderWay: CallsUnderWay;
}

const NO_BODY = new Uint8Array(0);

/** RFC 6750 section 2.1. */
const BEARER = /^Bearer +([A-Za-z0-9._~+/=-]{1,512})$/i;

/** Developer keys are a portal's, and of no form of ours. */
const MAX_DEVELOPER_KEY_CHARACTERS = 512;

/**
 * Registration and its management (contract §10; RFC 7591, RFC 7592), for the mutual-TLS listener. Bodies are read whatever their
 * Content-Type says, as everywhere on this listener; answers are JSON that no cache keeps.
 */
export function registrationRoutes(options: RegistrationRoutesOptions) {
  const { bank, guard, apiUrl, callsUnderWay } = options;
  const addressOf = (clientId: string) => `${apiUrl}${REGISTRATION_PATH}/${clientId}`;

  const admitted = new WeakMap<FastifyRequest, KnownCertificate>();

  /** Answers a call of a TPP whose certificate has let it in. */
  const answering =
    (answer: (request: FastifyRequest, reply: FastifyReply, call: ManagementCall) => Promise<object | undefined>) =>
    async (request: FastifyRequest, reply: FastifyReply) => {
      const certificate = admitted.get(request) ?? (await guard.admit(request.raw, reply.raw));
      const { clientId = '' } = request.params as { clientId?: string };
      const call = { certificate, clientId, token: tokenOf(request), requestId: request.id };
      const body = await callsUnderWay.within(certificate.thumbprint, () => answer(request, reply, call));
      return reply.headers({ ...NOT_STORED, 'x-request-id': request.id }).send(body);
    };

  return async (app: FastifyInstance): Promise<void> => {
    app.addHook('onRequest', async (request, reply) => {
      // Before its body is read.
      admitted.set(request, await guard.admit(request.raw, reply.raw));
      if (request.headers['content-type'] !== undefined) request.headers['content-type'] = 'application/octet-stream';
    });
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('*', parseAnyBody());
    app.setErrorHandler((error, request, reply) => answerRegistrationError(error, request, reply));

    app.post(
      REGISTRATION_PATH,
      answering(async (request, reply, { certificate, requestId }) => {
        const readJwt = () => Buffer.from(bodyOf(request)).toString('latin1').trim();
        const developerKey = developerKeyOf(request);
        const made = await registerClient(bank, { certificate, developerKey, readJwt, requestId });
        const { client, clientSecret, apiKey, registrationToken } = made;
        reply.code(201).header('location', addressOf(client.clientId));
        const registration = { ...client.registration, issued: client.created };
        const metadata = describe({ ...client, registration }, addressOf(client.clientId), registrationToken);
        const answer: RegistrationAnswer = {
          ...metadata,
          client_secret: clientSecret,
          client_secret_expires_at: 0,
          api_key: apiKey,
        };
        return answer;
      }),
    );

    const path = `${REGISTRATION_PATH}/:clientId`;
    app.get(
      path,
      answering(async (_request, _reply, call) => {
        return describe(await requireManagedClient(bank, call), addressOf(call.clientId), call.token);
      }),
    );
    app.put(
      path,
      answering(async (request, _reply, call) => {
        const client = await changeClient(bank, call, () => bodyOf(request));
        return describe(client, addressOf(call.clientId), call.token);
      }),
    );
    app.delete(
      path,
      answering(async (_request, reply, call) => {
        await deleteClient(bank, call);
        reply.code(204);
        return undefined;
      }),
    );
    app.post(
      `${path}/secret`,
      answering(async (_request, _reply, call) => {
        const { client, clientSecret, previousUntil } = await rotateClientSecret(bank, call);
        return {
          client_id: client.clientId,
          client_secret: clientSecret,
          client_secret_expires_at: 0,
          previous_client_secret_expires_at: Math.floor(previousUntil.getTime() / 1000),
        };
      }),
    );
  };
}

/** What anybody may be told of a client that may manage it. */
type Described = Pick<Client, 'clientId' | 'clientName' | 'redirectUris' | 'grantTypes' | 'roles'> & {
  readonly registration: Pick<ClientRegistration, 'softwareId' | 'issued' | 'jwksEndpoint' | 'jwksRevokedEndpoint'>;
};

function describe(client: Described, address: string, token: string | undefined): RegisteredClient {
  const { softwareId, issued, jwksEndpoint, jwksRevokedEndpoint } = client.registration;
  return {
    client_id: client.clientId,
    client_id_issued_at: Math.floor(issued.getTime() / 1000),
    client_name: client.clientName,
    redirect_uris: client.redirectUris,
    grant_types: client.grantTypes ?? [],
    software_id: softwareId,
    scope: REGISTERED_SCOPE,
    jwks_endpoint: jwksEndpoint,
    ...(jwksRevokedEndpoint === undefined ? {} : { jwks_revoked_endpoint: jwksRevokedEndpoint }),
    software_roles: client.roles,
    registration_client_uri: address,
    registration_access_token: token ?? '',
  };
}

/** @throws RegistrationRefused request */
function bodyOf({ headers, body }: FastifyRequest): Uint8Array {
  const encoding = headers['content-encoding'];
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity') {
    throw new RegistrationRefused('request', 'The body is compressed: send it as it is, without Content-Encoding.');
  }
  return body instanceof Uint8Array ? body : NO_BODY;
}

function tokenOf({ headers }: FastifyRequest): string | undefined {
  return BEARER.exec(headers.authorization ?? '')?.[1];
}

function developerKeyOf({ headers }: FastifyRequest): string | undefined {
  const key = single(headers, HEADERS.apiKey);
  return key !== undefined && key.length <= MAX_DEVELOPER_KEY_CHARACTERS ? key : undefined;
}
