import { addDuration, type PaymentFailure, type SandboxScenario } from '@lupa/protocol';

/** Why a submission was refused for good when it was put. */
export type SubmissionFailure = PaymentFailure | 'Unspecified';

/** What trying a submission comes to where a sandbox scenario decides it (contract §8), instead of the debit account. */
export type SimulatedTrial =
  | { readonly status: 'Error' }
  | { readonly status: 'Pending' }
  | { readonly status: 'Rejected'; readonly failure: SubmissionFailure }
  /** Accepted like any other, if the money is there; booking then makes this of it. */
  | { readonly status: 'Accepted'; readonly bookedAs: 'Submitted' | 'Rejected' };

/** @returns undefined where the scenario leaves the trial to the account */
export function simulateTrial(scenario: SandboxScenario | undefined): SimulatedTrial | undefined {
  switch (scenario?.kind) {
    case 'InsufficientFunds':
      return { status: 'Error' };
    case 'PaymentSystemUnavailable':
      return { status: 'Pending' };
    case 'PaymentFail':
      return { status: 'Rejected', failure: scenario.failure ?? 'Unspecified' };
    case 'PaymentSubmitFailed':
      return { status: 'Accepted', bookedAs: 'Rejected' };
    case 'PaymentSubmitSuccess':
      return { status: 'Accepted', bookedAs: 'Submitted' };
    default:
      return undefined;
  }
}

/** The time that is decided by: now, or, for a simulation of the future, that much later. */
export function decidedAt(now: Date, scenario: SandboxScenario | undefined): Date {
  return scenario?.kind === 'FutureSimulation' ? addDuration(now, scenario.duration) : now;
}
