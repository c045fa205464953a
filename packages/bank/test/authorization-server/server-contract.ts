import { after, before } from 'node:test';
import type { OpenDatabase } from '../adapters/test-databases.ts';
import { type BankUnderTest, openBankUnderTest } from './bank-under-test.ts';
import { codeContract } from './code-contract.ts';
import { interactionContract } from './interaction-contract.ts';
import { openidClientContract } from './openid-client-contract.ts';
import { ownTokensContract } from './own-tokens-contract.ts';
import { publishedContract } from './published-contract.ts';
import { refreshContract } from './refresh-contract.ts';
import { requestObjectContract } from './request-object-contract.ts';
import { tokenEndpointContract } from './token-endpoint-contract.ts';

/** Everything the authorization server promises, on one store. */
export function serverContract(database: OpenDatabase): void {
  let opened: BankUnderTest | undefined;
  before(async () => {
    opened = await openBankUnderTest(database());
  });
  after(() => opened?.close());
  const bank = () => {
    if (opened === undefined) throw new Error('the bank is open only while tests run');
    return opened;
  };
  requestObjectContract(bank);
  interactionContract(bank);
  publishedContract(bank);
  openidClientContract(bank);
  tokenEndpointContract(bank);
  codeContract(bank);
  refreshContract(bank);
  ownTokensContract(bank);
}
