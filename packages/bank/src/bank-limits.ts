import type { BankParts } from './bank-parts.ts';
import type { Rate } from './domain/rate-window.ts';
import { AddressLimit } from './http/address-limit.ts';
import { CallsUnderWay } from './http/calls-under-way.ts';
import { LoadLimit } from './http/load-limit.ts';
import { RateLimit } from './operations/rate-limit.ts';
import { registrationRate } from './registration-settings.ts';
import type { BankSettings } from './settings.ts';

/** What keeps one caller, or all of them together, from taking the whole bank. */
export interface BankLimits {
  /** Of one address in this process; undefined where there is no such limit. */
  readonly addresses: AddressLimit | undefined;
  /** Of this process. */
  readonly load: LoadLimit;
  /** Of one TPP in this process. */
  readonly callsUnderWay: CallsUnderWay;
  /** Of one TPP over all processes; undefined where there is no such limit. */
  readonly paymentCalls: RateLimit | undefined;
  readonly tokenCalls: RateLimit | undefined;
  /** Attempts of anybody to log in as one customer, over all processes; undefined where there is no such limit. */
  readonly customerLogins: RateLimit | undefined;
  /** Of one organisation over all processes: each may fetch from outside. */
  readonly registrationCalls: RateLimit;
  /** Likewise of one TPP in this process, at once. */
  readonly registrationsUnderWay: CallsUnderWay;
}

/** Calls about registrations that one process answers at once: each may wait for somebody else's server. */
const REGISTRATIONS_UNDER_WAY = 8;

/**
 * The limits that the settings ask for.
 *
 * @throws RangeError when an exempt address is neither an address nor a network
 */
export function bankLimits(settings: BankSettings, parts: BankParts): BankLimits {
  const { addressLimit, proxy, load, callsUnderWay, rates, registration } = settings;
  const limit = (what: string, rate: Rate | undefined) =>
    rate && new RateLimit(what, rate, parts.rateCounts, parts.clock);
  const exempt = [...(addressLimit?.exempt ?? []), ...(proxy?.addresses ?? [])];
  return {
    addresses: addressLimit && new AddressLimit({ ...addressLimit, exempt }, parts),
    load: new LoadLimit(load),
    callsUnderWay: new CallsUnderWay(callsUnderWay),
    paymentCalls: limit('payment calls', rates?.paymentCalls),
    tokenCalls: limit('token calls', rates?.tokenCalls),
    customerLogins: limit('logins', rates?.customerLogins),
    registrationCalls: new RateLimit(
      'registration calls',
      registrationRate(registration),
      parts.rateCounts,
      parts.clock,
    ),
    registrationsUnderWay: new CallsUnderWay(REGISTRATIONS_UNDER_WAY),
  };
}
