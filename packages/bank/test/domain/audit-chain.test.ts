import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { auditHash, canonicalJson, chainOf, entryDigest, entryTextAround } from '../../src/domain/audit-chain.ts';

const ENTRY = {
  eventId: '01a20266-0000-7000-8000-000000000001',
  at: '2026-11-22T10:00:00.123Z',
  event: 'sca approved',
  authorizationId: '01a20266-0000-7000-8000-000000000002',
  clientId: 'client',
  customerId: '01a20266-0000-7000-8000-000000000003',
  requestId: 'request',
  details: { amountCents: 400 },
};

describe('canonical JSON', () => {
  test('is one text for one value, in whatever order its members were written', () => {
    assert.equal(
      canonicalJson({ b: [{ z: 1, y: 2 }], a: { d: null, c: '€' } }),
      '{"a":{"c":"€","d":null},"b":[{"y":2,"z":1}]}',
    );
    assert.equal(canonicalJson({ a: undefined, b: 1 }), canonicalJson({ b: 1 }));
  });

  test('outlives being written, read and put in another order', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const turned = JSON.parse(JSON.stringify(value), (_name, member: unknown) =>
          typeof member === 'object' && member !== null && !Array.isArray(member)
            ? Object.fromEntries(Object.entries(member).reverse())
            : member,
        );
        assert.equal(canonicalJson(turned), canonicalJson(value));
      }),
    );
  });

  test('keeps an array’s order', () => {
    assert.notEqual(canonicalJson([1, 2]), canonicalJson([2, 1]));
  });
});

describe('the hash of an event', () => {
  // Whoever changes what is hashed breaks every chain there is.
  test('stays what it was in the first release that chained events', () => {
    const place = { chainId: ENTRY.authorizationId, sequence: 2, previousHash: 'ab'.repeat(32) };
    assert.equal(
      auditHash(place, ENTRY.customerId, entryDigest(ENTRY)),
      'fd4186f9b892b19afcfd9ec492fe8171a3e22dd850690651de69272a2319b428',
    );
  });

  test('is of the same text when the database fills in authorization and amount', () => {
    const { authorizationId, ...known } = ENTRY;
    const { amountCents, ...details } = { ...ENTRY.details, status: 'Accepted', about: '"quoted"' };
    const [before, between, after] = entryTextAround({ ...known, details });
    const text = `${before}"${authorizationId}"${between}${amountCents}${after}`;
    const digest = entryDigest({ ...ENTRY, details: { ...details, amountCents } });
    assert.equal(createHash('sha256').update(text).digest('hex'), digest);
  });

  for (const [field, value] of Object.entries(ENTRY)) {
    if (field === 'customerId') continue;
    test(`depends on ${field}`, () => {
      const other = { ...ENTRY, [field]: typeof value === 'string' ? `${value}x` : { ...value, more: 1 } };
      assert.notEqual(entryDigest(other), entryDigest(ENTRY));
    });
  }

  test('depends on the customer and on the place in the chain', () => {
    const place = { chainId: ENTRY.authorizationId, sequence: 2, previousHash: 'ab'.repeat(32) };
    const digest = entryDigest(ENTRY);
    const hashes = [
      auditHash(place, ENTRY.customerId, digest),
      auditHash(place, undefined, digest),
      auditHash({ ...place, sequence: 3 }, ENTRY.customerId, digest),
      auditHash({ ...place, chainId: ENTRY.eventId }, ENTRY.customerId, digest),
      auditHash({ ...place, previousHash: 'ac'.repeat(32) }, ENTRY.customerId, digest),
      auditHash({ ...place, previousHash: undefined }, ENTRY.customerId, digest),
    ];
    assert.equal(new Set(hashes).size, hashes.length);
  });

  test('nothing can be moved from one field to its neighbour', () => {
    const { clientId: _, ...moved } = ENTRY;
    assert.notEqual(entryDigest({ ...moved, clientId: undefined, requestId: 'clientrequest' }), entryDigest(ENTRY));
  });
});

test('an event belongs to the chain of its authorization, else of its customer, else to one of its own', () => {
  assert.equal(chainOf(ENTRY), ENTRY.authorizationId);
  assert.equal(chainOf({ ...ENTRY, authorizationId: undefined }), ENTRY.customerId);
  assert.equal(chainOf({ ...ENTRY, authorizationId: undefined, customerId: undefined }), ENTRY.eventId);
});
