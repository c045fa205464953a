/** A whole bank on one machine: what `lupa up` starts, for tests and tools that want it in their own process. */
export { UnusableDataDirectory } from './files/data-directory.ts';
export { DirectoryInUse } from './files/directory-lock.ts';
export { NoFreePort } from './free-port.ts';
export { type CustomerScript, CustomerStopped, playCustomer } from './play-customer/play-customer.ts';
export type { DemoTppFacts, SandboxFacts, TestUser } from './sandbox-facts.ts';
export { type Sandbox, type SandboxOptions, startSandbox } from './start-sandbox.ts';
