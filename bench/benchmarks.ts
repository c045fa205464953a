import { create } from './create.ts';
import { flow } from './flow.ts';
import { growth } from './growth.ts';
import { handshake } from './handshake.ts';
import { refresh } from './refresh.ts';
import { soak } from './soak.ts';
import { status } from './status.ts';
import { submission } from './submission.ts';
import type { Benchmark } from './support/benchmark.ts';
import type { BenchmarkName } from './support/result.ts';
import { token } from './token.ts';
import { workers } from './workers.ts';

export const BENCHMARKS: Readonly<Record<BenchmarkName, Benchmark>> = {
  create,
  status,
  submission,
  token,
  refresh,
  flow,
  handshake,
  workers,
  growth,
  soak,
};
