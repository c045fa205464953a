import { BlockList, isIP } from 'node:net';
import { plainAddress } from '../domain/source-network.ts';

/** Addresses and networks. */
export interface AddressList {
  /** @param remoteAddress of a connection; undefined once it has ended */
  holds(remoteAddress: string | undefined): boolean;
}

/** Whether a text is an address, or a network as `10.1.0.0/16`. */
export function isAddressOrNetwork(text: string): boolean {
  try {
    addressList([text]);
    return true;
  } catch {
    return false;
  }
}

/**
 * @param addresses `10.0.0.7`, `10.1.0.0/16`, `2001:db8::/64`
 * @throws RangeError when one is neither an address nor a network
 */
export function addressList(addresses: readonly string[]): AddressList {
  const list = new BlockList();
  for (const text of addresses) {
    const [address = '', prefix, ...rest] = text.split('/');
    const version = isIP(address);
    const bits = version === 4 ? 32 : 128;
    const isPrefix = prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= bits);
    if (version === 0 || !isPrefix || rest.length > 0)
      throw new RangeError(`${text} is neither an address nor a network`);
    list.addSubnet(address, prefix === undefined ? bits : Number(prefix), version === 4 ? 'ipv4' : 'ipv6');
  }
  return {
    holds: (remoteAddress = '') => {
      const address = plainAddress(remoteAddress);
      const version = isIP(address);
      return version !== 0 && list.check(address, version === 4 ? 'ipv4' : 'ipv6');
    },
  };
}
