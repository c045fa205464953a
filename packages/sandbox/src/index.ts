export type { DemoTppFacts, SandboxFacts, TestUser } from './sandbox-facts.ts';
export { type Sandbox, type SandboxOptions, startSandbox } from './start-sandbox.ts';
