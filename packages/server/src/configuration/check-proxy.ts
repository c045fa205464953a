import { type BankSettings, isAddressOrNetwork } from '@lupa/bank';
import { checkCredentials, checkHost } from './check-listeners.ts';
import type { MemberPath } from './members.ts';
import type { Values } from './values.ts';

const MEMBERS_OF_PROXY: readonly MemberPath[] = [
  'proxy.host',
  'proxy.port',
  'proxy.addresses',
  'proxy.certificate',
  'proxy.privateKey',
];
const DEFAULT_PORT = 8446;
const THIS_MACHINE = '127.0.0.1';

/** The listener for a proxy that ends TLS; none where nothing is said of it. */
export function checkProxy(values: Values, now: Date): BankSettings['proxy'] {
  if (MEMBERS_OF_PROXY.every((path) => values.given(path) === undefined)) return undefined;
  const host = checkHost(values, 'proxy.host', THIS_MACHINE);
  const port = values.wholeNumber('proxy.port', { least: 1, most: 65_535, otherwise: DEFAULT_PORT });
  const addresses = checkAddresses(values);
  const hasTls = values.given('proxy.certificate') !== undefined || values.given('proxy.privateKey') !== undefined;
  const tls = hasTls ? checkCredentials(values, 'proxy', now) : undefined;
  if (!hasTls && !/^(?:127\.|::1$)/.test(host)) {
    values.warning(
      'proxy.host',
      `Between the proxy and ${host} everything travels in the clear, tokens and names included.`,
      'Say proxy.certificate and proxy.privateKey, unless that network is the bank’s alone.',
    );
  }
  if (tls === undefined) return { host, port, addresses };
  return { host, port, addresses, tls: { certificate: tls.certificate, privateKey: tls.privateKey } };
}

function checkAddresses(values: Values): readonly string[] {
  if (values.given('proxy.addresses') === undefined) values.missing('proxy.addresses');
  const addresses = values.list('proxy.addresses');
  for (const address of addresses) {
    if (!isAddressOrNetwork(address)) {
      values.mistake(
        'proxy.addresses',
        `${address} is neither an address nor a network.`,
        'Write 10.0.0.7, or 10.1.0.0/16.',
      );
    } else if (address.endsWith('/0')) {
      values.mistake(
        'proxy.addresses',
        `${address} is everybody: any caller could say whose certificate it has.`,
        'Name the addresses of the proxies.',
      );
    }
  }
  return addresses;
}
