import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { forwardedCertificate } from '../packages/bank/src/http/forwarded-certificate.ts';
import { findFreePort } from '../packages/sandbox/src/free-port.ts';
import { callHttps } from './flow/support/https-call.ts';
import { type IssuedCertificate, openTrustService, type TrustService } from './support/certificate-authority.ts';
import { type Haproxy, startHaproxy } from './support/haproxy.ts';

const rawOf = (pem: string) => Buffer.from(new X509Certificate(pem).raw);

/** What HAProxy, ending TLS, says of the issuers that a caller sends along. Behind it is only somebody who listens. */
describe('the issuers a caller sends along, behind HAProxy that ends TLS', () => {
  const directory = mkdtempSync(join(tmpdir(), 'lupa-haproxy-chain-'));
  let service: TrustService;
  let haproxy: Haproxy;
  let listener: Server;
  let url: string;
  let heard: IncomingMessage | undefined;
  /** Below the only authority that HAProxy trusts. */
  let between: Awaited<ReturnType<TrustService['issueAuthority']>>;
  let caller: IssuedCertificate;
  let direct: IssuedCertificate;

  before(async () => {
    service = await openTrustService();
    between = await service.issueAuthority();
    caller = await service.issue({ issuer: between.issuer });
    direct = await service.issue();
    const own = await service.issueServer();
    const file = (name: string, text: string) => {
      writeFileSync(join(directory, name), text, { mode: 0o600 });
      return join(directory, name);
    };
    listener = createServer((request, response) => {
      heard = request;
      response.end();
    });
    listener.listen(0, '127.0.0.1');
    await once(listener, 'listening');
    const spokenFor = new Set<number>();
    const [api, authorize] = [await findFreePort(0, spokenFor), await findFreePort(0, spokenFor)];
    url = `https://localhost:${api}/`;
    const behind = `127.0.0.1:${(listener.address() as AddressInfo).port}`;
    haproxy = await startHaproxy(
      'terminating',
      {
        ...{ API_BIND: `127.0.0.1:${api}`, AUTHORIZE_BIND: `127.0.0.1:${authorize}` },
        ...{ API_SERVER: behind, AUTHORIZE_SERVER: behind },
        CERTIFICATE: file('api.pem', own.cert + own.key),
        TRUSTED_ISSUERS: file('issuers.pem', service.ca),
      },
      [api, authorize],
    );
  });
  after(async () => {
    await haproxy?.end();
    listener?.close();
    await service?.close();
    rmSync(directory, { recursive: true, force: true });
  });

  /** What arrives of a call with this certificate and these issuers sent along. */
  async function presented(certificate: IssuedCertificate, along: readonly string[]) {
    heard = undefined;
    const cert = [certificate.cert, ...along].join('\n');
    const headers = { 'client-cert-chain': ':AAAA:' };
    // Node would send the authorities it trusts along: whom it speaks to is not the question here.
    const tls = { cert, key: certificate.key, rejectUnauthorized: false };
    assert.equal((await callHttps({ url, method: 'GET', headers, tls })).status, 200);
    const request: IncomingMessage = heard ?? assert.fail('nothing arrived');
    const read = forwardedCertificate(request) ?? assert.fail('no certificate arrived');
    assert.deepEqual(Buffer.from(read.certificate), rawOf(certificate.cert));
    return { header: request.headers['client-cert-chain'], intermediates: read.intermediates.map(Buffer.from) };
  }

  test('one is passed on as RFC 9440 has it', async () => {
    const { header, intermediates } = await presented(caller, [between.cert]);
    assert.equal(header, `:${rawOf(between.cert).toString('base64')}:`);
    assert.deepEqual(intermediates, [rawOf(between.cert)]);
  });

  test('of two none is passed on, and of none none, whatever the caller says itself', async () => {
    assert.equal((await presented(caller, [between.cert, service.ca])).header, undefined);
    assert.equal((await presented(direct, [])).header, undefined);
  });

  test('an issuer that was not sent along, and is not trusted itself, lets nobody in', async () => {
    await assert.rejects(presented(caller, []), (error: NodeJS.ErrnoException) =>
      /ECONN|EPIPE|SSL/.test(error.code ?? ''),
    );
  });
});
