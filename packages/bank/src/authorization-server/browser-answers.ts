import type { Configuration, KoaContextWithOIDC } from 'oidc-provider';
import type { ErrorAddress } from '../domain/error-address.ts';
import { ERROR_PAGE_HEADERS, errorPage } from './error-page.ts';
import { exchangeOf } from './exchange.ts';
import { errorRedirect, serverError } from './redirect-answer.ts';

/** Answers with the error page: the browser has nowhere to go. */
export async function answerBrowserError(context: KoaContextWithOIDC, reason: string, status = 400): Promise<void> {
  const { requestId, acceptLanguage } = exchangeOf(context.req);
  const body = await errorPage({ reason, requestId, acceptLanguage });
  context.remove('Location');
  context.status = status;
  context.set({ ...ERROR_PAGE_HEADERS });
  context.body = body;
}

/** A fault of ours is told to the TPP where its address is proven, else to the browser (contract §3). */
export async function answerBrowserFault(context: KoaContextWithOIDC, issuer: string): Promise<void> {
  const { requestId } = exchangeOf(context.req);
  const address = provenAddress(context);
  // The cookies stay, so that the browser can go back and try again.
  context.remove('Set-Cookie');
  if (address === undefined) return answerBrowserError(context, serverError(requestId).description, 500);
  context.status = 303;
  context.redirect(errorRedirect(address, serverError(requestId), issuer));
}

/** What the library would render itself: errors without a redirect URI, and faults even with one. */
export function renderBrowserError(issuer: string): NonNullable<Configuration['renderError']> {
  return async (context, { error, error_description: description }) => {
    if (error === 'server_error') return answerBrowserFault(context, issuer);
    await answerBrowserError(context, description ?? error, context.status >= 400 ? context.status : 400);
  };
}

/** We proved the address of a request that begins; of one that goes on the library kept what we gave it. */
function provenAddress(context: KoaContextWithOIDC): ErrorAddress | undefined {
  const known = exchangeOf(context.req).errorAddress;
  const { params, redirectUriCheckPerformed } = context.oidc;
  if (known !== undefined || params === undefined || !redirectUriCheckPerformed) return known;
  const { redirect_uri: redirectUri, response_type: responseType, state } = params;
  if (typeof redirectUri !== 'string') return undefined;
  return {
    redirectUri,
    responseMode: String(responseType).includes('id_token') ? 'fragment' : 'query',
    state: typeof state === 'string' ? state : undefined,
  };
}
