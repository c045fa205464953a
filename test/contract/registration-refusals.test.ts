import assert from 'node:assert/strict';
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { REGISTRATION_CHECKS, type RegistrationCheck, type RegistrationErrorBody } from '@lupa/protocol';
import { jsonOf } from '../flow/support/https-call.ts';
import { RegisteringTpp, type RegistrationWishes, signJwt } from '../flow/support/registering-tpp.ts';
import { assertRegistrationRefused } from '../flow/support/registration-refusal.ts';
import { createSelfSigned } from '../flow/support/self-signed.ts';
import { startTestSandbox, type TestSandbox } from '../flow/support/test-sandbox.ts';
import { newKey, pemOf } from '../flow/support/tpp-identity.ts';
import { openTrustService, type TrustService } from '../support/certificate-authority.ts';

/** One thing that is wrong, the check that names it, and the nearest registration that is right. */
interface Row {
  readonly wrong: string;
  readonly check: RegistrationCheck | 'no connection';
  /** What the description must say beside. */
  readonly says?: RegExp;
  readonly with: (tpp: RegisteringTpp) => RegistrationWishes | Promise<RegistrationWishes>;
  readonly right: string;
  readonly nearest: (tpp: RegisteringTpp) => RegistrationWishes | Promise<RegistrationWishes>;
}

const now = () => Math.floor(Date.now() / 1000);
const nothing = () => ({});
const part = (jwt: string, place: number) => jwt.split('.')[place] ?? '';
const decoded = (text: string) => JSON.parse(Buffer.from(text, 'base64url').toString());
const encoded = (json: unknown) =>
  Buffer.from(typeof json === 'string' ? json : JSON.stringify(json)).toString('base64url');
/** The JWT with another header, its signature as it was. */
const withHeader = (jwt: string, header: object) =>
  `${encoded({ ...decoded(part(jwt, 0)), ...header })}.${part(jwt, 1)}.${part(jwt, 2)}`;
/** The JWT with one bit of its signature flipped. */
const flipped = (jwt: string) => {
  const signature = Buffer.from(part(jwt, 2), 'base64url');
  signature[0] = (signature[0] ?? 0) ^ 1;
  return `${part(jwt, 0)}.${part(jwt, 1)}.${signature.toString('base64url')}`;
};
const DAY = 86_400;

/** The CAs that the bank trusts beside its own. */
interface Authorities {
  readonly service: TrustService;
  /** Of the same, revoked before the bank first asked. */
  readonly revoked: { readonly cert: string; readonly key: string };
  /** Nobody can reach its revocation list. */
  readonly unreachable: TrustService;
}

/** Under TLS. */
const CERTIFICATES = (known: () => Authorities): readonly Row[] => {
  /** A connection with this certificate of the sandbox's CA. */
  const connection = async (tpp: RegisteringTpp, wishes: Parameters<RegisteringTpp['issue']>[1] = {}) => {
    const key = newKey();
    return { tls: { cert: await tpp.issue(key, wishes), key: pemOf(key) } };
  };
  const fresh = (tpp: RegisteringTpp) => connection(tpp);
  const right = 'another QWAC of the organisation';
  return [
    { wrong: 'signed by itself', check: 'no connection', with: async () => ({ tls: await createSelfSigned() }) },
    {
      wrong: 'of a CA the bank does not trust',
      check: 'no connection',
      with: async (tpp: RegisteringTpp) => {
        const stranger = await openTrustService();
        const tls = await stranger.issue({ organizationIdentifier: tpp.organisation });
        await stranger.close();
        return { tls };
      },
    },
    {
      wrong: 'below an authority the bank does not know',
      check: 'no connection',
      with: async (tpp: RegisteringTpp) => {
        const { issuer } = await known().service.issueAuthority();
        return { tls: await known().service.issue({ issuer, organizationIdentifier: tpp.organisation }) };
      },
    },
    {
      wrong: 'that expired yesterday',
      check: 'no connection',
      with: (tpp: RegisteringTpp) => connection(tpp, { now: new Date(Date.now() - 2 * DAY * 1000), lifetimeDays: 1 }),
    },
    {
      wrong: 'that is valid from tomorrow on',
      check: 'no connection',
      with: (tpp: RegisteringTpp) => connection(tpp, { now: new Date(Date.now() + DAY * 1000) }),
    },
    {
      wrong: 'that is a QSEALC',
      check: 'certificate',
      says: /seal/,
      with: (tpp: RegisteringTpp) => connection(tpp, { type: 'seal' }),
    },
    {
      wrong: 'without the role of payment initiation',
      check: 'certificate',
      says: /PSP_PI/,
      with: (tpp: RegisteringTpp) => connection(tpp, { roles: ['PSP_AI', 'PSP_IC'] }),
      right: 'a QWAC with that role among others',
      nearest: (tpp: RegisteringTpp) => connection(tpp, { roles: ['PSP_AI', 'PSP_PI'] }),
    },
    {
      wrong: 'that names no organisation as PSD2 has it',
      check: 'certificate',
      with: (tpp: RegisteringTpp) => connection(tpp, { organizationIdentifier: 'NTRFI-12345678' }),
    },
    {
      wrong: 'of another organisation than org_id',
      check: 'organisation',
      with: (tpp: RegisteringTpp) => connection(tpp, { organizationIdentifier: `${tpp.organisation}1` }),
    },
    {
      wrong: 'that was revoked',
      check: 'certificate',
      says: /^The certificate was revoked/,
      with: async () => ({ tls: known().revoked }),
      right: 'a QWAC of the same CA that was not',
      nearest: async (tpp: RegisteringTpp) => ({
        tls: await known().service.issue({ organizationIdentifier: tpp.organisation }),
      }),
    },
    {
      wrong: 'of which nobody can say whether it was revoked',
      check: 'certificate',
      says: /revocation list/,
      with: async (tpp: RegisteringTpp) => ({
        tls: await known().unreachable.issue({ organizationIdentifier: tpp.organisation }),
      }),
    },
    {
      wrong: 'of an RSA key of 1024 bits',
      check: 'no connection',
      with: async (tpp: RegisteringTpp) => {
        const key = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey;
        return { tls: { cert: await tpp.issue(key), key: pemOf(key) } };
      },
    },
  ].map((row) => ({ right, nearest: fresh, ...row, wrong: `a TLS certificate ${row.wrong}` }) as Row);
};

const CALLS: readonly Row[] = [
  {
    wrong: 'no developer key',
    check: 'developer-key',
    with: () => ({ headers: { 'x-api-key': '' } }),
    right: 'any developer key, in a sandbox',
    nearest: () => ({ headers: { 'x-api-key': 'x' } }),
  },
  {
    wrong: 'a compressed body',
    check: 'request',
    with: () => ({ headers: { 'content-encoding': 'gzip' } }),
    right: 'the encoding that is none',
    nearest: () => ({ headers: { 'content-encoding': 'identity' } }),
  },
  {
    wrong: 'a body of more than 64 KiB',
    check: 'request-size',
    with: () => ({ body: (right) => right + ' '.repeat(65_537 - right.length) }),
    right: 'a body of 64 KiB',
    nearest: () => ({ body: (right) => right + ' '.repeat(65_536 - right.length) }),
  },
  {
    wrong: 'no body',
    check: 'registration-jwt',
    with: () => ({ body: () => '' }),
    right: 'a body of any content type',
    nearest: () => ({ headers: { 'content-type': 'text/plain; charset' } }),
  },
];

const JWTS: readonly Row[] = [
  ...(
    [
      ['of two parts', (jwt) => `${part(jwt, 0)}.${part(jwt, 1)}`],
      ['of four parts', (jwt) => `${jwt}.x`],
      ['without a signature', (jwt) => `${part(jwt, 0)}.${part(jwt, 1)}.`],
      ['with padding', (jwt) => `${jwt}=`],
      ['with alg none', (jwt) => withHeader(jwt, { alg: 'none' })],
      ['with alg HS256', (jwt) => withHeader(jwt, { alg: 'HS256' })],
      ['without a kid', (jwt) => withHeader(jwt, { kid: undefined })],
      ['with crit', (jwt) => withHeader(jwt, { crit: ['exp'] })],
      ['whose payload is no JSON', (jwt) => `${part(jwt, 0)}.${encoded('{')}.${part(jwt, 2)}`],
      ['whose payload names a member twice', (jwt) => `${part(jwt, 0)}.${encoded('{"a":1,"a":2}')}.${part(jwt, 2)}`],
    ] as const satisfies readonly (readonly [string, (jwt: string) => string])[]
  ).flatMap(([what, change]): Row[] => [
    {
      wrong: `a registration JWT ${what}`,
      check: 'registration-jwt',
      with: () => ({ body: change }),
      right: 'the JWT with a line feed behind it',
      nearest: () => ({ body: (right) => `${right}\n` }),
    },
    {
      wrong: `a software statement ${what}`,
      check: 'software-statement',
      with: () => ({ softwareStatement: change }),
      right: 'the statement as it was signed',
      nearest: () => ({ softwareStatement: (right) => right }),
    },
  ]),
  {
    wrong: 'a registration JWT whose signature has one bit flipped',
    check: 'registration-signature',
    with: () => ({ body: flipped }),
    right: 'its signature',
    nearest: nothing,
  },
  {
    wrong: 'a registration JWT whose claims were changed after it was signed',
    check: 'registration-signature',
    with: () => ({
      body: (jwt) => `${part(jwt, 0)}.${encoded({ ...decoded(part(jwt, 1)), jti: 'x' })}.${part(jwt, 2)}`,
    }),
    right: 'the same claims, signed',
    nearest: () => ({ claims: { jti: 'x' } }),
  },
  {
    wrong: 'a registration JWT signed with a key that is not published',
    check: 'registration-signature',
    says: /no key of software_jwks_endpoint/,
    with: (tpp) => ({ signer: { ...tpp.sealSigner, kid: 'unpublished' }, statementSigner: tpp.sealSigner }),
    right: 'one that is: the QSEALC’s',
    nearest: (tpp) => ({ signer: tpp.sealSigner }),
  },
  {
    wrong: 'a registration JWT whose alg is not the key’s',
    check: 'registration-signature',
    with: () => ({ body: (jwt) => withHeader(jwt, { kid: 'seal' }) }),
    right: 'PS256 for an RSA key',
    nearest: (tpp) => ({ signer: { ...tpp.webSigner, alg: 'PS256' } }),
  },
  {
    wrong: 'a registration JWT signed by somebody else under the name of a published key',
    check: 'registration-signature',
    with: (tpp) => ({ signer: { ...tpp.sealSigner, key: newKey() }, statementSigner: tpp.sealSigner }),
    right: 'that key itself',
    nearest: (tpp) => ({ signer: tpp.sealSigner }),
  },
  {
    wrong: 'a software statement whose signature has one bit flipped',
    check: 'software-signature',
    with: () => ({ softwareStatement: flipped }),
    right: 'its signature',
    nearest: nothing,
  },
  {
    wrong: 'a software statement of another TPP',
    check: 'software-signature',
    with: (tpp) => ({ statementSigner: { kid: 'web', alg: 'RS256', key: otherKey(tpp) } }),
    right: 'its own, signed with its other key',
    nearest: (tpp) => ({ statementSigner: tpp.sealSigner }),
  },
  {
    wrong: 'a registration JWT that was used before',
    check: 'replay',
    with: async (tpp) => {
      const jti = randomUUID();
      assert.equal((await tpp.register({ claims: { jti } })).status, 201);
      return { claims: { jti } };
    },
    right: 'the same statement in a new one',
    nearest: nothing,
  },
];

const foreign = new WeakMap<RegisteringTpp, ReturnType<typeof newKey>>();
/** A key that somebody else publishes. */
function otherKey(tpp: RegisteringTpp) {
  const key = foreign.get(tpp) ?? generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  foreign.set(tpp, key);
  return key;
}

const CLAIMS: readonly Row[] = [
  ...(
    [
      [
        'registration-audience',
        'for another bank',
        { aud: 'https://other.example/' },
        { aud: ['x', 'https://op.fi/'] },
      ],
      ['registration-claims', 'without an audience', { aud: undefined }, { aud: 'https://op.fi/' }],
      ['registration-claims', 'without iat', { iat: undefined }, { iat: now() }],
      ['registration-claims', 'whose exp is a text', { exp: String(now() + 60) }, { exp: now() + 60 }],
      ['registration-times', 'that has expired', { exp: now() - 1 }, { exp: now() + 600 }],
      ['registration-times', 'from the future', { iat: now() + 600 }, { iat: now() + 5 }],
      ['registration-times', 'that lasts over a day', { exp: now() + DAY }, { exp: now() + DAY - 300 }],
      ['registration-claims', 'without a jti', { jti: undefined }, { jti: 'a-name-of-its-own' }],
      ['registration-claims', 'without a software statement', { software_statement: undefined }, {}],
      ['grant-types', 'with an unknown grant', { grant_types: ['password'] }, { grant_types: ['client_credentials'] }],
      ['redirect-uris', 'without redirect URIs', { redirect_uris: [] }, {}],
      [
        'redirect-uris',
        'with a redirect URI of plain http elsewhere',
        { redirect_uris: ['http://tpp.example/callback'] },
        { redirect_uris: ['https://tpp.example/callback'] },
      ],
      [
        'redirect-uris',
        'with a wildcard',
        { redirect_uris: ['https://*.tpp.example/callback'] },
        { redirect_uris: ['https://tpp.example/callback'] },
      ],
      [
        'redirect-uris',
        'with a fragment',
        { redirect_uris: ['https://tpp.example/callback#x'] },
        { redirect_uris: ['https://tpp.example/callback'] },
      ],
      [
        'software-redirect-uris',
        'with a redirect URI the statement does not list',
        { redirect_uris: ['https://tpp.example/callback/'] },
        { redirect_uris: ['https://tpp.example/callback'] },
      ],
    ] as const
  ).map(
    ([check, what, wrong, nearest]): Row => ({
      wrong: `a registration JWT ${what}`,
      check,
      with: () => ({ claims: wrong }),
      right: JSON.stringify(nearest),
      nearest: () => ({ claims: nearest }),
    }),
  ),
  ...(
    [
      ['software-times', 'that has expired', { exp: now() - 1 }, { exp: now() + 600 }],
      ['software-times', 'from the future', { iat: now() + 600 }, { iat: now() + 5 }],
      ['software-times', 'that lasts over a year', { exp: now() + 367 * DAY }, { exp: now() + 365 * DAY }],
      ['software-claims', 'without a software_client_id', { software_client_id: undefined }, {}],
      ['software-claims', 'without a name', { software_client_name: undefined }, {}],
      [
        'software-claims',
        'whose name reads backwards',
        { software_client_name: 'Kauppa\u202e' },
        { software_client_name: 'Kauppa €' },
      ],
      ['software-claims', 'with an unknown role', { software_roles: ['PIS', 'ASPSP'] }, { software_roles: ['PIS'] }],
      ['software-claims', 'whose org_id begins with PSD', { org_id: 'PSDFI-FINFSA-1' }, {}],
      ['organisation', 'of another organisation', { org_id: 'FI-FINFSA-1' }, {}],
      ['software-roles', 'with a role its organisation has not', { software_roles: ['PIS', 'AIS'] }, {}],
      [
        'key-set',
        'whose keys are on the bank’s own machine',
        { software_jwks_endpoint: 'https://localhost/jwks.json' },
        {},
      ],
      ['key-set', 'whose keys are at a literal address', { software_jwks_endpoint: 'https://[::ffff:127.0.0.1]/' }, {}],
      ['key-set', 'whose keys are at a metadata service', { software_jwks_endpoint: 'https://169.254.169.254/' }, {}],
      ['key-set', 'whose keys are fetched without TLS', { software_jwks_endpoint: 'http://tpp.example/jwks' }, {}],
      [
        'revoked-keys',
        'whose revoked keys are on the bank’s own machine',
        { software_jwks_revoked_endpoint: 'https://localhost/jwks.json' },
        { software_jwks_revoked_endpoint: undefined },
      ],
    ] as const
  ).map(
    ([check, what, wrong, nearest]): Row => ({
      wrong: `a software statement ${what}`,
      check,
      with: () => ({ statement: wrong }),
      right: JSON.stringify(nearest),
      nearest: () => ({ statement: nearest }),
    }),
  ),
];

const seal = (tpp: RegisteringTpp) => tpp.keys[1] ?? {};
const web = (tpp: RegisteringTpp) => tpp.keys[0] ?? {};
/** The keys with a QSEALC that was wished for instead of the right one. */
const sealed = async (tpp: RegisteringTpp, wishes: Parameters<RegisteringTpp['issue']>[1]) => ({
  keys: [web(tpp), tpp.jwk('seal', tpp.sealKey, await tpp.issue(tpp.sealKey, { type: 'seal', ...wishes }))],
});

const KEY_SETS: readonly Row[] = [
  { wrong: 'that is none', check: 'key-set', with: () => ({ keys: 'none' }) },
  {
    wrong: 'that publishes a private key',
    check: 'key-set',
    says: /private key/,
    with: (tpp: RegisteringTpp) => ({
      keys: [...tpp.keys, { ...tpp.sealKey.export({ format: 'jwk' }), kid: 'private' }],
    }),
  },
  {
    wrong: 'with two keys of one name',
    check: 'key-set',
    with: (tpp: RegisteringTpp) => ({ keys: [...tpp.keys, seal(tpp)] }),
  },
  {
    wrong: 'of 17 keys',
    check: 'key-set',
    with: (tpp: RegisteringTpp) => ({
      keys: [...tpp.keys, ...Array.from({ length: 15 }, (_, place) => ({ ...seal(tpp), kid: `seal-${place}` }))],
    }),
    right: 'one of 16',
    nearest: (tpp: RegisteringTpp) => ({
      keys: [...tpp.keys, ...Array.from({ length: 14 }, (_, place) => ({ ...seal(tpp), kid: `seal-${place}` }))],
    }),
  },
  { wrong: 'without keys', check: 'key-certificates', with: () => ({ keys: [] }) },
  {
    wrong: 'without certificates',
    check: 'key-certificates',
    says: /x5c/,
    with: (tpp: RegisteringTpp) => ({ keys: tpp.keys.map((jwk) => ({ ...jwk, x5c: undefined })) }),
  },
  {
    wrong: 'with certificates in base64url',
    check: 'key-certificates',
    says: /x5c/,
    with: (tpp: RegisteringTpp) => ({
      keys: tpp.keys.map((jwk) => ({ ...jwk, x5c: ['-_'.repeat(500)] })),
    }),
  },
  {
    wrong: 'with the QWAC alone',
    check: 'key-certificates',
    says: /QSEALC/,
    with: (tpp: RegisteringTpp) => ({ keys: [web(tpp)] }),
  },
  {
    wrong: 'whose seal is certified for another key',
    check: 'key-certificates',
    says: /another key/,
    with: async (tpp: RegisteringTpp) => ({
      keys: [web(tpp), tpp.jwk('seal', tpp.sealKey, await tpp.issue(newKey(), { type: 'seal' }))],
    }),
  },
  {
    wrong: 'whose seal expired yesterday',
    check: 'key-certificates',
    says: /expired/,
    with: (tpp: RegisteringTpp) => sealed(tpp, { now: new Date(Date.now() - 2 * DAY * 1000), lifetimeDays: 1 }),
    right: 'one that expires tomorrow',
    nearest: (tpp: RegisteringTpp) => sealed(tpp, { lifetimeDays: 1 }),
  },
  {
    wrong: 'whose seal is of a CA the bank does not trust',
    check: 'key-certificates',
    with: async (tpp: RegisteringTpp) => {
      const stranger = await openTrustService();
      const { cert } = await stranger.issue({
        type: 'seal',
        organizationIdentifier: tpp.organisation,
        key: tpp.sealKey,
      });
      await stranger.close();
      return { keys: [web(tpp), tpp.jwk('seal', tpp.sealKey, cert)] };
    },
  },
  {
    wrong: 'with a key of another organisation beside the right ones',
    check: 'key-certificates',
    says: /another organisation/,
    with: async (tpp: RegisteringTpp) => {
      const key = newKey();
      const cert = await tpp.issue(key, { type: 'seal', organizationIdentifier: 'PSDFI-FINFSA-1' });
      return { keys: [...tpp.keys, tpp.jwk('foreign', key, cert)] };
    },
    right: 'a second one of its own',
    nearest: async (tpp: RegisteringTpp) => {
      const key = newKey();
      return { keys: [...tpp.keys, tpp.jwk('second', key, await tpp.issue(key, { type: 'seal' }))] };
    },
  },
  {
    wrong: 'whose signing key is revoked by its owner',
    check: 'registration-signature',
    says: /no key of software_jwks_endpoint/,
    with: () => ({ revokedKeys: [{ kid: 'web' }] }),
    right: 'one that revokes a key nobody uses',
    nearest: () => ({ revokedKeys: [{ kid: 'old' }] }),
  },
  { wrong: 'whose set of revoked keys is none', check: 'revoked-keys', with: () => ({ revokedKeys: 7 }) },
  {
    wrong: 'whose signing key has an expired certificate',
    check: 'registration-signature',
    says: /expired/,
    with: async (tpp: RegisteringTpp) => {
      const past = { now: new Date(Date.now() - 2 * DAY * 1000), lifetimeDays: 1 };
      return { keys: [tpp.jwk('web', tpp.tlsKey, await tpp.issue(tpp.tlsKey, past)), seal(tpp)] };
    },
    right: 'the same set, signed with the seal',
    nearest: async (tpp: RegisteringTpp) => {
      const past = { now: new Date(Date.now() - 2 * DAY * 1000), lifetimeDays: 1 };
      const keys = [tpp.jwk('web', tpp.tlsKey, await tpp.issue(tpp.tlsKey, past)), seal(tpp)];
      return { keys, signer: tpp.sealSigner };
    },
  },
].map((row) => ({ right: 'the TPP’s own set', nearest: nothing, ...row, wrong: `a key set ${row.wrong}` }) as Row);

describe('a registration is refused by the check that fails, and leaves nothing behind', () => {
  let bank: TestSandbox;
  let authorities: Authorities;
  before(async () => {
    const [service, unreachable] = await Promise.all([openTrustService(), openTrustService()]);
    const revoked = await service.issue();
    service.revoke(revoked);
    authorities = { service, revoked, unreachable };
    bank = await startTestSandbox({
      trustedIssuers: `${service.ca}\n${unreachable.ca}`,
      revocationLists: [service.listUrl],
    });
  });
  after(async () => {
    await bank.close();
    await Promise.all([authorities.service.close(), authorities.unreachable.close()]);
  });

  const rows = [...CERTIFICATES(() => authorities), ...CALLS, ...JWTS, ...CLAIMS, ...KEY_SETS];
  test('there are rows for every check that a TPP can fail here', () => {
    const named = new Set(rows.map(({ check }) => check));
    const elsewhere = ['registration-token', 'certificate-organisation', 'rate', 'limit', 'unavailable', 'internal'];
    for (const check of Object.keys(REGISTRATION_CHECKS)) {
      assert.ok(named.has(check as RegistrationCheck) || elsewhere.includes(check), check);
    }
    assert.ok(rows.length >= 40, String(rows.length));
  });

  for (const { wrong, check, says, right, nearest, ...row } of rows) {
    test(`${wrong}: ${check}; but not ${right}`, async () => {
      const tpp = await RegisteringTpp.of(bank.sandbox);
      const wishes = await row.with(tpp);
      await bank.store.unchangedBy(async () => {
        const sent = tpp.register(wishes);
        if (check === 'no connection') {
          await assert.rejects(sent, (error: NodeJS.ErrnoException) => /ECONN|EPROTO|SSL|EPIPE/.test(error.code ?? ''));
          return;
        }
        const answer = await sent;
        const description = assertRegistrationRefused(answer, check);
        assert.match(description, says ?? /./);
      }, ['revocation_lists', 'rate_counts']);
      const accepted = await tpp.register(await nearest(tpp));
      assert.equal(accepted.status, 201, accepted.bytes.toString());
    });
  }

  test('of two mistakes the earlier check is told', async () => {
    const tpp = await RegisteringTpp.of(bank.sandbox);
    const both: readonly [RegistrationCheck, RegistrationWishes][] = [
      ['request-size', { headers: { 'x-api-key': '' }, body: () => ' '.repeat(65_537) }],
      ['developer-key', { headers: { 'x-api-key': '', 'content-encoding': 'gzip' } }],
      ['request', { headers: { 'content-encoding': 'gzip' }, body: () => 'x' }],
      ['registration-jwt', { body: () => 'x', claims: { aud: 'x' } }],
      ['registration-claims', { claims: { jti: undefined, grant_types: [] } }],
      ['grant-types', { claims: { grant_types: [], redirect_uris: [] } }],
      ['redirect-uris', { claims: { redirect_uris: [], aud: 'x' } }],
      ['registration-audience', { claims: { aud: 'x', exp: 1, iat: 0 } }],
      ['registration-times', { claims: { exp: 1, iat: 0 }, softwareStatement: () => 'x' }],
      ['software-statement', { softwareStatement: () => 'x', keys: 'none' }],
      ['software-claims', { statement: { software_client_name: '', exp: 1, iat: 0 } }],
      ['software-times', { statement: { exp: 1, iat: 0, org_id: 'FI-FINFSA-1' } }],
      ['organisation', { statement: { org_id: 'FI-FINFSA-1', software_roles: ['AIS'] } }],
      ['software-roles', { statement: { software_roles: ['AIS'], software_redirect_uris: ['https://x.example'] } }],
      ['software-redirect-uris', { statement: { software_redirect_uris: ['https://x.example'] }, keys: 'none' }],
      ['key-set', { keys: 'none', revokedKeys: 7 }],
      ['revoked-keys', { revokedKeys: 7, keys: [] }],
      ['key-certificates', { keys: [web(tpp)], body: flipped }],
      ['registration-signature', { body: flipped, softwareStatement: flipped }],
    ];
    for (const [check, wishes] of both) {
      const answer = await tpp.register(wishes);
      assert.equal(jsonOf<RegistrationErrorBody>(answer).check, check, answer.bytes.toString());
    }
  });

  test('whoever has lost the answer registers anew: nothing is in the way', async () => {
    const tpp = await RegisteringTpp.of(bank.sandbox);
    for (let count = 0; count < 3; count += 1) assert.equal((await tpp.register()).status, 201);
    const body = tpp.body();
    const answers = await Promise.all([tpp.send(body), tpp.send(body), tpp.send(body)]);
    assert.deepEqual(answers.map(({ status }) => status).toSorted(), [201, 400, 400]);
  });

  test('a hundred bytes of noise in the place of a JWT are refused, whatever they are', async () => {
    const tpp = await RegisteringTpp.of(bank.sandbox);
    const right = signJwt({}, tpp.sealSigner);
    for (let seed = 0; seed < 20; seed += 1) {
      const noise = Buffer.from(Array.from({ length: 100 }, (_, place) => (seed * 31 + place * 17) % 256));
      const answer = await tpp.send(seed % 2 === 0 ? noise : Buffer.concat([Buffer.from(right), noise]));
      assert.equal(jsonOf<RegistrationErrorBody>(answer).check, 'registration-jwt');
    }
  });
});
