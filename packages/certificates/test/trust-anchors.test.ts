import assert from 'node:assert/strict';
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { describe, test } from 'node:test';
import { derSequence } from '../src/der/write-der.ts';
import { EXTENSION_OID, type PaymentCertificate, readCertificate, TrustAnchors } from '../src/index.ts';
import { assertMalformed } from './support/assert-malformed.ts';
import {
  type Authority,
  basicConstraints,
  derName,
  extension,
  KEYS,
  keyUsage,
  makeAuthority,
  makeCertificate,
  makeEcKey,
  NOT_AFTER,
  NOT_BEFORE,
  NOW,
  pemOf,
  qwacDraft,
  type Signer,
} from './support/make-certificate.ts';

const ROOT = makeAuthority('Root');
const INTERMEDIATE = makeAuthority('Intermediate', { key: KEYS.intermediate, issuer: ROOT });
const second = (time: Date, seconds: number) => new Date(time.getTime() + seconds * 1000);

const leafOf = (issuer: Signer) => readCertificate(makeCertificate(qwacDraft(), issuer));
const trusting = (...authorities: Authority[]) => TrustAnchors.fromPem(authorities.map(({ pem }) => pem).join(''));

/** The names of the chain that was found, the certificate's own left out. */
function chain(anchors: TrustAnchors, leaf: PaymentCertificate, intermediates: Authority[] = [], at = NOW): string[] {
  const found = anchors.chainOf(
    leaf,
    intermediates.map(({ certificate }) => certificate),
    at,
  );
  if ('refusal' in found) return assert.fail(found.refusal.message);
  assert.equal(found.chain[0], leaf);
  return found.chain.slice(1).map(({ subject }) => subject.commonName ?? '');
}

function assertUntrusted(
  says: RegExp,
  anchors: TrustAnchors,
  leaf: PaymentCertificate,
  intermediates: Authority[] = [],
  at = NOW,
): void {
  const found = anchors.chainOf(
    leaf,
    intermediates.map(({ certificate }) => certificate),
    at,
  );
  assert.ok('refusal' in found, 'expected a refusal, but a chain was found');
  assert.equal(found.refusal.code, 'untrusted-issuer');
  assert.match(found.refusal.message, says);
  assert.match(found.refusal.message, /^[\x20\x21\x23-\x5b\x5d-\x7e]{40,400}\.$/);
}

describe('a chain is found', () => {
  test('from a certificate to the root that signed it', () => {
    assert.deepEqual(chain(trusting(ROOT), leafOf(ROOT)), ['Root']);
  });

  test('over an authority in between that came along', () => {
    assert.deepEqual(chain(trusting(ROOT), leafOf(INTERMEDIATE), [INTERMEDIATE]), ['Intermediate', 'Root']);
  });

  test('to an authority in between that is trusted itself, whatever is above it', () => {
    assert.deepEqual(chain(trusting(INTERMEDIATE), leafOf(INTERMEDIATE)), ['Intermediate']);
    assertUntrusted(/leads to the issuer 'Root'/, trusting(INTERMEDIATE), leafOf(ROOT));
  });

  test('to the right one of several authorities of one name', () => {
    const renewed = makeAuthority('Root', { key: KEYS.p256 });
    assert.deepEqual(chain(trusting(renewed, ROOT), leafOf(ROOT)), ['Root']);
    assert.deepEqual(chain(trusting(ROOT, renewed), leafOf(renewed)), ['Root']);
  });

  test('with keys of RSA, P-384 and Ed25519', () => {
    for (const key of [KEYS.rsa, KEYS.p384, KEYS.ed25519]) {
      const authority = makeAuthority('Other', { key });
      assert.deepEqual(chain(trusting(authority), leafOf(authority)), ['Other']);
    }
  });

  test('and says in which time its authorities are valid', () => {
    const late = makeAuthority('Late', { issuer: ROOT, draft: { notBefore: second(NOT_BEFORE, 60) } });
    const early = makeAuthority('Early', { issuer: late, draft: { notAfter: second(NOT_AFTER, -60) } });
    const found = trusting(ROOT).chainOf(leafOf(early), [late.certificate, early.certificate], NOW);
    assert.ok('chain' in found);
    assert.deepEqual([found.validFrom, found.validUntil], [second(NOT_BEFORE, 60), second(NOT_AFTER, -60)]);
  });
});

describe('an authority is not believed, and the nearest right one is:', () => {
  test('another key under the same name', () => {
    const forger = { subjectDer: ROOT.subjectDer, key: makeEcKey('P-256') };
    assertUntrusted(/signature on the certificate is not that of 'Root'/, trusting(ROOT), leafOf(forger));
    chain(trusting(ROOT), leafOf(ROOT));
  });

  test('another kind of key under the same name', () => {
    assertUntrusted(/not that of 'Root'/, trusting(ROOT), leafOf({ subjectDer: ROOT.subjectDer, key: KEYS.rsa }));
  });

  test('one flipped bit', () => {
    const der = Buffer.from(leafOf(ROOT).raw);
    const at = der.indexOf('Tuohi Oy');
    der[at] = (der[at] ?? 0) ^ 0x02;
    assertUntrusted(/not that of 'Root'/, trusting(ROOT), readCertificate(der));
  });

  test('nobody: a certificate that signs itself', () => {
    const own = { subjectDer: derName({ commonName: 'Self' }), key: KEYS.p256 };
    const self = readCertificate(
      makeCertificate(qwacDraft({ subject: own.subjectDer, publicKey: createPublicKey(own.key) }), own),
    );
    assertUntrusted(/issuer 'Self', which is none of those that are trusted here/, trusting(ROOT), self);
    assertUntrusted(/'Self'/, trusting(ROOT), self, [{ ...ROOT, certificate: self }]);
  });

  test('an authority in between that did not come along', () => {
    assertUntrusted(/'Intermediate', which is none.*send the certificates/, trusting(ROOT), leafOf(INTERMEDIATE));
    chain(trusting(ROOT), leafOf(INTERMEDIATE), [INTERMEDIATE]);
  });

  test('an authority in between of a root that nobody trusts', () => {
    const stranger = makeAuthority('Stranger', { key: KEYS.p384 });
    const between = makeAuthority('Between', { key: KEYS.intermediate, issuer: stranger });
    assertUntrusted(/leads to the issuer 'Stranger'/, trusting(ROOT), leafOf(between), [between, stranger]);
    chain(trusting(ROOT, stranger), leafOf(between), [between]);
  });

  test('a payment service provider that signs others, whatever its keyUsage', () => {
    const subject = derName({ commonName: 'Tuohi' });
    for (const usage of [keyUsage('digitalSignature'), keyUsage('keyCertSign'), undefined]) {
      const extensions = { [EXTENSION_OID.keyUsage]: usage };
      const draft = qwacDraft({ subject, publicKey: createPublicKey(KEYS.p256), extensions });
      const certificate = readCertificate(makeCertificate(draft, ROOT));
      const signer: Authority = { certificate, key: KEYS.p256, subjectDer: certificate.subjectDer, pem: '' };
      assertUntrusted(/'Tuohi', whose own certificate does not let it/, trusting(ROOT), leafOf(signer), [signer]);
    }
  });

  test('an authority without keyCertSign', () => {
    const with_ = (usage: Uint8Array | undefined) =>
      makeAuthority('Between', { issuer: ROOT, draft: { extensions: { [EXTENSION_OID.keyUsage]: usage } } });
    const wrong = with_(keyUsage('cRLSign'));
    assertUntrusted(/'Between', whose own certificate/, trusting(ROOT), leafOf(wrong), [wrong]);
    for (const right of [with_(keyUsage('keyCertSign')), with_(undefined)]) {
      chain(trusting(ROOT), leafOf(right), [right]);
    }
  });

  test('a path that is longer than its authority allows', () => {
    const root = (pathLength: number) => makeAuthority('Root', { pathLength });
    assertUntrusted(/'Root' may have 0 authorities below it, and 1 are/, trusting(root(0)), leafOf(INTERMEDIATE), [
      INTERMEDIATE,
    ]);
    chain(trusting(root(1)), leafOf(INTERMEDIATE), [INTERMEDIATE]);
    chain(trusting(root(0)), leafOf(ROOT));
  });

  test('a path that is longer than an authority in between allows', () => {
    const between = (pathLength: number) => makeAuthority('Between', { issuer: ROOT, pathLength, key: KEYS.p256 });
    const below = makeAuthority('Below', { issuer: between(0), key: KEYS.p384 });
    assertUntrusted(/'Between' may have 0/, trusting(ROOT), leafOf(below), [below, between(0)]);
    chain(trusting(ROOT), leafOf(below), [below, between(1)]);
  });

  test('a path of more than six certificates', () => {
    const path = [makeAuthority('1', { issuer: ROOT })];
    for (let depth = 2; depth <= 5; depth += 1) {
      const issuer = path.at(-1);
      assert.ok(issuer);
      path.push(makeAuthority(String(depth), { issuer }));
    }
    const [, , , fourth, fifth] = path;
    assert.ok(fourth && fifth);
    assert.deepEqual(chain(trusting(ROOT), leafOf(fourth), path), ['4', '3', '2', '1', 'Root']);
    assertUntrusted(/'1'|'Root'/, trusting(ROOT), leafOf(fifth), path);
  });

  test('an authority that is not valid yet, or no longer', () => {
    assertUntrusted(/'Root' is valid from 2027-02-01/, trusting(ROOT), leafOf(ROOT), [], second(NOT_BEFORE, -1));
    chain(trusting(ROOT), leafOf(ROOT), [], NOT_BEFORE);
    assertUntrusted(/'Root' is valid from/, trusting(ROOT), leafOf(ROOT), [], second(NOT_AFTER, 1));
    chain(trusting(ROOT), leafOf(ROOT), [], NOT_AFTER);
    const expired = makeAuthority('Between', { issuer: ROOT, draft: { notAfter: second(NOW, -1) } });
    assertUntrusted(/'Between' is valid from/, trusting(ROOT), leafOf(expired), [expired]);
  });

  test('an authority with a critical extension that is not known, such as nameConstraints', () => {
    const constrained = (isCritical: boolean) =>
      makeAuthority('Between', {
        issuer: ROOT,
        draft: { extensions: { x: extension('2.5.29.30', derSequence(), isCritical) } },
      });
    assertUntrusted(/'Between' has the critical extension 2\.5\.29\.30/, trusting(ROOT), leafOf(constrained(true)), [
      constrained(true),
    ]);
    chain(trusting(ROOT), leafOf(constrained(false)), [constrained(false)]);
  });

  test('an authority with a weak key', () => {
    const rsa = (modulusLength: number) =>
      makeAuthority('Between', { issuer: ROOT, key: generateKeyPairSync('rsa', { modulusLength }).privateKey });
    const [weak, strong] = [rsa(1024), rsa(2048)];
    assertUntrusted(/'Between' signed with is too weak/, trusting(ROOT), leafOf(weak), [weak]);
    chain(trusting(ROOT), leafOf(strong), [strong]);
  });

  test('an authority that its own issuer signed with SHA-1', () => {
    const between = (algorithm: 'ecdsa-sha1' | 'ecdsa-sha256') =>
      makeAuthority('Between', { issuer: ROOT, draft: { algorithm } });
    assertUntrusted(/'Root' signed with is too weak/, trusting(ROOT), leafOf(between('ecdsa-sha1')), [
      between('ecdsa-sha1'),
    ]);
    chain(trusting(ROOT), leafOf(between('ecdsa-sha256')), [between('ecdsa-sha256')]);
  });
});

test('authorities that vouch for each other in a circle lead nowhere, and quickly', () => {
  const [a, b] = [makeEcKey('P-256'), makeEcKey('P-256')];
  const one = makeAuthority('One', {
    key: a,
    issuer: { subjectDer: derName({ country: 'FI', commonName: 'Two' }), key: b },
  });
  const two = makeAuthority('Two', { key: b, issuer: one });
  assertUntrusted(/leads to the issuer/, trusting(ROOT), leafOf(one), [one, two]);
});

test('of many authorities of one name and key the first eight count, once each', () => {
  const name = derName({ commonName: 'Same' });
  const same = { subjectDer: name, key: KEYS.intermediate };
  const crowd = Array.from({ length: 20 }, (_, index) => {
    const draft = { subject: name, serial: Uint8Array.of(index + 1) };
    return makeAuthority('Same', { ...same, issuer: same, draft });
  });
  let signatures = 0;
  const leaf = leafOf(same);
  for (const certificate of [leaf, ...crowd.map((one) => one.certificate)]) {
    const verify = certificate.x509.verify.bind(certificate.x509);
    certificate.x509.verify = (key) => {
      signatures += 1;
      return verify(key);
    };
  }
  assertUntrusted(/'Same'/, trusting(ROOT), leaf, crowd);
  assert.equal(signatures, 8);
});

test('names in refusals are cut and cleaned', () => {
  const name = `"evil"\\ ${'ä'.repeat(200)}`;
  const stranger = { subjectDer: derName({ commonName: name }), key: KEYS.p256 };
  assertUntrusted(/issuer '\?evil\?\? \?{56}\.\.\.', which/, trusting(ROOT), leafOf(stranger));
});

describe('trust anchors', () => {
  test('are authorities, each of them', () => {
    assertMalformed(() => TrustAnchors.fromPem(ROOT.pem + pemOf(leafOf(ROOT).raw)), /of 'Tuohi' is no authority's/);
    const draft = { extensions: { [EXTENSION_OID.keyUsage]: keyUsage('cRLSign') } };
    assertMalformed(() => trusting(makeAuthority('Lists only', { draft })), /'Lists only' is no authority's/);
    const plain = { extensions: { [EXTENSION_OID.basicConstraints]: basicConstraints(false) } };
    assertMalformed(() => trusting(makeAuthority('Plain', { draft: plain })), /'Plain' is no authority's/);
    assert.equal(trusting(ROOT, INTERMEDIATE).anchors.length, 2);
  });

  test('are there at all', () => assertMalformed(() => TrustAnchors.fromPem(''), /no -----BEGIN CERTIFICATE/));
});
