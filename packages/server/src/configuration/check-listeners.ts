import type { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';

import { nameOf, readCertificates, readIssuers, readPrivateKey } from './read-pem.ts';
import type { Values } from './values.ts';

/** Where a listener is and what it shows. */
export interface ListenerSettings {
  readonly url: string;
  readonly host: string;
  readonly port: number;
  /** PEM */
  readonly certificate: string;
  /** PEM */
  readonly privateKey: string;
}

const DEFAULT_PORTS = { api: 8443, authorize: 8444 } as const;
const EVERY_ADDRESS = '::';
const DAY_MS = 86_400_000;
/** A certificate with fewer days left is warned of at every start. */
const SOON_DAYS = 14;

/** The payments API's listener and its trusted issuers. */
export function checkApi(values: Values, now: Date) {
  const listener = checkListener(values, 'api', now);
  const anchors = readIssuers(values, 'api.trustedIssuers', now);
  const trustedIssuers = values.given('api.trustedIssuers')?.value;
  return listener && anchors && { ...listener, trustedIssuers: String(trustedIssuers) };
}

/** The listener for browsers; its address is the issuer. */
export function checkAuthorize(values: Values, now: Date): ListenerSettings | undefined {
  const listener = checkListener(values, 'authorize', now);
  if (listener !== undefined && new URL(listener.url).pathname !== '/') {
    return values.mistake(
      'authorize.url',
      `It is ${listener.url}, but the issuer is an origin.`,
      `Say ${new URL(listener.url).origin}, without a path.`,
    );
  }
  return listener;
}

function checkListener(values: Values, name: 'api' | 'authorize', now: Date): ListenerSettings | undefined {
  const url = checkUrl(values, `${name}.url`);
  const host = checkHost(values, `${name}.host`, EVERY_ADDRESS);
  const port = values.wholeNumber(`${name}.port`, { least: 1, most: 65_535, otherwise: DEFAULT_PORTS[name] });
  const credentials = checkCredentials(values, name, now);
  if (credentials !== undefined && url !== undefined) checkName(values, name, credentials.leaf, url);
  if (url === undefined || credentials === undefined) return undefined;
  const { certificate, privateKey } = credentials;
  return { url: url.href.replace(/\/$/, ''), host, port, certificate, privateKey };
}

/** The address a listener is bound to. */
export function checkHost(
  values: Values,
  path: 'api.host' | 'authorize.host' | 'proxy.host',
  otherwise: string,
): string {
  const host = values.text(path) ?? otherwise;
  if (isIP(host) !== 0) return host;
  values.mistake(
    path,
    `${host} is not an address.`,
    'Say ::1 or 127.0.0.1 for this machine alone, :: or 0.0.0.0 for every address it has, or one of them.',
  );
  return otherwise;
}

/** A certificate and its key, which belong together. */
export function checkCredentials(values: Values, name: 'api' | 'authorize' | 'proxy', now: Date) {
  const [leaf] = readCertificates(values, `${name}.certificate`, now) ?? [];
  const privateKey = values.requiredText(`${name}.privateKey`);
  const key = readPrivateKey(values, `${name}.privateKey`, privateKey, values.given(`${name}.privateKey`)?.file);
  if (leaf !== undefined && key !== undefined && !leaf.checkPrivateKey(key)) {
    values.mistake(
      `${name}.privateKey`,
      `It is not the key of the certificate of ${nameOf(leaf)} in ${name}.certificate.`,
      'Give the key the certificate was issued for; its own certificate comes first in the file, its issuers after it.',
    );
  }
  if (leaf !== undefined) warnOfEnd(values, name, leaf, now);
  if (leaf === undefined || key === undefined || privateKey === undefined) return undefined;
  return { leaf, certificate: String(values.given(`${name}.certificate`)?.value), privateKey };
}

function checkUrl(values: Values, path: 'api.url' | 'authorize.url'): URL | undefined {
  const text = values.requiredText(path);
  if (text === undefined) return undefined;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === 'http:') {
    return values.mistake(
      path,
      `${text} is plain http: whoever is on the way reads and changes everything.`,
      `Say ${text.replace(/^http:/, 'https:').replace(/\/$/, '')}, with a certificate for it.`,
    );
  }
  const isPlain =
    url !== undefined && url.username === '' && url.password === '' && url.search === '' && url.hash === '';
  if (url?.protocol !== 'https:' || !isPlain || text.endsWith('/')) {
    return values.mistake(
      path,
      `${text} is not an https address without user, query, fragment and slash at its end.`,
      'Write it as https://api.bank.example.',
    );
  }
  return url;
}

function checkName(values: Values, name: 'api' | 'authorize', leaf: X509Certificate, { hostname }: URL): void {
  const address = hostname.replace(/^\[|\]$/g, '');
  const fits = isIP(address) === 0 ? leaf.checkHost(address) : leaf.checkIP(address);
  if (fits !== undefined) return;
  values.mistake(
    `${name}.certificate`,
    `The certificate of ${nameOf(leaf)} is for ${leaf.subjectAltName ?? 'no name'}, not for ${hostname} of ${name}.url.`,
    `Take one whose subjectAltName holds ${hostname}. The bank’s own comes first in the file, its issuers after it.`,
  );
}

function warnOfEnd(values: Values, name: 'api' | 'authorize' | 'proxy', leaf: X509Certificate, now: Date): void {
  const days = Math.floor((leaf.validToDate.getTime() - now.getTime()) / DAY_MS);
  if (days < 0 || days >= SOON_DAYS) return;
  values.warning(
    `${name}.certificate`,
    `The certificate of ${nameOf(leaf)} expires in ${days} days, at ${leaf.validToDate.toISOString()}.`,
    'Have it renewed, put the new one in its place, and send SIGHUP.',
  );
}
