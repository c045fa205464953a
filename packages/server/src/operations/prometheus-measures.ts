import type { Measures } from '@lupa/bank';
import { Counter, Histogram, type Registry } from 'prom-client';

/** From a few hundred microseconds, which a good answer takes, to the half minute after which nobody waits. */
const CALL_BUCKETS_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];
const DATABASE_BUCKETS_SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1, 5];

/** Keeps what the bank tells of its work as Prometheus figures. Labels come from fixed sets, never from what somebody sent. */
export function prometheusMeasures(registry: Registry): Measures {
  const registers = [registry];
  const calls = new Histogram({
    name: 'lupa_call_seconds',
    help: 'Calls by route and outcome, and how long they took.',
    labelNames: ['listener', 'method', 'route', 'status'],
    buckets: CALL_BUCKETS_SECONDS,
    registers,
  });
  const refused = new Counter({
    name: 'lupa_connections_refused_total',
    help: 'Connections refused before their handshake, from addresses that had begun too many.',
    labelNames: ['listener'],
    registers,
  });
  const database = new Histogram({
    name: 'lupa_database_seconds',
    help: 'Statements by name, and transactions, and how long the database took.',
    labelNames: ['what', 'outcome'],
    buckets: DATABASE_BUCKETS_SECONDS,
    registers,
  });
  const serverChanges = new Counter({
    name: 'lupa_database_server_changes_total',
    help: 'How often another PostgreSQL server was found to take writes; each worker finds and counts it.',
    registers,
  });
  const sca = new Counter({
    name: 'lupa_sca_ended_total',
    help: 'Visits to the pages of strong customer authentication, by how they ended.',
    labelNames: ['outcome'],
    registers,
  });
  const exemptions = new Counter({
    name: 'lupa_exemptions_total',
    help: 'Exemptions asked for, by what was decided.',
    labelNames: ['outcome'],
    registers,
  });
  const bookings = new Counter({
    name: 'lupa_submissions_booked_total',
    help: 'Submissions that were booked, by what they became.',
    labelNames: ['outcome'],
    registers,
  });
  return {
    callAnswered: ({ listener, method, route, status, seconds }) =>
      calls.observe({ listener, method: knownMethod(method), route, status: String(status) }, seconds),
    connectionRefused: (listener) => refused.inc({ listener }),
    databaseAnswered: ({ what, isFailed, seconds }) =>
      database.observe({ what, outcome: isFailed ? 'failed' : 'done' }, seconds),
    storeServerChanged: () => serverChanges.inc(),
    scaEnded: (outcome) => sca.inc({ outcome }),
    exemptionDecided: (outcome) => exemptions.inc({ outcome }),
    submissionBooked: (outcome) => bookings.inc({ outcome }),
  };
}

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH']);

/** Whoever calls chooses the method: the rare ones share one name. */
function knownMethod(method: string): string {
  return METHODS.has(method) ? method : 'other';
}
