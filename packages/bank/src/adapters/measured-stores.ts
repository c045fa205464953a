import type { ExemptionStore, ExemptionUnit } from '../ports/exemption-store.ts';
import type { Ledger } from '../ports/ledger.ts';
import type { Measures } from '../ports/measures.ts';
import type { AuditEvent } from '../ports/records.ts';
import type { ScaSession, ScaStore, ScaUnit } from '../ports/sca-store.ts';

/** Bookings are counted by what became of them; one that another process made is that one's to count. */
export function measuredLedger(ledger: Ledger, measures: Measures): Ledger {
  return insteadOf(ledger, {
    book: async (...job) => {
      try {
        const outcome = await ledger.book(...job);
        if (outcome !== 'already-done') measures.submissionBooked(outcome);
        return outcome;
      } catch (error) {
        measures.submissionBooked('failed');
        throw error;
      }
    },
  });
}

/** Ended visits are counted once their end is committed: a transaction that is run anew counts once. */
export function measuredSca(store: ScaStore, measures: Measures): ScaStore {
  return insteadOf(store, {
    transaction: async <T>(work: (unit: ScaUnit) => Promise<T>) => {
      let ended: ScaSession['outcome'];
      const result = await store.transaction((unit) => {
        ended = undefined;
        const saveSession = (session: ScaSession) => {
          ended = session.outcome;
          return unit.saveSession(session);
        };
        return work(insteadOf(unit, { saveSession }));
      });
      if (ended !== undefined) measures.scaEnded(ended);
      return result;
    },
  });
}

const DECIDED = { 'exemption granted': 'granted', 'exemption refused': 'refused' } as const;

/** Decisions are counted by the line each leaves in the audit trail. */
export function measuredExemptions(store: ExemptionStore, measures: Measures): ExemptionStore {
  return insteadOf(store, {
    transaction: async <T>(work: (unit: ExemptionUnit) => Promise<T>) => {
      let decided: 'granted' | 'refused' | undefined;
      const result = await store.transaction((unit) => {
        decided = undefined;
        const audit = (event: AuditEvent) => {
          decided = DECIDED[event.event as keyof typeof DECIDED] ?? decided;
          return unit.audit(event);
        };
        return work(insteadOf(unit, { audit }));
      });
      if (decided !== undefined) measures.exemptionDecided(decided);
      return result;
    },
  });
}

/** The same object to whoever uses it, but for the methods given. Methods of classes are bound to theirs, for some have private fields. */
function insteadOf<Port extends object>(port: Port, methods: Partial<Port>): Port {
  return new Proxy(port, {
    get: (target, name) => {
      const own = Reflect.get(methods, name);
      if (own !== undefined) return own;
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
