import { Counter, Gauge, Registry } from 'prom-client';
import type { MetricsJson } from './worker-figures.ts';

/** Figures of the process that keeps the workers. They are there whatever its workers do. */
export interface SupervisorFigures {
  /** A worker that served has ended, and nobody told it to; or one hung, whether it served or not, and was killed. */
  lost(why: 'died' | 'hung'): void;
  /** @param workers that serve: those that give signs of life, and those that do not */
  read(workers: { readonly awake: number; readonly silent: number }): Promise<MetricsJson>;
}

export function supervisorFigures(): SupervisorFigures {
  const registry = new Registry();
  const registers = [registry];
  const workers = new Gauge({
    name: 'lupa_workers',
    help: 'Workers that serve: awake, or silent, which is without a sign of life for some seconds.',
    labelNames: ['state'],
    registers,
  });
  const lost = new Counter({
    name: 'lupa_workers_lost_total',
    help: 'Workers that died, and those that hung and were killed.',
    labelNames: ['why'],
    registers,
  });
  // A figure that is there from the start is seen to grow.
  for (const why of ['died', 'hung']) lost.inc({ why }, 0);
  return {
    lost: (why) => lost.inc({ why }),
    read: ({ awake, silent }) => {
      workers.set({ state: 'awake' }, awake);
      workers.set({ state: 'silent' }, silent);
      return registry.getMetricsAsJSON();
    },
  };
}
