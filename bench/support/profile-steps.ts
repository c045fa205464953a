import { Bulk } from './bulk.ts';
import type { StepShare } from './cpu-profile.ts';
import type { Driven, Server, Stage } from './stage.ts';

/** Where the bank's processor time goes in one kind of call. */
export interface CallProfile {
  readonly name: 'create' | 'status' | 'submission';
  /** Share of all the processor time of the process, most first. */
  readonly steps: readonly StepShare[];
}

const WARM_UP_CALLS = 2000;
const CALLS = 8000;
const CALLS_A_ROUND = 1000;

/**
 * Profiles one bank process for each kind of call. Apart from what is measured, for profiling slows; shares alone are told, so that no
 * time stands without its whole.
 *
 * @param quiet whether nothing is to be printed
 */
export async function profileSteps(stage: Stage, quiet: boolean): Promise<CallProfile[]> {
  const profiles: CallProfile[] = [];
  for (const name of ['create', 'status', 'submission'] as const) {
    const steps = await profileOf(stage, name);
    profiles.push({ name, steps });
    if (!quiet) process.stdout.write(describeProfile({ name, steps }));
  }
  return profiles;
}

async function profileOf(stage: Stage, name: CallProfile['name']): Promise<readonly StepShare[]> {
  const databaseUrl = await stage.newDatabase();
  const bank = await stage.startBank({ name: 'bank', databaseUrl, backgroundWork: 'elsewhere' });
  const bulk = await Bulk.open(databaseUrl, stage.tpp);
  try {
    const accessTokens = [await stage.accessToken(bank)];
    const drive = await driverOf(stage, bank, bulk, name, accessTokens);
    await drive(WARM_UP_CALLS);
    return await bank.process.profileWhile(async () => {
      for (let driven = 0; driven < CALLS; driven += CALLS_A_ROUND) await drive(CALLS_A_ROUND);
    });
  } finally {
    await bulk.close();
    await stage.stopServers([bank]);
  }
}

async function driverOf(
  stage: Stage,
  bank: Server,
  bulk: Bulk,
  name: CallProfile['name'],
  accessTokens: readonly string[],
): Promise<(count: number) => Promise<Driven>> {
  switch (name) {
    case 'create':
      return (count) => stage.drive(bank, { kind: 'create', count, accessTokens });
    case 'status': {
      const payments = await bulk.approvedPayments(CALLS_A_ROUND);
      const ids = payments.map(({ paymentId }) => paymentId);
      const paymentIds = (count: number) => Array.from({ length: count }, (_, at) => ids[at % ids.length] ?? '');
      return (count) =>
        stage.drive(bank, { kind: 'status', accessToken: accessTokens[0] ?? '', paymentIds: paymentIds(count) });
    }
    case 'submission':
      return async (count) => stage.drive(bank, { kind: 'submission', payments: await bulk.approvedPayments(count) });
  }
}

function describeProfile({ name, steps }: CallProfile): string {
  const lines = steps.map(({ step, share }) => `  ${(share * 100).toFixed(1).padStart(5)} %  ${step}`);
  return [`── ${name}: where the processor's time goes in the bank`, ...lines, '', ''].join('\n');
}
