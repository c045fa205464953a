import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import * as protocol from '@lupa/protocol';
import { LupaError, RegistrationRefused } from '@lupa/protocol';
import { TppError } from '@lupa/tpp';
import fc from 'fast-check';
import { readKeySet } from '../../packages/bank/src/domain/key-set.ts';
import { isAddressOrNetwork } from '../../packages/bank/src/http/address-list.ts';
import { checkHeaders, recordedHeaders, requireIdempotencyKey } from '../../packages/bank/src/http/request-headers.ts';
import { routeFinder } from '../../packages/bank/src/http/route-finder.ts';
import { readForeignPayment, readSepaPayment } from '../../packages/bank/src/http/signed-body.ts';
import { readBrowserCookie } from '../../packages/bank/src/sca/browser-cookie.ts';
import { isTokenOf } from '../../packages/bank/src/sca/form-token.ts';
import { chooseLanguage, parseLanguage } from '../../packages/bank/src/sca/languages.ts';
import { parseNotice } from '../../packages/bank/src/sca/notices.ts';
import { parseClientChange } from '../../packages/protocol/src/parse-client-change.ts';
import { checkConfiguration } from '../../packages/server/src/configuration/check-configuration.ts';
import { readCallbackParameters } from '../../packages/tpp/src/callback-parameters.ts';
import { readOauthError } from '../../packages/tpp/src/oauth-error.ts';
import * as answers from '../../packages/tpp/src/parse-answers.ts';
import { readRegistration } from '../../packages/tpp/src/registration/registration.ts';
import { parseRegistrationResult } from '../../packages/tpp/src/registration/registration-files.ts';
import { readTokenAnswer } from '../../packages/tpp/src/token-answer.ts';

/** Fails, with its own stack, unless a call returns or throws what this parser may throw. */
function ownRefusalOnly(call: () => unknown, own: readonly (new (...args: never[]) => Error)[]): void {
  try {
    call();
  } catch (error) {
    if (!own.some((kind) => error instanceof kind)) throw error;
  }
}

type Own = readonly (new (...args: never[]) => Error)[];

const FORM = { sessionId: 's', form: 'login', challengeId: undefined } as const;
const finder = routeFinder(
  [
    {
      method: 'GET',
      path: '/payments/:paymentId/submissions/:submissionId',
      answer: async () => ({ status: 200, body: {} }),
    },
  ],
  '/v1',
);

/** What reads a text of a stranger's, or says nothing of it by `undefined` or `false`. */
const OF_TEXT: readonly (readonly [name: string, parse: (text: string) => unknown, own?: Own])[] = [
  ['amounts in euros', protocol.parseAmountEUR],
  ['amounts in other currencies', (text) => protocol.parseCurrencyAmount(text, 'USD')],
  ['IBANs of SEPA', protocol.isSepaIban],
  ['Finnish IBANs', protocol.isFinnishIban],
  ['BICs', protocol.isBic],
  ['clearing ids', protocol.isClearingSystemId],
  ['Finnish references', protocol.isFinnishReference],
  ['creditor references', protocol.isCreditorReference],
  ['HTTP dates', protocol.parseHttpDate],
  ['durations', protocol.parseIsoDuration],
  ['scenarios', protocol.parseSandboxScenario],
  ['idempotency keys', protocol.parseIdempotencyKey],
  ['interaction ids', protocol.parseFapiInteractionId],
  ['payment ids', protocol.parsePaymentId],
  ['client ids', protocol.parseClientId],
  ['submission ids', protocol.parseSubmissionId],
  ['texts of payments', (text) => protocol.checkText(text, 140)],
  ['detached signatures', protocol.parseDetachedJws, [LupaError]],
  ['compact JWS', protocol.parseCompactJws, [LupaError]],
  [
    'paths',
    (text) => [
      finder.find('GET', text),
      finder.find('GET', `/v1/payments/${text}/submissions/${text}`),
      finder.allowedMethods(text),
    ],
  ],
  ['cookies', readBrowserCookie],
  ['form tokens', (text) => isTokenOf(text, 'cookie', FORM)],
  ['languages of a page', parseLanguage],
  ['languages a browser likes', (text) => chooseLanguage([text], text)],
  ['notices', parseNotice],
  ['addresses of proxies', isAddressOrNetwork],
  ['headers of a call', (text) => headersOf(text), [LupaError]],
  ['callbacks', (text) => readCallbackParameters(text, 'https://tpp.example/callback'), [TppError]],
  [
    'callbacks with fields',
    (text) => readCallbackParameters(`?${text}#${text}`, 'https://tpp.example/callback'),
    [TppError],
  ],
  ['registration results of a directory', parseRegistrationResult, [TppError]],
];

function headersOf(text: string) {
  const names = ['accept', 'content-encoding', ...Object.values(protocol.HEADERS)];
  const headers = Object.fromEntries(names.map((name) => [name, text]));
  ownRefusalOnly(() => checkHeaders(headers, { sandbox: false }), [LupaError]);
  ownRefusalOnly(() => checkHeaders(headers, { sandbox: true }), [LupaError]);
  ownRefusalOnly(() => requireIdempotencyKey(headers), [LupaError]);
  return recordedHeaders(headers);
}

const bodyBytes = (json: unknown) => Buffer.from(JSON.stringify(json) ?? 'null');
const RATES = { unitsPerEuro: (currency: string) => (currency === 'USD' ? 1 : undefined) } as never;
const ID = '0192b4c0-0000-7000-8000-000000000000';
const CLAIMS = {
  ...{
    aud: 'https://bank.example',
    iss: 'client',
    client_id: 'client',
    response_type: 'code',
    redirect_uri: 'https://tpp.example',
  },
  ...{ scope: 'openid payments', state: 'state', nonce: 'nonce', max_age: 86_400, exp: 900, iat: 1 },
  claims: {
    userinfo: { authorizationId: { value: ID, essential: true } },
    id_token: {
      authorizationId: { value: ID, essential: true },
      acr: { essential: true, values: ['urn:openbanking:psd2:sca'] },
    },
  },
};
const SEPA = {
  amountEUR: '4.00',
  payee: { iban: 'DE89370400440532013000', name: 'N', address: ['a', 'b'], country: 'DE' },
  payer: { iban: 'FI9259995020084225' },
  ...{ message: 'm', count: 2, authorizationId: ID, paymentOrder: 'SEPA', ultimatePayee: 'u', originalPayer: 'o' },
};
const FOREIGN = {
  ...{
    amount: '4.00',
    currency: 'USD',
    message: 'm',
    payer: SEPA.payer,
    detailsOfCharges: 'SHA',
    paymentOrder: 'NORM',
    count: 1,
  },
  payee: {
    name: 'N',
    bankAccount: { id: '12345', schemeName: 'BBAN', issuer: 'i' },
    financialInstitution: {
      bic: 'CHASUS33',
      name: 'n',
      foreignBankAddress: { address: 'a', city: 'c', country: 'US' },
    },
    foreignAddress: { addressLine1: 'a', addressLine2: 'b', country: 'US' },
  },
};
const TIMES = { created: '2019-11-01T10:00:00.000+02:00', modified: '2019-11-01T10:00:00.000+02:00' };
const PAYMENT = {
  ...SEPA,
  ...TIMES,
  paymentId: ID,
  status: 'Unauthorized',
  paymentType: 'SepaPayment',
  detailsOfCharges: 'SHA',
};
const REGISTRATION = {
  ...{
    aud: ['https://op.fi/'],
    iat: 1,
    exp: 2,
    jti: 'j',
    redirect_uris: ['https://tpp.example/c'],
    software_statement: 'e30.e30.AA',
  },
  grant_types: ['client_credentials', 'authorization_code', 'refresh_token'],
};
const STATEMENT = {
  ...{
    iss: 'T',
    iat: 1,
    exp: 2,
    jti: 'j',
    software_client_id: 's',
    software_roles: ['PIS'],
    org_id: 'FI-FINFSA-1',
    org_name: 'T',
  },
  ...{
    software_jwks_endpoint: 'https://tpp.example/j',
    software_client_name: 'T',
    software_redirect_uris: ['https://tpp.example/c'],
  },
  ...{ software_client_uri: 'https://tpp.example', org_contacts: [{ name: 'N', email: 'e', phone: 'p', type: 't' }] },
};
const ANSWERED = {
  ...{
    client_id: 'c',
    client_secret: 's',
    client_secret_expires_at: 0,
    api_key: 'k',
    redirect_uris: ['https://tpp.example/c'],
  },
  ...{
    registration_client_uri: 'https://bank.example/r',
    registration_access_token: 't',
    jwks_endpoint: 'https://tpp.example/j',
  },
};
const JWK = { kty: 'EC', crv: 'P-256', kid: 'k', use: 'sig', alg: 'ES256', x: 'AAAA', y: 'AAAA', x5c: ['MIIB'] };

/** What reads JSON of a stranger's, with JSON that is nearly right. */
const OF_JSON: readonly (readonly [name: string, right: object, parse: (json: unknown) => unknown, own: Own])[] = [
  ['SEPA payments', SEPA, (json) => readSepaPayment(bodyBytes(json), ['5']), [LupaError]],
  [
    'foreign payments',
    FOREIGN,
    (json) => readForeignPayment(bodyBytes(json), { bankCodes: ['5'], exchangeRates: RATES }),
    [LupaError],
  ],
  ['request objects', CLAIMS, protocol.parseRequestObjectClaims, []],
  ['exemption JWTs', { ...CLAIMS, response_type: 'token', scope: 'payments' }, protocol.parseExemptionClaims, []],
  ['registration JWTs', REGISTRATION, protocol.parseRegistrationClaims, [RegistrationRefused]],
  ['software statements', STATEMENT, protocol.parseSoftwareStatementClaims, [RegistrationRefused]],
  [
    'changes of a client',
    { redirect_uris: ['https://tpp.example/c'], client_name: 'T' },
    (json) => parseClientChange(json, {}),
    [RegistrationRefused],
  ],
  ['JWK sets', { keys: [JWK] }, protocol.parseJwkSet, [LupaError]],
  ['fetched key sets', { keys: [JWK] }, (json) => readKeySet(bodyBytes(json)), [RegistrationRefused, LupaError]],
  ['the bank’s payments', PAYMENT, answers.parsePayment, [TppError]],
  [
    'the bank’s tokens',
    { token_type: 'bearer', access_token: 'a', expires_in: 5 },
    (json) => readTokenAnswer({ status: 200, body: bodyBytes(json) } as never),
    [TppError],
  ],
  [
    'the bank’s OAuth errors',
    { error: 'e', error_description: 'd' },
    (json) => readOauthError(bodyBytes(json), ['s']),
    [],
  ],
  ['the bank’s answers to a registration', ANSWERED, (json) => readRegistration(bodyBytes(json)), [TppError]],
];

/** What grows the work of a careless pattern: the same again and again, up to as much as anybody may send. */
const REPEATED = [
  'a',
  ' ',
  '0',
  '9',
  ',',
  ';',
  '=',
  '%',
  '%20',
  '.',
  '-',
  '/',
  '..',
  'é',
  '\u{1f4a9}',
  'a=',
  'a;q=0,',
  'P1',
  '\t',
  '"',
  '&a',
  'FI',
  '[',
];
const MOST = 64 * 1024;

const text = fc.oneof(
  fc.string({ maxLength: 60 }),
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.string({ unit: fc.constantFrom(...'0123456789.,-+eE FIXPTDZ:=;%/"'), maxLength: 40 }),
);

describe('no text makes a reader of it fail otherwise than it says, or takes it long', () => {
  for (const [name, parse, own = []] of OF_TEXT) {
    test(name, () => {
      fc.assert(fc.property(text, (sent) => ownRefusalOnly(() => parse(sent), own)));
      for (const piece of REPEATED) {
        const long = piece.repeat(MOST / piece.length);
        for (const sent of [long, `1${long}`, `${long}!`]) ownRefusalOnly(() => parse(sent), own);
      }
    });
  }
});

/** The right JSON with one part of it something else, gone, or doubled. */
function almost(right: object): fc.Arbitrary<unknown> {
  const paths = [...pathsOf(right)];
  const other = fc.oneof(
    fc.jsonValue({ maxDepth: 3 }),
    fc.constant(undefined),
    text,
    fc.double(),
    fc.constantFrom({}, [], [[]], '__proto__'),
  );
  const changes = fc.array(fc.tuple(fc.constantFrom(...paths), other), { minLength: 0, maxLength: 3 });
  return changes.map((all) => all.reduce<unknown>((json, [path, value]) => withAt(json, path, value), right));
}

function* pathsOf(value: unknown, path: readonly string[] = []): Generator<readonly string[]> {
  yield path;
  if (typeof value !== 'object' || value === null) return;
  for (const [name, member] of Object.entries(value)) yield* pathsOf(member, [...path, name]);
  yield [...path, 'unheard of'];
}

function withAt(json: unknown, [first, ...rest]: readonly string[], value: unknown): unknown {
  if (first === undefined) return value;
  if (Array.isArray(json))
    return json.map((item, place) => (String(place) === first ? withAt(item, rest, value) : item));
  if (typeof json !== 'object' || json === null) return json;
  return { ...json, [first]: withAt((json as Record<string, unknown>)[first], rest, value) };
}

describe('no JSON makes a reader of it fail otherwise than it says', () => {
  for (const [name, right, parse, own] of OF_JSON) {
    test(name, () => {
      fc.assert(
        fc.property(fc.oneof(almost(right), fc.jsonValue()), (sent) => ownRefusalOnly(() => parse(sent), own)),
        {
          numRuns: 300,
        },
      );
    });
  }

  test('bytes, however deep, long or broken', () => {
    const { parseStrictJson } = protocol;
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) =>
        ownRefusalOnly(() => parseStrictJson(bytes), [LupaError]),
      ),
    );
    for (const piece of ['[', '{"a":', '"', '\\', '{"a":1,', '[1,', '\ufeff', ' ', '\\u', '"\\ud800",']) {
      const bytes = Buffer.from(piece.repeat(1024 * 1024));
      assert.throws(() => parseStrictJson(bytes.subarray(0, 1024 * 1024)), LupaError);
    }
  });
});

test('no configuration of a server makes its check fail', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'lupa-fuzz-'));
  try {
    const file = join(directory, 'lupa.json');
    const right = {
      database: { url: 'postgres://lupa@localhost/lupa' },
      api: {
        url: 'https://localhost:8443',
        host: '127.0.0.1',
        port: 8443,
        certificateFile: 'a.pem',
        trustedIssuersFile: 'c.pem',
      },
      authorize: { url: 'https://localhost:8444', port: 8444, privateKeyFile: 'b.pem' },
      keys: { responseSigningFile: 'r.pem', cookiesFile: 'k' },
      ...{
        bank: { codes: ['5'], bic: 'KARHFIHH' },
        limits: { calls: 5 },
        proxy: { addresses: ['10.0.0.0/8'] },
        workers: 2,
      },
    };
    await fc.assert(
      fc.asyncProperty(
        almost(right),
        fc.dictionary(fc.stringMatching(/^LUPA_[A-Z_]{1,20}$/), text),
        async (json, environment) => {
          writeFileSync(file, JSON.stringify(json) ?? '');
          const { configuration, problems } = await checkConfiguration({ file, environment });
          assert.ok(configuration !== undefined || problems.length > 0);
          for (const { what, mend } of problems) assert.ok(what !== '' && mend !== '');
        },
      ),
      { numRuns: 60 },
    );
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});
