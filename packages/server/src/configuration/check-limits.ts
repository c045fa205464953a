import type { BankSettings } from '@lupa/bank';
import type { Values } from './values.ts';

/** What keeps one caller, or all of them together, from taking the whole bank. */
export function checkLimits(values: Values): Required<Pick<BankSettings, 'load' | 'rates'>> {
  const most = 1_000_000;
  const paymentCalls = values.wholeNumber('limits.paymentCallsPerSecond', { least: 1, most, otherwise: 1_000 });
  const tokenCalls = values.wholeNumber('limits.tokenCallsPerMinute', { least: 1, most, otherwise: 600 });
  const logins = values.wholeNumber('limits.customerLoginsPerMinute', { least: 1, most, otherwise: 20 });
  return {
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
