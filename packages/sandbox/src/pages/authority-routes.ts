import { CA_PATH, CRL_PATH, type PublishedRevocationList } from '../certificates/published-revocation-list.ts';
import type { App } from './pages-app.ts';

/** RFC 2585 section 4.2, RFC 8555 section 9.1 */
const CRL_MEDIA_TYPE = 'application/pkix-crl';
const PEM_MEDIA_TYPE = 'application/pem-certificate-chain';

/**
 * Serves the CA's certificate and its revocation list. Nobody may keep the list without asking again: what was revoked just
 * now must be seen.
 *
 * @param ca PEM
 */
export function addAuthority(app: App, ca: string, list: PublishedRevocationList): void {
  app.get(CA_PATH, (_request, reply) =>
    reply
      .headers({ 'cache-control': 'no-cache', 'content-disposition': 'attachment; filename="lupa-sandbox-ca.crt"' })
      .type(PEM_MEDIA_TYPE)
      .send(ca),
  );
  app.get(CRL_PATH, async (request, reply) => {
    const { der, etag } = await list.current();
    reply.headers({ etag, 'cache-control': 'no-cache' });
    if (request.headers['if-none-match'] === etag) return reply.code(304).send();
    return reply.type(CRL_MEDIA_TYPE).send(der);
  });
}
