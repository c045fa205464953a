import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AuthorizationId, ClientId, CustomerId } from '@lupa/protocol';

/** An authorization request that was accepted and now waits for the customer. */
export interface Interaction {
  readonly uid: string;
  readonly clientId: ClientId;
  readonly clientName: string;
  readonly authorizationId: AuthorizationId;
  /** The request's `ui_locales`, most wanted first. */
  readonly uiLocales: readonly string[];
}

export type InteractionResult =
  | { readonly approved: { readonly customerId: CustomerId } }
  /** @property denied the `error_description` that goes with `error=access_denied` */
  | { readonly denied: string };

/** What the SCA pages need of the authorization server, which implements it. */
export interface Interactions {
  /**
   * @returns the interaction `uid` if this browser began it (its cookie says so) and it is still open; undefined when
   * the link was opened in another browser, or is too old
   */
  find(request: IncomingMessage, response: ServerResponse, uid: string): Promise<Interaction | undefined>;
  /**
   * Records how it ended.
   * @returns the path on our own origin where the browser goes next; it redirects to the TPP with the code, or with
   * `error=access_denied`, and `state` and `iss`
   */
  finish(request: IncomingMessage, response: ServerResponse, uid: string, result: InteractionResult): Promise<string>;
}
