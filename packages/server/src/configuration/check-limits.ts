import { type BankSettings, isAddressOrNetwork } from '@lupa/bank';
import type { Values } from './values.ts';

/** Who is on this machine has other ways to keep it busy, and a proxy that passes TLS through is often there. */
const THIS_MACHINE = ['127.0.0.1', '::1'];

/** What keeps one caller, or all of them together, from taking the whole bank. */
export function checkLimits(
  values: Values,
): Required<Pick<BankSettings, 'load' | 'rates'>> & Pick<BankSettings, 'addressLimit'> {
  const most = 1_000_000;
  const paymentCalls = values.wholeNumber('limits.paymentCallsPerSecond', { least: 1, most, otherwise: 1_000 });
  const tokenCalls = values.wholeNumber('limits.tokenCallsPerMinute', { least: 1, most, otherwise: 600 });
  const logins = values.wholeNumber('limits.customerLoginsPerMinute', { least: 1, most, otherwise: 20 });
  return {
    ...checkAddressLimit(values),
    load: {
      callsUnderWay: values.wholeNumber('limits.calls', { least: 1, most, otherwise: 1_024 }),
      connections: values.wholeNumber('limits.connections', { least: 1, most, otherwise: 20_000 }),
      eventLoopDelayMs: values.wholeNumber('limits.eventLoopDelayMs', { least: 50, most: 60_000, otherwise: 500 }),
    },
    rates: {
      paymentCalls: { times: paymentCalls, windowSeconds: 1 },
      tokenCalls: { times: tokenCalls, windowSeconds: 60 },
      customerLogins: { times: logins, windowSeconds: 60 },
    },
  };
}

/** Nothing where `limits.connectionsPerSecond` is 0. */
function checkAddressLimit(values: Values): Pick<BankSettings, 'addressLimit'> {
  const most = 1_000_000;
  const perSecond = values.wholeNumber('limits.connectionsPerSecond', { least: 0, most, otherwise: 50 });
  const burst = values.wholeNumber('limits.connectionBurst', { least: 1, most, otherwise: 200 });
  const isSaid = values.given('limits.connectionsExempt') !== undefined;
  const exempt = isSaid ? values.list('limits.connectionsExempt') : THIS_MACHINE;
  for (const address of exempt) {
    if (isAddressOrNetwork(address)) continue;
    values.mistake(
      'limits.connectionsExempt',
      `${address} is neither an address nor a network.`,
      'Write 10.0.0.7, or 10.1.0.0/16.',
    );
  }
  return perSecond === 0 ? {} : { addressLimit: { perSecond, burst, exempt } };
}
