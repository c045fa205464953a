import { CRL_PATH, type PublishedRevocationList } from '../certificates/published-revocation-list.ts';
import type { App } from './pages-app.ts';

/** RFC 2585 section 4.2 */
const CRL_MEDIA_TYPE = 'application/pkix-crl';

/** Serves the CA's revocation list. Nobody may keep it without asking again: what was revoked just now must be seen. */
export function addRevocationList(app: App, list: PublishedRevocationList): void {
  app.get(CRL_PATH, async (request, reply) => {
    const { der, etag } = await list.current();
    reply.headers({ etag, 'cache-control': 'no-cache' });
    if (request.headers['if-none-match'] === etag) return reply.code(304).send();
    return reply.type(CRL_MEDIA_TYPE).send(der);
  });
}
