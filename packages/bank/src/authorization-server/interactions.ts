import type { IncomingMessage, ServerResponse } from 'node:http';
import { ACR_SCA, asAuthorizationId, asClientId, DEFAULT_FLOW_SCOPE } from '@lupa/protocol';
import type Provider from 'oidc-provider';
import { errors } from 'oidc-provider';
import type { Clients } from '../ports/clients.ts';
import type { Interaction, InteractionResult, Interactions } from '../sca/interactions.ts';

type LibraryInteraction = Awaited<ReturnType<Provider['interactionDetails']>>;

/** Gives the SCA pages the authorization requests that wait for a customer, and takes back how they ended. */
export class ProviderInteractions implements Interactions {
  readonly #provider: Provider;
  readonly #clients: Clients;

  constructor(provider: Provider, clients: Clients) {
    this.#provider = provider;
    this.#clients = clients;
  }

  async find(request: IncomingMessage, response: ServerResponse, uid: string): Promise<Interaction | undefined> {
    const waiting = await this.#waiting(request, response, uid);
    if (waiting === undefined) return undefined;
    const { client_id: clientId, authorizationId, ui_locales: uiLocales } = waiting.params;
    const client = await this.#clients.byId(String(clientId));
    if (client === undefined) return undefined;
    return {
      uid,
      clientId: asClientId(client.clientId),
      clientName: client.clientName,
      authorizationId: asAuthorizationId(String(authorizationId)),
      uiLocales: typeof uiLocales === 'string' ? uiLocales.split(' ').filter((locale) => locale !== '') : [],
    };
  }

  /** The first result stands: a second one, of another tab or a second click, only learns the way on. */
  async finish(
    request: IncomingMessage,
    response: ServerResponse,
    uid: string,
    result: InteractionResult,
  ): Promise<string> {
    const waiting = await this.#waiting(request, response, uid);
    if (waiting === undefined) throw new errors.SessionNotFound('the interaction is over, or not this browser’s');
    if (waiting.result === undefined) await this.#record(request, response, waiting, result);
    return new URL(waiting.returnTo).pathname;
  }

  async #record(
    request: IncomingMessage,
    response: ServerResponse,
    { params }: LibraryInteraction,
    result: InteractionResult,
  ): Promise<void> {
    if ('denied' in result) {
      const denial = { error: 'access_denied', error_description: result.denied };
      await this.#provider.interactionResult(request, response, denial);
      return;
    }
    const authorizationId = String(params.authorizationId);
    const { customerId } = result.approved;
    const grant = new this.#provider.Grant({
      accountId: authorizationId,
      clientId: String(params.client_id),
      authorizationId,
      customerId,
    } as never);
    grant.addOIDCScope(DEFAULT_FLOW_SCOPE);
    const grantId = await grant.save();
    const login = { accountId: authorizationId, acr: ACR_SCA, remember: false };
    await this.#provider.interactionResult(request, response, { login, consent: { grantId } });
  }

  /** The cookie decides, and it is sent to this interaction's pages only; that the uid is the same makes sure of both. */
  async #waiting(
    request: IncomingMessage,
    response: ServerResponse,
    uid: string,
  ): Promise<LibraryInteraction | undefined> {
    try {
      const details = await this.#provider.interactionDetails(request, response);
      return details.uid === uid ? details : undefined;
    } catch (error) {
      if (error instanceof errors.SessionNotFound) return undefined;
      throw error;
    }
  }
}
