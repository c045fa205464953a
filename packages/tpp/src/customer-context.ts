import { isIP } from 'node:net';
import { HEADERS } from '@lupa/protocol';
import { argumentInvalid } from './tpp-error.ts';

/** What the bank may be told of the customer's own request (contract §5, headers); it goes into its audit trail. */
export interface CustomerContext {
  readonly ipAddress?: string;
  readonly userAgent?: string;
  /** When the customer last logged in at the TPP. */
  readonly lastLogged?: Date;
}

const MAX_USER_AGENT_LENGTH = 512;

/** The headers that carry it. @throws TppError ARGUMENT_INVALID */
export function customerHeaders({ ipAddress, userAgent, lastLogged }: CustomerContext = {}): Record<string, string> {
  const headers: Record<string, string> = {};
  if (ipAddress !== undefined) {
    if (isIP(ipAddress) === 0) throw argumentInvalid('customer.ipAddress is not an IP address');
    headers[HEADERS.fapiCustomerIpAddress] = ipAddress;
  }
  // Whatever a browser calls itself must not stop a payment: what fits no header becomes a question mark.
  const agent = userAgent
    ?.replace(/[^\x20-\x7e]/g, '?')
    .slice(0, MAX_USER_AGENT_LENGTH)
    .trim();
  if (agent !== undefined && agent !== '') headers[HEADERS.customerUserAgent] = agent;
  if (lastLogged !== undefined) {
    if (Number.isNaN(lastLogged.getTime())) throw argumentInvalid('customer.lastLogged is not a date');
    headers[HEADERS.fapiCustomerLastLoggedTime] = lastLogged.toUTCString();
  }
  return headers;
}
