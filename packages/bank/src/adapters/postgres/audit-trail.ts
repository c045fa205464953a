import { type AuditEntry, chainOf, entryDigest } from '../../domain/audit-chain.ts';
import type { AuditEvent } from '../../ports/records.ts';
import type { Statement, Transaction } from './database.ts';

/**
 * The event's hash, computed where the place of the event is known under its lock. Must say what `auditHash` of the domain
 * says. (CockroachDB spells the function `digest(…, 'sha256')`.)
 */
export const auditHashSql = (of: {
  chain: string;
  sequence: string;
  previous: string;
  customer: string;
  digest: string;
}) =>
  `sha256(convert_to(${of.chain}::uuid::text || ' ' || (${of.sequence})::text || ' ' || COALESCE(encode(${of.previous}, 'hex'), '-')
        || ' ' || COALESCE(${of.customer}::uuid::text, '-') || ' ' || ${of.digest}::text, 'UTF8'))`;

/** Chains that are not an authorization's have a row of their own for their end. */
const BEGIN_CHAIN: Statement = {
  name: 'begin-audit-chain',
  text: 'INSERT INTO audit_chains (chain_id, audit_sequence) VALUES ($1, 0) ON CONFLICT (chain_id) DO NOTHING',
};

/**
 * One statement: takes the end of the chain under its lock, which writers about an authorization hold already, and moves it.
 * The sequence is looked up in the VALUES, so that where there is no such chain the event is refused instead of lost.
 */
const append = (name: string, ends: { table: string; key: string }): Statement => ({
  name,
  text: `WITH chain_end AS (
      SELECT audit_sequence + 1 AS sequence, audit_hash AS previous_hash FROM ${ends.table} WHERE ${ends.key} = $1 FOR NO KEY UPDATE
    ), linked AS (
      SELECT sequence, previous_hash,
        ${auditHashSql({ chain: '$1', sequence: 'sequence', previous: 'previous_hash', customer: '$7', digest: '$10' })} AS hash
      FROM chain_end
    ), moved AS (
      UPDATE ${ends.table} SET audit_sequence = linked.sequence, audit_hash = linked.hash FROM linked WHERE ${ends.key} = $1
    ), unsealed AS (
      INSERT INTO audit_unsealed (chain_id, sequence) SELECT $1, sequence FROM linked
    )
    INSERT INTO audit_events (chain_id, sequence, previous_hash, hash, event_id, at, event, authorization_id, client_id, customer_id, request_id, details)
    VALUES ($1, (SELECT sequence FROM linked), (SELECT previous_hash FROM linked), (SELECT hash FROM linked), $2, $3, $4, $5, $6, $7, $8, $9)`,
});

const APPEND_TO_AUTHORIZATION = append('append-audit-event', { table: 'authorizations', key: 'authorization_id' });
const APPEND_TO_CHAIN = append('append-audit-event-elsewhere', { table: 'audit_chains', key: 'chain_id' });

/** Writes one event behind the others of its chain, in the transaction of the change it records. */
export function writeAuditEvent(inside: Transaction, event: AuditEvent): void {
  const entry = auditEntry(event);
  const chainId = chainOf(entry);
  const isAuthorization = event.authorizationId !== undefined;
  if (!isAuthorization) inside.send(BEGIN_CHAIN, [chainId]);
  inside.send(isAuthorization ? APPEND_TO_AUTHORIZATION : APPEND_TO_CHAIN, [
    chainId,
    event.eventId,
    event.at,
    event.event,
    event.authorizationId ?? null,
    event.clientId ?? null,
    event.customerId ?? null,
    event.requestId ?? null,
    JSON.stringify(event.details),
    entryDigest(entry),
  ]);
}

/** What of an event is hashed. */
export function auditEntry(event: AuditEvent): AuditEntry {
  return { ...event, at: event.at.toISOString() };
}
