import assert from 'node:assert/strict';
import { createPublicKey, generateKeyPairSync, X509Certificate } from 'node:crypto';
import { before, test } from 'node:test';
import type { CertificateIssuer } from '../../src/certificates/sign-certificate.ts';
import {
  checkTppCertificates,
  type GivenCertificate,
  pemOf,
  privateJwkOf,
  publicJwkOf,
} from '../../src/register/tpp-certificates.ts';
import { ownCertificate, testIssuer } from '../support/own-certificates.ts';

let issuer: CertificateIssuer;
let qwac: GivenCertificate;
let qseal: GivenCertificate;
before(async () => {
  issuer = await testIssuer();
  [qwac, qseal] = await Promise.all([ownCertificate('web', { issuer }), ownCertificate('seal', { issuer })]);
});

function problemsOf(
  changes: { readonly qwac?: GivenCertificate; readonly qseal?: GivenCertificate },
  at = new Date(),
): string[] {
  try {
    checkTppCertificates({ qwac, qseal, ...changes }, at);
  } catch (error) {
    assert.ok(error instanceof Error && error.name === 'CertificatesUnusable', String(error));
    assert.doesNotMatch(error.message, /PRIVATE KEY-----\n/);
    return error.message.split('\n');
  }
  assert.fail('they were taken');
}

test('a QWAC and a QSEALC of one organisation are taken, and named by their keys', () => {
  const { organisationId, ...made } = checkTppCertificates({ qwac, qseal }, new Date());
  assert.equal(organisationId, 'FI-FINFSA-7654321-0');
  assert.deepEqual([made.qwac.alg, made.qseal.alg], ['RS256', 'ES256']);
  assert.match(made.qwac.kid, /^[\w-]{43}$/);
  assert.equal(checkTppCertificates({ qwac: { ...qwac, kid: 'mine' }, qseal }, new Date()).qwac.kid, 'mine');
});

test('their key set holds each public key with its certificates, and nothing private', () => {
  const { qwac: web } = checkTppCertificates({ qwac, qseal }, new Date());
  const jwk = publicJwkOf(web);
  assert.deepEqual(Object.keys(jwk).sort(), ['alg', 'e', 'kid', 'kty', 'n', 'use', 'x5c']);
  assert.ok(createPublicKey({ format: 'jwk', key: jwk }).equals(new X509Certificate(qwac.certificatePem).publicKey));
  assert.deepEqual(jwk.x5c, [new X509Certificate(qwac.certificatePem).raw.toString('base64')]);
  assert.ok('d' in privateJwkOf(web));
  assert.equal(pemOf(web).trim(), qwac.certificatePem.trim());
});

test('a certificate with its issuer after it keeps both', async () => {
  const other = await ownCertificate('seal', { issuer });
  const bundle = { ...qwac, certificatePem: `${qwac.certificatePem}\n# the issuer\n${other.certificatePem}` };
  assert.equal(checkTppCertificates({ qwac: bundle, qseal }, new Date()).qwac.chain.length, 2);
});

test('a key that does not fit its certificate is refused, with the names of both', async () => {
  const { keyPem } = await ownCertificate('web', { issuer });
  assert.deepEqual(problemsOf({ qwac: { ...qwac, keyPem } }), [
    'qwac.key is not the key of qwac.pem: the certificate was issued for another one.',
  ]);
});

for (const [what, change, said] of [
  ['a certificate that is none', { certificatePem: 'x' }, /^qwac\.pem is not a PEM certificate: /],
  ['a key that is none', { keyPem: 'x' }, /^qwac\.key is not a private key in PEM/],
  [
    'a key with a password',
    {
      keyPem: generateKeyPairSync('ec', { namedCurve: 'P-256' })
        .privateKey.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'p' })
        .toString(),
    },
    /^qwac\.key is protected by a password.*openssl pkcs8 -in qwac\.key/,
  ],
] as const) {
  test(`${what} is refused, and says so`, () => {
    const [first = '', ...others] = problemsOf({ qwac: { ...qwac, ...change } });
    assert.match(first, said);
    assert.deepEqual(others, []);
  });
}

test('the two mixed up are refused, each for what it is', () => {
  const problems = problemsOf({ qwac: qseal, qseal: qwac }).join('\n');
  assert.match(problems, /qseal\.pem: .*seal/);
  assert.match(problems, /qwac\.pem: .*web/);
});

test('a QWAC without the PI role, out of time, or of another organisation is refused', async () => {
  const without = await ownCertificate('web', { issuer, roles: ['PSP_AI'] });
  assert.match(problemsOf({ qwac: without }).join(), /PSP_PI/);
  const expired = await ownCertificate('web', { issuer, lifetimeDays: 1, at: new Date(Date.now() - 2 * 86_400_000) });
  assert.match(problemsOf({ qwac: expired }).join(), /expired/);
  const other = await ownCertificate('seal', { issuer, organizationIdentifier: 'PSDFI-FINFSA-1111111-1' });
  assert.deepEqual(problemsOf({ qseal: other }), [
    "qwac.pem is FI-FINFSA-7654321-0's and qseal.pem is FI-FINFSA-1111111-1's. Take those of one organisation.",
  ]);
});

test('everything that is wrong is told at once', () => {
  assert.equal(
    problemsOf({ qwac: { ...qwac, keyPem: 'x' }, qseal: { ...qseal, certificatePem: 'x', keyPem: 'x' } }).length,
    3,
  );
});
