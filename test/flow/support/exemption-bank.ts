import { exemptionsCounted } from './exempt-tpp.ts';
import { startTestSandbox, type TestSandbox } from './test-sandbox.ts';
import type { TestTpp } from './test-tpp.ts';
import { registerAnotherTpp } from './tpp-identity.ts';

/** A sandbox with two TPPs that the same customers pay at: what they use up is counted over both (contract §9). */
export interface ExemptionBank extends TestSandbox {
  readonly shop: TestTpp;
  readonly other: TestTpp;
  /** What a customer has used up, as the store counts it. */
  counted(iban?: string): ReturnType<typeof exemptionsCounted>;
}

/** Starts it for a file of tests. */
export async function openExemptionBank(): Promise<ExemptionBank> {
  const bank = await startTestSandbox();
  try {
    const other = await bank.tppOf(await registerAnotherTpp(bank.sandbox));
    return { ...bank, shop: bank.tpp, other, counted: (iban) => exemptionsCounted(bank.store, iban) };
  } catch (error) {
    await bank.close();
    throw error;
  }
}
