import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { ClientSettings } from '@lupa/tpp';
import { startShop } from './start-shop.ts';

const USAGE = `Usage: node src/main.ts --tpp DIRECTORY [--ca FILE] [--bank URL] [--redirect-uri URL] [--payee IBAN] [--payee-name NAME] [--maker IBAN] [--maker-name NAME]

  --tpp           the directory that registration at the bank wrote: client.crt, key.pem,
                  ssa-signing-key.pem, registration-result.txt
  --ca            the certificates to trust for the bank's API; Node's own by default
  --bank          the bank's issuer; http://localhost:8080 by default
  --redirect-uri  where customers come back to, and where the shop listens; the first registered one by default
  --payee         whose account the money goes to; --maker that of a second seller`;

const { values } = parseArgs({
  options: {
    tpp: { type: 'string' },
    ca: { type: 'string' },
    bank: { type: 'string', default: 'http://localhost:8080' },
    'redirect-uri': { type: 'string' },
    payee: { type: 'string', default: 'FI4950009420028730' },
    'payee-name': { type: 'string', default: 'Test Person' },
    maker: { type: 'string' },
    'maker-name': { type: 'string', default: 'Savu ja Lumo' },
  },
});

if (values.tpp === undefined) {
  console.error(USAGE);
  process.exit(2);
}

const tpp = readRegistration(values.tpp, values.ca, values['redirect-uri']);
const address = new URL(tpp.redirectUri);
const shop = await startShop({
  tpp,
  bank: values.bank,
  host: address.hostname,
  port: Number(address.port || 80),
  payee: { iban: values.payee, name: values['payee-name'] },
  ...(values.maker === undefined ? {} : { maker: { iban: values.maker, name: values['maker-name'] } }),
  log: (line) => console.log(line),
}).catch((error: Error) => {
  console.error(`The shop cannot open. ${error.message}`);
  process.exit(1);
});
console.log(`The shop is open at ${shop.url}`);
process.once('SIGINT', () => shop.close());

/** Reads what registration wrote, under the names that the workflow document gives its files. */
function readRegistration(directory: string, ca: string | undefined, redirectUri: string | undefined): ClientSettings {
  const read = (name: string) => readFileSync(join(directory, name), 'utf8');
  // The bank's JSON answer, then a line that names the signing key.
  const [, json = '', kid = ''] = /^([\s\S]*\})\s*ssaSigningKid: (\S+)\s*$/.exec(read('registration-result.txt')) ?? [];
  const {
    client_id: clientId,
    client_secret: clientSecret,
    api_key: apiKey,
    redirect_uris: redirectUris,
  } = JSON.parse(json);
  return {
    clientId,
    clientSecret,
    apiKey,
    redirectUri: redirectUri ?? redirectUris[0],
    tls: {
      cert: read('client.crt'),
      key: read('key.pem'),
      ...(ca === undefined ? {} : { ca: readFileSync(ca, 'utf8') }),
    },
    signing: { key: read('ssa-signing-key.pem'), kid, alg: 'ES256' },
  };
}
