import { after, before } from 'node:test';
import type { OpenDatabase } from '../adapters/test-databases.ts';
import { type BankUnderTest, type OpenBank, openBankUnderTest } from './bank-under-test.ts';
import { codeContract } from './code-contract.ts';
import { interactionContract } from './interaction-contract.ts';
import { openidClientContract } from './openid-client-contract.ts';
import { ownTokensContract } from './own-tokens-contract.ts';
import { publishedContract } from './published-contract.ts';
import { refreshContract } from './refresh-contract.ts';
import { requestObjectContract } from './request-object-contract.ts';
import { tokenEndpointContract } from './token-endpoint-contract.ts';

/** Everything the authorization server promises. */
export function serverContract(database: OpenDatabase): void {
  const bank = bankForTests(database);
  requestObjectContract(bank);
  publishedContract(bank);
  openidClientContract(bank);
  tokenEndpointContract(bank);
  contractsOfStore(bank);
}

/** As much of it as depends on the store. */
export function storeContract(database: OpenDatabase): void {
  contractsOfStore(bankForTests(database));
}

function contractsOfStore(bank: OpenBank): void {
  interactionContract(bank);
  codeContract(bank);
  refreshContract(bank);
  ownTokensContract(bank);
}

function bankForTests(database: OpenDatabase): OpenBank {
  let opened: BankUnderTest | undefined;
  before(async () => {
    opened = await openBankUnderTest(database());
  });
  after(() => opened?.close());
  return () => {
    if (opened === undefined) throw new Error('the bank is open only while tests run');
    return opened;
  };
}
