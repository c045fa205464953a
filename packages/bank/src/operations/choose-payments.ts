import { waitingPayments } from '../domain/sca-end.ts';
import { showPayments } from '../domain/shown-payments.ts';
import type { AccountRecord } from '../ports/records.ts';
import type { ScaChallenge } from '../ports/sca-store.ts';
import { issueChallenge } from './issue-challenge.ts';
import { ENDED, endSession, isUpToDate, MOVED, onSession, STALE } from './locked-sca-session.ts';
import { paymentsNamed, type ScaAnswer, type ScaBank, type ScaCall } from './sca-bank.ts';

export interface Choice {
  /** The ticked ones. None at all is a refusal of everything. */
  readonly paymentIds: readonly string[];
  /** IBAN or id of the account to debit; undefined takes the one that was preselected. */
  readonly account: string | undefined;
  readonly factor: ScaChallenge['factor'];
}

/**
 * The customer has chosen what to approve, from which account and with which second factor: asks for that factor. May be
 * done anew while the factor is being asked for, which kills the challenge before.
 */
export async function choosePayments(bank: ScaBank, call: ScaCall, choice: Choice): Promise<ScaAnswer> {
  return onSession(bank, call, async (unit, locked) => {
    const { session, bundle } = locked;
    if (!isUpToDate(session, call) || session.customerId === undefined) return STALE;
    const waiting = waitingPayments(bundle.payments);
    const payments = paymentsNamed(waiting, choice.paymentIds);
    if (payments === undefined) return STALE;
    const { requestId } = call;
    if (payments.length === 0) {
      await endSession(bank, unit, locked, { outcome: 'rejected', requestId });
      return ENDED;
    }
    const account = accountChosen(await unit.accountsOf(session.customerId), choice.account, waiting);
    if (account === undefined) return { kind: 'refused', why: 'account-unknown' };
    const { authorizationId } = session;
    const shown = showPayments({ authorizationId, tppName: call.tppName, account, payments });
    await issueChallenge(bank, unit, locked, { shown, factor: choice.factor, requestId });
    return MOVED;
  });
}

/**
 * The account selected before the customer changes anything: the first that the TPP asked for among the customer's own
 * (contract §5, `payer`), else the customer's first.
 */
export function preselectedAccount(
  accounts: readonly AccountRecord[],
  payments: readonly { readonly request: { readonly payer?: { readonly iban: string } } }[],
): AccountRecord | undefined {
  const own = payments.map(({ request }) => accounts.find(({ iban }) => iban === request.payer?.iban));
  return own.find((account) => account !== undefined) ?? accounts[0];
}

function accountChosen(
  accounts: readonly AccountRecord[],
  text: string | undefined,
  payments: Parameters<typeof preselectedAccount>[1],
): AccountRecord | undefined {
  if (text === undefined) return preselectedAccount(accounts, payments);
  const compact = text.replaceAll(' ', '');
  return accounts.find(({ iban, accountId }) => iban === compact || accountId === compact);
}
