import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { derElement, derSequence } from '../src/der/write-der.ts';
import {
  CertificateError,
  encodePsd2Statement,
  explainCertificate,
  readCertificate,
  readCertificates,
  readPsd2Statement,
  readRevocationList,
} from '../src/index.ts';
import {
  derInteger,
  derTime,
  KEYS,
  makeAuthority,
  makeCertificate,
  NCA,
  NOW,
  pemOf,
  qsealcDraft,
  qwacDraft,
  signed,
} from './support/make-certificate.ts';

const CA = makeAuthority('Test CA');
const LIST = signed(KEYS.authority, (algorithm) => [
  derInteger(1),
  algorithm,
  CA.subjectDer,
  derTime(NOW),
  derSequence(derSequence(derInteger(5), derTime(NOW)), derSequence(derInteger(6), derTime(NOW))),
]);

/** Every reader, and what it reads. */
const READERS: readonly { name: string; read: (bytes: Buffer) => unknown; samples: readonly Uint8Array[] }[] = [
  {
    name: 'readCertificate',
    read: (bytes) => explainCertificate(readCertificate(bytes), NOW),
    samples: [makeCertificate(qwacDraft(), CA), makeCertificate(qsealcDraft(), CA), CA.certificate.raw],
  },
  {
    name: 'readCertificates',
    read: (bytes) => readCertificates(bytes.toString('latin1')),
    samples: [Buffer.from(CA.pem.trimEnd())],
  },
  {
    name: 'readPsd2Statement',
    read: readPsd2Statement,
    samples: [encodePsd2Statement({ roles: ['PSP_PI', 'PSP_AI'], ...NCA })],
  },
  { name: 'readRevocationList', read: readRevocationList, samples: [LIST, Buffer.from(pemOf(LIST, 'X509 CRL'))] },
];

/** Reads, and lets nothing pass but a value or a CertificateError that says something. */
function readsOrRefuses(read: (bytes: Buffer) => unknown, bytes: Uint8Array): void {
  try {
    assert.notEqual(read(Buffer.from(bytes)), undefined);
  } catch (error) {
    assert.ok(error instanceof CertificateError, `${String(error)} for ${Buffer.from(bytes).toString('hex')}`);
    // It comes to stand in OAuth error descriptions (RFC 6749 section 5.2).
    assert.match(error.message, /^[\x20\x21\x23-\x5b\x5d-\x7e]{10,300}\.$/);
  }
}

/** One change to one place: what a broken encoder, a broken line or an attacker would do. */
type Change = (bytes: Buffer, at: number, value: number, inserted: Uint8Array) => Buffer;
const CHANGES: Record<string, Change> = {
  'a bit flipped': (bytes, at, value) => {
    bytes[at] = (bytes[at] ?? 0) ^ (1 << (value & 7));
    return bytes;
  },
  'a byte replaced': (bytes, at, value) => {
    bytes[at] = value;
    return bytes;
  },
  'cut off': (bytes, at) => bytes.subarray(0, at),
  'its beginning missing': (bytes, at) => bytes.subarray(at),
  'bytes inserted': (bytes, at, _value, inserted) =>
    Buffer.concat([bytes.subarray(0, at), inserted, bytes.subarray(at)]),
  'bytes taken out': (bytes, at, value) =>
    Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + (value & 15) + 1)]),
  'a part repeated': (bytes, at, value) => Buffer.concat([bytes.subarray(0, at + value), bytes.subarray(at)]),
  'an enormous length': (bytes, at) => {
    bytes.set(Buffer.from('84ffffffff', 'hex').subarray(0, bytes.length - at), at);
    return bytes;
  },
  'an indefinite length': (bytes, at) => {
    bytes[at] = 0x80;
    return bytes;
  },
};

for (const { name, read, samples } of READERS) {
  describe(`${name} gives a value or a CertificateError, and nothing else, for`, () => {
    test('its samples as they are', () => {
      for (const sample of samples) assert.ok(read(Buffer.from(sample)));
    });

    test('any bytes', () => {
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => readsOrRefuses(read, bytes)),
        { numRuns: 1000 },
      );
    });

    test('bytes that begin as a sequence does', () => {
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 120 }), (bytes) =>
          readsOrRefuses(read, derElement(0x30, derElement(0x30, bytes))),
        ),
        { numRuns: 1000 },
      );
    });

    for (const [change, make] of Object.entries(CHANGES)) {
      test(`a sample with ${change}`, () => {
        const changed = fc.tuple(
          fc.constantFrom(...samples),
          fc.double({ min: 0, max: 1, noNaN: true }),
          fc.nat(255),
          fc.uint8Array({ minLength: 1, maxLength: 8 }),
        );
        fc.assert(
          fc.property(changed, ([sample, where, value, inserted]) => {
            const at = Math.min(sample.length - 1, Math.floor(where * sample.length));
            readsOrRefuses(read, make(Buffer.from(sample), at, value, inserted));
          }),
          { numRuns: 400 },
        );
      });
    }

    test('every prefix of a sample', () => {
      const [sample = new Uint8Array()] = samples;
      for (let length = 0; length < sample.length; length += 1) {
        assert.throws(() => read(Buffer.from(sample.subarray(0, length))), CertificateError);
      }
    });

    test('elements inside elements, as deep as they fit', () => {
      // Each adds its tag and its length in front: 30 82 xx xx.
      const depth = 8000;
      const nested = Buffer.alloc(depth * 4);
      for (let index = 0; index < depth; index += 1) {
        nested.writeUInt16BE(0x3082, index * 4);
        nested.writeUInt16BE((depth - index - 1) * 4, index * 4 + 2);
      }
      readsOrRefuses(read, nested);
    });
  });
}

test('a bit flipped anywhere in a certificate is either refused or breaks its signature', () => {
  const der = makeCertificate(qsealcDraft(), CA);
  for (let at = 0; at < der.length; at += 1) {
    const changed = Buffer.from(der);
    changed[at] = (changed[at] ?? 0) ^ (1 << (at & 7));
    try {
      assert.ok(!readCertificate(changed).x509.verify(CA.certificate.publicKey), `byte ${at}`);
    } catch (error) {
      if (error instanceof assert.AssertionError) throw error;
      assert.ok(
        error instanceof CertificateError || (error as { code?: string }).code?.startsWith('ERR_OSSL'),
        String(error),
      );
    }
  }
});
