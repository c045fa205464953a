/** An IPv4 address where one socket takes both versions (RFC 4291 section 2.5.5.2). */
const MAPPED = /^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i;

/** An IPv4 address behind a translator (RFC 6052 section 2.1): the addresses of all of IPv4 share this network. */
const TRANSLATED = /^64:ff9b::/i;

const GROUPS_OF_NETWORK = 4;
const GROUPS = 8;

/** An address of a connection as it is written without a zone, and of IPv4 as IPv4. */
export function plainAddress(remoteAddress: string): string {
  return remoteAddress.replace(/%.*$/, '').replace(MAPPED, '');
}

/**
 * Whom an address stands for when connections are counted: an IPv4 address for itself; an IPv6 one for its /64, of which a single
 * host may take as many addresses as it likes (RFC 4862).
 *
 * @param remoteAddress of a connection, as the operating system writes it: with `::` for the longest run of zeros
 */
export function sourceNetwork(remoteAddress: string): string {
  const address = plainAddress(remoteAddress);
  if (!address.includes(':') || TRANSLATED.test(address)) return address;
  const [before = '', after] = address.toLowerCase().split('::');
  const first = before === '' ? [] : before.split(':');
  const last = after === undefined || after === '' ? [] : after.split(':');
  const zeros = after === undefined ? 0 : GROUPS - first.length - last.length;
  const groups = [...first, ...new Array<string>(Math.max(0, zeros)).fill('0'), ...last];
  return `${groups.slice(0, GROUPS_OF_NETWORK).join(':')}::/64`;
}
