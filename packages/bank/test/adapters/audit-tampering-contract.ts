import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type { AuthorizationId } from '@lupa/protocol';
import { PostgresPaymentStore } from '../../src/adapters/postgres/payment-store.ts';
import { PostgresAuditTrail } from '../../src/adapters/postgres/stored-audit-trail.ts';
import { auditHash, entryDigest } from '../../src/domain/audit-chain.ts';
import { type AuditReport, verifyAuditTrail } from '../../src/operations/verify-audit-trail.ts';
import { LATER, NOW, newClient, newCustomer, newEvent, newPayment, newToken, uuid } from './fixtures.ts';
import { afterTampering, type Sql, type Tampering } from './tampering.ts';
import type { OpenDatabase } from './test-databases.ts';

const ENOUGH = 100_000;

interface Expected {
  readonly in: 'chain' | 'seal';
  /** Of the event, or the number of the seal counted from the newest one, which is 0. */
  readonly place: number;
  readonly problem: RegExp;
}

/** However the audit trail is tampered with, its check names the first link that does not hold. */
export function auditTamperingContract(database: OpenDatabase): void {
  /** Its chain: events 1 and 2 are under the last seal but one, 3 and 4 under the last, 5 waits. */
  let authorizationId: AuthorizationId;
  let other: AuthorizationId;
  let newestSeal: number;

  const checkAfter = (tampering: Tampering): Promise<AuditReport> =>
    afterTampering(database(), tampering, (trail) => verifyAuditTrail(trail));

  async function isFound(tampering: Tampering, expected: Expected): Promise<void> {
    const { ok, faults, broken } = await checkAfter(tampering);
    const [first] = faults;
    assert.ok(first !== undefined && broken > 0 && !ok, 'nothing was found');
    assert.equal(first.in, expected.in, JSON.stringify(first));
    if (first.in === 'seal') assert.equal(first.sealNumber, newestSeal - expected.place);
    else assert.deepEqual([first.authorizationId, first.sequence], [authorizationId, expected.place]);
    assert.match(first.problem, expected.problem);
  }

  const onEvent = (sequence: number, set: string) => (sql: Sql) =>
    sql(`UPDATE audit_events SET ${set} WHERE chain_id = $1 AND sequence = $2`, authorizationId, sequence);
  const remove = (sql: Sql, ...sequences: number[]) =>
    Promise.all(
      sequences.map((sequence) =>
        sql('DELETE FROM audit_events WHERE chain_id = $1 AND sequence = $2', authorizationId, sequence),
      ),
    );
  const endAt = (sql: Sql, sequence: number) =>
    sql(
      `UPDATE authorizations SET audit_sequence = e.sequence, audit_hash = e.hash FROM audit_events e
       WHERE authorizations.authorization_id = $1 AND e.chain_id = $1 AND e.sequence = $2`,
      authorizationId,
      sequence,
    );
  const forgetWaiting = (sql: Sql) => sql('DELETE FROM audit_unsealed WHERE chain_id = $1', authorizationId);

  const CHANGED = /was changed/;

  describe('tampering with the audit trail', () => {
    before(async () => {
      const clientId = await newClient(database());
      const customerId = await newCustomer(database());
      const tokenDigest = await newToken(database(), { clientId });
      const store = new PostgresPaymentStore(database());
      const create = async () => {
        const payment = newPayment(clientId, tokenDigest);
        await store.createPayment(payment);
        return payment.newAuthorizationId;
      };
      const trail = new PostgresAuditTrail(database());
      authorizationId = await create();
      other = await create();
      const details = { amountCents: 400, shown: { payeeIban: 'FI4950009420028730' } };
      const note = () =>
        store.transaction((unit) =>
          unit.audit(newEvent({ authorizationId, clientId, customerId, requestId: 'request', details })),
        );
      await note();
      await trail.seal(NOW, ENOUGH);
      await note();
      await note();
      await trail.seal(LATER, ENOUGH);
      await note();
      newestSeal = (await verifyAuditTrail(trail)).newestSeal?.sealNumber ?? 0;
    });

    test('what nobody tampered with holds', async () => {
      const { ok, faults } = await checkAfter(async () => undefined);
      assert.deepEqual([ok, faults], [true, []]);
    });

    const columns: Readonly<Record<string, string>> = {
      event_id: 'event_id = chain_id',
      'at, by a millisecond': "at = at + interval '1 millisecond'",
      'at, by a microsecond': "at = at + interval '1 microsecond'",
      'at, beyond every calendar': "at = 'infinity'",
      event: "event = 'sca approved'",
      authorization_id: 'authorization_id = event_id',
      'authorization_id, to none': 'authorization_id = NULL',
      client_id: "client_id = 'other'",
      'client_id, to none': 'client_id = NULL',
      customer_id: 'customer_id = event_id',
      'customer_id, to none': 'customer_id = NULL',
      request_id: "request_id = 'other'",
      'details, a number': `details = '{"amountCents": 401, "shown": {"payeeIban": "FI4950009420028730"}}'`,
      'details, deep inside': `details = '{"amountCents": 400, "shown": {"payeeIban": "FI5850009420172322"}}'`,
      'details, one more': `details = '{"amountCents": 400, "shown": {"payeeIban": "FI4950009420028730"}, "more": null}'`,
      hash: "hash = sha256('other')",
      previous_hash: "previous_hash = sha256('other')",
    };
    for (const [which, set] of Object.entries(columns)) {
      for (const [where, sequence] of Object.entries({ sealed: 2, 'waiting for its seal': 5 })) {
        test(`an event ${where} with another ${which}`, () =>
          isFound(onEvent(sequence, set), { in: 'chain', place: sequence, problem: CHANGED }));
      }
    }

    test('an event at another place of its chain', () =>
      isFound(onEvent(2, 'sequence = 99'), { in: 'chain', place: 2, problem: /is missing/ }));

    test('an event moved to another chain', () =>
      isFound(
        (sql) =>
          sql(
            'UPDATE audit_events SET chain_id = $2, sequence = 9 WHERE chain_id = $1 AND sequence = 2',
            authorizationId,
            other,
          ),
        { in: 'chain', place: 2, problem: /is missing/ },
      ));

    for (const [which, sequence] of Object.entries({ first: 1, 'one in the middle': 3, newest: 5 })) {
      test(`an event removed: the ${which}`, () =>
        isFound((sql) => remove(sql, sequence), { in: 'chain', place: sequence, problem: /is missing/ }));
    }

    test('the newest events removed, and the chain made to end before them: the seal over them knows', () =>
      isFound(
        async (sql) => {
          await remove(sql, 4, 5);
          await endAt(sql, 3);
          await forgetWaiting(sql);
        },
        { in: 'chain', place: 4, problem: /covers this event, which is gone/ },
      ));

    test('the newest event removed before its seal, and the chain made to end before it: it still waits', () =>
      isFound(
        async (sql) => {
          await remove(sql, 5);
          await endAt(sql, 4);
        },
        { in: 'chain', place: 5, problem: /waits for its seal and is not there/ },
      ));

    test('a whole chain removed with its end', () =>
      isFound(
        async (sql) => {
          await remove(sql, 1, 2, 3, 4, 5);
          await sql(
            'UPDATE authorizations SET audit_sequence = 0, audit_hash = NULL WHERE authorization_id = $1',
            authorizationId,
          );
          await forgetWaiting(sql);
        },
        { in: 'chain', place: 2, problem: /is gone/ },
      ));

    test('a whole chain removed with its authorization’s end left', () =>
      isFound((sql) => remove(sql, 1, 2, 3, 4, 5), { in: 'chain', place: 1, problem: /is missing/ }));

    /** Writes an event behind the last one, with a right hash. */
    const forge = async (sql: Sql) => {
      const rows = (await sql(
        `SELECT encode(hash, 'hex') AS hash FROM audit_events WHERE chain_id = $1 AND sequence = 5`,
        authorizationId,
      )) as { hash: string }[];
      const place = { chainId: authorizationId, sequence: 6, previousHash: rows[0]?.hash };
      const said = { ...newEvent({ authorizationId, event: 'sca approved' }), at: NOW.toISOString() };
      await sql(
        `INSERT INTO audit_events (chain_id, sequence, previous_hash, hash, event_id, at, event, authorization_id, details)
         VALUES ($1, 6, decode($2, 'hex'), decode($3, 'hex'), $4, $5, $6, $1, '{}')`,
        ...[authorizationId, place.previousHash, auditHash(place, undefined, entryDigest(said))],
        ...[said.eventId, NOW, said.event],
      );
    };

    test('an event added with a right hash', () => isFound(forge, { in: 'chain', place: 6, problem: /was added/ }));

    test('an event added with a right hash, and the end of the chain moved: no seal waits for it', () =>
      isFound(
        async (sql) => {
          await forge(sql);
          await endAt(sql, 6);
        },
        { in: 'chain', place: 6, problem: /no seal covers/ },
      ));

    test('an event added in the middle, and those behind it moved on', () =>
      isFound(
        async (sql) => {
          for (const sequence of [5, 4, 3]) await onEvent(sequence, 'sequence = sequence + 1')(sql);
          await sql(
            `INSERT INTO audit_events SELECT chain_id, 3, hash, hash, event_id, at, event, authorization_id, client_id,
             customer_id, request_id, details FROM audit_events WHERE chain_id = $1 AND sequence = 2`,
            authorizationId,
          );
        },
        { in: 'chain', place: 3, problem: CHANGED },
      ));

    test('two events exchanged', () =>
      isFound(
        async (sql) => {
          await onEvent(2, 'sequence = 99')(sql);
          await onEvent(3, 'sequence = 2')(sql);
          await onEvent(99, 'sequence = 3')(sql);
        },
        { in: 'chain', place: 2, problem: CHANGED },
      ));

    test('an event changed and every hash behind it made anew, the end of the chain too: the seal knows', () =>
      isFound(
        async (sql, trail) => {
          await onEvent(2, "details = '{}'")(sql);
          const chain = (await trail.chainsAfter(undefined, ENOUGH)).find(({ chainId }) => chainId === authorizationId);
          let previousHash: string | undefined;
          for (const event of chain?.events ?? []) {
            const place = { chainId: authorizationId, sequence: event.sequence, previousHash };
            previousHash = auditHash(place, event.customerId, entryDigest(event));
            await sql(
              `UPDATE audit_events SET previous_hash = decode($3, 'hex'), hash = decode($4, 'hex') WHERE chain_id = $1 AND sequence = $2`,
              ...[authorizationId, event.sequence, place.previousHash ?? null, previousHash],
            );
          }
          await endAt(sql, 5);
        },
        { in: 'chain', place: 2, problem: /has another hash now/ },
      ));

    test('a chain about nothing', async () => {
      const invented = newEvent({ event: 'invented' });
      const digest = entryDigest({ ...invented, at: NOW.toISOString() });
      const hash = auditHash({ chainId: invented.eventId, sequence: 1, previousHash: undefined }, undefined, digest);
      const report = await checkAfter((sql) =>
        sql(
          `INSERT INTO audit_events (chain_id, sequence, hash, event_id, at, event, details)
           VALUES ($1, 1, decode($2, 'hex'), $1, $3, 'invented', '{}')`,
          ...[invented.eventId, hash, NOW],
        ),
      );
      assert.match(report.faults[0]?.problem ?? '', /there is nothing this chain is about/);
    });

    const seals: Readonly<Record<string, { set: string; problem: RegExp }>> = {
      sealed_at: { set: "sealed_at = sealed_at + interval '1 millisecond'", problem: CHANGED },
      head_count: { set: 'head_count = head_count + 1', problem: CHANGED },
      root: { set: "root = sha256('other')", problem: CHANGED },
      hash: { set: "hash = sha256('other')", problem: CHANGED },
      previous_hash: { set: "previous_hash = sha256('other')", problem: /does not continue/ },
    };
    for (const [column, { set, problem }] of Object.entries(seals)) {
      test(`a seal with another ${column}`, () =>
        isFound((sql) => sql(`UPDATE audit_seals SET ${set} WHERE seal_number = $1`, newestSeal), {
          in: 'seal',
          place: 0,
          problem,
        }));
    }

    test('a seal with another number', () =>
      isFound((sql) => sql('UPDATE audit_seals SET seal_number = 9999 WHERE seal_number = $1', newestSeal), {
        in: 'seal',
        place: 0,
        problem: /is missing/,
      }));

    const heads: Readonly<Record<string, { text: string; problem: RegExp }>> = {
      'another hash': { text: "UPDATE audit_sealed_heads SET hash = sha256('other')", problem: /root hash is another/ },
      'another event': { text: 'UPDATE audit_sealed_heads SET sequence = 3', problem: /root hash is another/ },
      'another chain': { text: 'UPDATE audit_sealed_heads SET chain_id = $3', problem: /root hash is another/ },
      'one chain less': { text: 'DELETE FROM audit_sealed_heads', problem: /covers \d+ chains, and \d+ are there/ },
    };
    for (const [which, { text, problem }] of Object.entries(heads)) {
      test(`a seal made to cover ${which}`, () =>
        isFound(
          (sql) => {
            const values = [newestSeal, authorizationId, ...(text.includes('$3') ? [uuid()] : [])];
            return sql(`${text} WHERE seal_number = $1 AND chain_id = $2`, ...values);
          },
          { in: 'seal', place: 0, problem },
        ));
    }

    test('a seal removed from among the others', () =>
      isFound((sql) => sql('DELETE FROM audit_seals WHERE seal_number = $1', newestSeal - 1), {
        in: 'seal',
        place: 1,
        problem: /is missing/,
      }));

    test('the newest seal removed: what it covered has none and waits for none', () =>
      isFound(
        async (sql) => {
          await sql('DELETE FROM audit_seals WHERE seal_number = $1', newestSeal);
          await sql('DELETE FROM audit_sealed_heads WHERE seal_number = $1', newestSeal);
          await remove(sql, 5);
          await endAt(sql, 4);
          await forgetWaiting(sql);
        },
        { in: 'chain', place: 4, problem: /no seal covers the event, and it waits for none/ },
      ));

    test('the newest seal removed, and what it covered left', async () => {
      const { faults } = await checkAfter((sql) => sql('DELETE FROM audit_seals WHERE seal_number = $1', newestSeal));
      const last = faults.at(-1);
      assert.deepEqual([last?.in, last?.in === 'seal' && last.sealNumber], ['seal', newestSeal]);
    });
  });
}
