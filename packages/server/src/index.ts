/** The bank as a service: configuration, workers, their end. */
export {
  type CheckedConfiguration,
  checkConfiguration,
  type ServerConfiguration,
} from './configuration/check-configuration.ts';
export { type Problem, printProblems } from './configuration/problem.ts';
export {
  type CustomersOptions,
  runCustomersHash,
  runCustomersImport,
  runCustomersKeyList,
} from './customers/run-customers.ts';
export { type ServeOptions, serve } from './serve.ts';
export { WORKER_NODE_FLAGS } from './workers/worker-flags.ts';
