import { type ExchangeRecord, readRegistrationDirectory, Tpp, TppError } from '@lupa/tpp';
import { PAY_CALLBACK_PORTS, payCallbackUri } from '../demo-tpp/redirect-uris.ts';

/** The TPP that a payment is made as. */
export interface PayingTpp {
  /** The issuer. */
  readonly bank: string;
  readonly redirectUris: readonly string[];
  /** Those of them that `lupa pay` may wait at for the customer, the best first. */
  readonly callbackUris: readonly string[];
  open(redirectUri: string, onExchange: (record: ExchangeRecord) => void): Promise<Tpp>;
}

/** The directory holds no registration that can be used; the message says why and what to do. */
export class NoRegistration extends Error {
  override readonly name = 'NoRegistration';
}

const PAY_CALLBACK_URIS = PAY_CALLBACK_PORTS.map((port) => payCallbackUri(port));

/** The TPP of a directory, the demo TPP's or one that `lupa register` wrote. @throws NoRegistration */
export async function payingTppOf(directory: string): Promise<PayingTpp> {
  const { bank, registration } = await readRegistrationDirectory(directory).catch((error: unknown) => {
    if (!(error instanceof TppError)) throw error;
    throw new NoRegistration(`There is no registration to pay with: ${error.detail}.`);
  });
  if (bank === undefined) {
    throw new NoRegistration(
      `${directory} does not say where its bank is. Write it a bank.json: {"bank": "<the issuer>"}`,
    );
  }
  const { redirectUris } = registration;
  const own = redirectUris.filter((uri) => PAY_CALLBACK_URIS.includes(uri));
  return {
    bank,
    redirectUris,
    callbackUris: own.length > 0 ? own : redirectUris.filter(canBeListenedAt),
    open: (redirectUri, onExchange) => Tpp.fromDirectory(directory, { redirectUri, onExchange }),
  };
}

/** On this machine, without TLS, at a port of its own. */
function canBeListenedAt(uri: string): boolean {
  const url = new URL(uri);
  return url.protocol === 'http:' && url.port !== '' && url.search === '';
}
