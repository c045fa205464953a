import assert from 'node:assert/strict';
import { chmodSync, copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { makeServeFiles, RSA, type ServeFiles, sandboxDirectoryIn } from '../../../test/serve/support/serve-files.ts';
import { checkConfiguration } from '../src/configuration/check-configuration.ts';

type Change = Readonly<Record<string, unknown>>;

describe('a configuration is checked whole before anything starts', () => {
  let files: ServeFiles;

  before(() => {
    files = makeServeFiles();
    const { certify, directory } = files;
    certify('weak', { newkey: ['-newkey', 'rsa:1024'] });
    certify('small-curve', { newkey: ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:secp224r1'] });
    certify('p384', { newkey: ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:secp384r1'] });
    certify('rsa', { newkey: RSA });
    certify('expired', { days: -1 });
    certify('elsewhere', { names: 'DNS:elsewhere.example' });
    certify('of-sandbox', { subject: '/C=FI/O=Lupa Sandbox/CN=localhost' });
    certify('sandbox-ca', { subject: '/C=FI/O=Lupa Sandbox/CN=Lupa Sandbox CA', isAuthority: true });
    certify('weak-ca', { newkey: ['-newkey', 'rsa:1024'], isAuthority: true });
    certify('other-ca', { isAuthority: true });
    writeFileSync(join(directory, 'two-issuers.pem'), read('ca.pem') + read('other-ca.pem'));
    writeFileSync(join(directory, 'issuer-and-weak.pem'), read('ca.pem') + read('weak-ca.pem'));
    copyFileSync(join(directory, 'response-key.pem'), join(sandboxDirectoryIn(directory), 'response-key.pem'));
    chmodSync(join(directory, 'sandbox', 'response-key.pem'), 0o600);
    copyFileSync(join(directory, 'response-key.pem'), join(directory, 'open-key.pem'));
    chmodSync(join(directory, 'open-key.pem'), 0o644);
    writeFileSync(join(directory, 'broken.pem'), '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n');
    writeFileSync(join(directory, 'short-secret'), `${'x'.repeat(31)}\n`);
  });
  after(() => files.remove());

  const read = (name: string) => readFileSync(join(files.directory, name), 'utf8');

  /** Members changed by their path; `undefined` takes one out. */
  function changed(changes: Change): object {
    const configuration = structuredClone(files.members) as Record<string, unknown>;
    for (const [path, value] of Object.entries(changes)) {
      const names = path.split('.');
      const last = names.pop() ?? '';
      let place = configuration;
      for (const name of names) {
        place[name] ??= {};
        place = place[name] as Record<string, unknown>;
      }
      if (value === undefined) delete place[last];
      else place[last] = value;
    }
    return configuration;
  }

  /** @returns each problem as `where: what` */
  async function problemsOf(changes: Change, environment: NodeJS.ProcessEnv = {}): Promise<string[]> {
    const file = files.write(changed(changes));
    const { configuration, problems } = await checkConfiguration({ file, environment });
    assert.equal(
      configuration === undefined,
      problems.some(({ kind }) => kind === 'mistake'),
    );
    for (const { mend } of problems) assert.ok(mend.length > 5, 'each problem says how to mend it');
    return problems.map(({ kind, where, what }) => `${kind} ${where.replace(` in ${file}`, '')}: ${what}`);
  }

  const GOOD: readonly [string, Change][] = [
    ['the configuration of the examples', {}],
    ['a listener’s key on P-384', { 'api.certificateFile': 'p384.pem', 'api.privateKeyFile': 'p384-key.pem' }],
    [
      'a listener’s key of RSA with 2048 bits',
      { 'api.certificateFile': 'rsa.pem', 'api.privateKeyFile': 'rsa-key.pem' },
    ],
    ['several trusted issuers', { 'api.trustedIssuersFile': 'two-issuers.pem' }],
    [
      'issuers of the key servers of TPPs',
      { registration: { developerKeys: ['ab'.repeat(32)], keyServerIssuersFile: 'two-issuers.pem' } },
    ],
    ['answers signed with RSA', { 'keys.responseSigningFile': 'id-token-key.pem' }],
    ['an empty list of audiences', { audiences: [] }],
    ['a lifetime as long as the contract’s', { 'lifetimes.codeSeconds': 60 }],
    ['a rate', { 'bank.exchangeRates': { USD: '1.0850' } }],
    [
      'revocation lists, also of the bank’s own network',
      { 'revocation.lists': ['https://crl.example/ca.crl', 'http://10.1.2.3/ca.crl'], 'revocation.refreshSeconds': 40 },
    ],
    ['a path below the API’s host', { 'api.url': 'https://localhost:8443/psd2' }],
    ['a remote database over TLS', { 'database.url': 'postgres://db.example/lupa?sslmode=verify-full' }],
    ['keys remembered as long as a payment waits', { idempotencyKeyDays: 2, unauthorizedSeconds: 172_800 }],
    ['a database of two servers', { 'database.url': 'postgres://bank@127.0.0.1:5432,127.0.0.1:5433/lupa' }],
    ['a list of databases', { 'database.url': ['postgres://bank@localhost/lupa', 'postgres://bank@127.0.0.1/lupa'] }],
    ['a database on a Unix socket', { 'database.url': 'postgres:///lupa?host=/run/postgresql' }],
    [
      'a proxy in a network of the bank’s, over TLS',
      {
        proxy: {
          ...{ host: '10.0.0.8', addresses: ['10.0.0.0/24', '::1'] },
          ...{ certificateFile: 'p384.pem', privateKeyFile: 'p384-key.pem' },
        },
      },
    ],
    [
      'as many connections as anybody likes, or of some addresses',
      { 'limits.connectionsPerSecond': 0, 'limits.connectionsExempt': ['10.0.0.7', '2001:db8::/48'] },
    ],
    [
      'keys that take turns',
      {
        'keys.responseSigningFile': undefined,
        'keys.responseSigning': [
          { privateKeyFile: 'response-key.pem', retiresAt: '2030-01-01T00:00:00Z' },
          { privateKeyFile: 'rsa-key.pem', signsFrom: '2029-01-01T00:00:00Z' },
        ],
      },
    ],
  ];
  for (const [name, changes] of GOOD) {
    test(`good: ${name}`, async () => assert.deepEqual(await problemsOf(changes), []));
  }

  const BAD: readonly [string, Change, RegExp][] = [
    ['a member nobody knows', { 'api.prt': 1 }, /^mistake api\.prt: There is no such member/],
    ['a section that is none', { log: 'x' }, /^mistake log: It is not an object/],
    ['sandbox pages', { 'sandbox.pages': true }, /^mistake sandbox: .*approve payments/],
    ['sandbox scenarios, even off', { sandbox: { scenarios: false } }, /^mistake sandbox: /],
    ['PGlite by its directory', { 'database.directory': './store' }, /^mistake database\.directory: .*PGlite/],
    ['PGlite as the address', { 'database.url': './store' }, /^mistake database\.url: .*PGlite/],
    ['a database that is no PostgreSQL', { 'database.url': 'mysql://a/b' }, /^mistake database\.url: It is not/],
    [
      'no PostgreSQL among several',
      { 'database.url': ['postgres://a/b', './store'] },
      /^mistake database\.url: .*PGlite/,
    ],
    [
      'a second server without a port',
      { 'database.url': 'postgres://a:5432,b:x/c' },
      /^mistake database\.url: It is not/,
    ],
    ['an empty list of databases', { 'database.url': [] }, /^mistake database\.url: It is missing/],
    [
      'keys forgotten before their payments are',
      { idempotencyKeyDays: 2, unauthorizedSeconds: 172_801 },
      /^mistake idempotencyKeyDays.*: A payment waits/,
    ],
    ['no database', { database: {} }, /^mistake database\.url \(variable LUPA_DATABASE_URL\): It is missing/],
    ['a plain-http issuer', { 'authorize.url': 'http://localhost:8444' }, /^mistake authorize\.url: .*plain http/],
    ['a plain-http API', { 'api.url': 'http://localhost:8443' }, /^mistake api\.url: .*plain http/],
    ['an issuer with a path', { 'authorize.url': 'https://localhost:8444/a' }, /^mistake authorize\.url: .*origin/],
    ['a slash at the end', { 'api.url': 'https://localhost:8443/' }, /^mistake api\.url: .*slash/],
    ['a user in an address', { 'api.url': 'https://a@localhost:8443' }, /^mistake api\.url: .*without user/],
    ['a name to listen on', { 'api.host': 'localhost' }, /^mistake api\.host: localhost is not an address/],
    ['port 0', { 'api.port': 0 }, /^mistake api\.port: It is 0/],
    ['one port for both', { 'authorize.port': 8443 }, /^mistake authorize\.port: Both listeners are on port 8443/],
    [
      'a certificate that is not there',
      { 'api.certificateFile': 'none.pem' },
      /^mistake api\.certificateFile: .*no such file/,
    ],
    [
      'a certificate that cannot be read',
      { 'api.certificateFile': 'broken.pem' },
      /^mistake api\.certificateFile: The certificate cannot/,
    ],
    [
      'a key where a certificate belongs',
      { 'api.certificateFile': 'api-key.pem' },
      /^mistake api\.certificateFile: .*no certificate/,
    ],
    [
      'a path where PEM belongs',
      { 'api.privateKeyFile': undefined, 'api.privateKey': 'api-key.pem' },
      /^mistake api\.privateKey: It holds no private key/,
    ],
    [
      'another certificate’s key',
      { 'api.privateKeyFile': 'authorize-key.pem' },
      /^mistake api\.privateKeyFile: It is not the key/,
    ],
    [
      'an expired certificate',
      { 'api.certificateFile': 'expired.pem', 'api.privateKeyFile': 'expired-key.pem' },
      /^mistake api\.certificateFile: .*expired at 2/,
    ],
    [
      'another host’s certificate',
      { 'api.certificateFile': 'elsewhere.pem', 'api.privateKeyFile': 'elsewhere-key.pem' },
      /^mistake api\.certificateFile: .*DNS:elsewhere\.example, not for localhost/,
    ],
    [
      'a sandbox’s certificate',
      { 'api.certificateFile': 'of-sandbox.pem', 'api.privateKeyFile': 'of-sandbox-key.pem' },
      /^mistake api\.certificateFile: .*sandbox’s/,
    ],
    [
      'the sandbox CA as a trusted issuer',
      { 'api.trustedIssuersFile': 'sandbox-ca.pem' },
      /^mistake api\.trustedIssuersFile: .*sandbox’s/,
    ],
    [
      'a trusted issuer that is none',
      { 'api.trustedIssuersFile': 'rsa.pem' },
      /^mistake api\.trustedIssuersFile: .*no issuer’s/,
    ],
    [
      'a weak key among trusted issuers',
      { 'api.trustedIssuersFile': 'issuer-and-weak.pem' },
      /^mistake api\.trustedIssuersFile: .*RSA key of 1024 bits/,
    ],
    [
      'an issuer of key servers that is none',
      { registration: { developerKeys: ['ab'.repeat(32)], keyServerIssuersFile: 'rsa.pem' } },
      /^mistake registration\.keyServerIssuersFile: .*no issuer’s/,
    ],
    [
      'the sandbox CA as an issuer of key servers',
      { registration: { developerKeys: ['ab'.repeat(32)], keyServerIssuersFile: 'sandbox-ca.pem' } },
      /^mistake registration\.keyServerIssuersFile: .*sandbox’s/,
    ],
    [
      'a path in the place of the issuers of key servers',
      { registration: { developerKeys: ['ab'.repeat(32)], keyServerIssuers: 'ca.pem' } },
      /^mistake registration\.keyServerIssuers: It holds no certificate in PEM/,
    ],
    [
      'issuers of key servers where nobody registers',
      { 'registration.keyServerIssuersFile': 'ca.pem' },
      /^warning registration\.keyServerIssuersFile: .*without effect/,
    ],
    [
      'a signing key of RSA with 1024 bits',
      { 'keys.idTokensFile': 'weak-key.pem' },
      /^mistake keys\.idTokensFile: It is an RSA key of 1024 bits/,
    ],
    [
      'a signing key on a smaller curve than P-256',
      { 'keys.responseSigningFile': 'small-curve-key.pem' },
      /^mistake keys\.responseSigningFile: It is a key on the curve secp224r1/,
    ],
    [
      'a signing key of a curve no algorithm is for',
      { 'keys.responseSigningFile': 'p384-key.pem' },
      /^mistake keys\.responseSigningFile: It is a key of another kind/,
    ],
    [
      'ID tokens signed with P-256',
      { 'keys.idTokensFile': 'response-key.pem' },
      /^mistake keys\.idTokensFile: It is a key of another kind/,
    ],
    [
      'a key of a sandbox’s data directory',
      { 'keys.responseSigningFile': 'sandbox/response-key.pem' },
      /^mistake keys\.responseSigningFile: .*data directory of a Lupa sandbox/,
    ],
    [
      'a key that everybody may read',
      { 'keys.responseSigningFile': 'open-key.pem' },
      /^warning keys\.responseSigningFile: Everybody on this machine/,
    ],
    [
      'a member and its file',
      { 'keys.factorSecret': 'x'.repeat(40) },
      /^mistake keys\.factorSecret(?:File)?: Both keys\.factorSecret and/,
    ],
    [
      'a short secret',
      { 'keys.factorSecretFile': 'short-secret' },
      /^mistake keys\.factorSecretFile: It has 31 characters/,
    ],
    [
      'a short cookie secret',
      { 'keys.cookiesFile': 'short-secret' },
      /^mistake keys\.cookiesFile: It has 31 characters/,
    ],
    ['a bank code that is none', { 'bank.codes': ['5', 'FI'] }, /^mistake bank\.codes: "FI"/],
    ['no bank codes', { 'bank.codes': undefined }, /^mistake bank\.codes .*: It is missing/],
    ['a BIC that is none', { 'bank.bic': 'KARHU' }, /^mistake bank\.bic: KARHU/],
    ['a rate of no currency', { 'bank.exchangeRates': { XXX: '1' } }, /^mistake bank\.exchangeRates: XXX/],
    ['a rate of nothing', { 'bank.exchangeRates': { USD: '0' } }, /^mistake bank\.exchangeRates: 0/],
    [
      'a lifetime longer than the contract’s',
      { 'lifetimes.codeSeconds': 61 },
      /^mistake lifetimes\.codeSeconds: It is 61/,
    ],
    [
      'a revocation list that is none',
      { 'revocation.lists': ['ldap://ca.example'] },
      /^mistake revocation\.lists: "ldap:/,
    ],
    [
      'a list renewed too seldom to refuse a revoked certificate within a minute',
      { 'revocation.refreshSeconds': 41 },
      /^mistake revocation\.refreshSeconds: It is 41/,
    ],
    ['no worker', { workers: 0 }, /^mistake workers: It is 0/],
    ['a level nobody knows', { 'log.level': 'loud' }, /^mistake log\.level: It is "loud"/],
    [
      'a database elsewhere without TLS',
      { 'database.url': 'postgres://db.example/lupa' },
      /^warning database\.url: .*no TLS/,
    ],
    [
      'an address without a limit that is none',
      { 'limits.connectionsExempt': ['10.0.0.7', 'the proxy'] },
      /^mistake limits\.connectionsExempt: the proxy is neither/,
    ],
    ['a burst of no connections', { 'limits.connectionBurst': 0 }, /^mistake limits\.connectionBurst: It is 0/],
    ['a proxy without addresses', { proxy: { port: 8445 } }, /^mistake proxy\.addresses .*: It is missing/],
    [
      'a proxy that is everybody',
      { proxy: { addresses: ['0.0.0.0/0'] } },
      /^mistake proxy\.addresses: 0\.0\.0\.0\/0 is everybody/,
    ],
    ['a proxy by its name', { proxy: { addresses: ['proxy'] } }, /^mistake proxy\.addresses: proxy is neither/],
    [
      'a proxy’s certificate without its key',
      { proxy: { addresses: ['127.0.0.1'], certificateFile: 'p384.pem' } },
      /^mistake proxy\.privateKey .*: It is missing/,
    ],
    [
      'a proxy elsewhere without TLS',
      { proxy: { addresses: ['10.0.0.7'], host: '10.0.0.8' } },
      /^warning proxy\.host: .*in the clear/,
    ],
    [
      'keys that all retire',
      {
        'keys.responseSigningFile': undefined,
        'keys.responseSigning': [{ privateKeyFile: 'response-key.pem', retiresAt: '2030-01-01T00:00:00Z' }],
      },
      /^mistake keys\.responseSigning: Every key retires/,
    ],
    [
      'the same key twice',
      {
        'keys.responseSigningFile': undefined,
        'keys.responseSigning': [{ privateKeyFile: 'response-key.pem' }, { privateKeyFile: 'response-key.pem' }],
      },
      /^mistake keys\.responseSigning: It holds the same key twice/,
    ],
    [
      'a time that is none',
      {
        'keys.responseSigningFile': undefined,
        'keys.responseSigning': [{ privateKeyFile: 'response-key.pem', signsFrom: 'tomorrow' }],
      },
      /^mistake keys\.responseSigning: "tomorrow" is no time/,
    ],
  ];
  for (const [name, changes, expected] of BAD) {
    test(`${expected.source.startsWith('^warning') ? 'warned of' : 'refused'}: ${name}`, async () => {
      const problems = await problemsOf(changes);
      assert.equal(problems.length, 1, problems.join('\n'));
      assert.match(problems[0] ?? '', expected);
    });
  }

  test('every mistake is said at once', async () => {
    const problems = await problemsOf({
      'database.url': './store',
      'api.url': 'http://localhost:8443',
      'api.trustedIssuersFile': 'sandbox-ca.pem',
      'authorize.privateKeyFile': 'none.pem',
      'keys.idTokensFile': 'weak-key.pem',
      'bank.codes': undefined,
      sandbox: {},
      workers: 'many',
    });
    assert.equal(problems.length, 8, problems.join('\n'));
  });

  test('certificates of the future are refused, by the time that is given', async () => {
    const yesterday = new Date(Date.now() - 86_400_000);
    const { problems } = await checkConfiguration({ file: files.write(files.members), environment: {} }, yesterday);
    assert.equal(problems.length, 3);
    assert.ok(problems.every(({ kind, what }) => kind === 'mistake' && what.includes('is not good before 2')));
  });

  test('a certificate that soon expires is warned of', async () => {
    const later = new Date(Date.now() + 360 * 86_400_000);
    const { problems } = await checkConfiguration({ file: files.write(files.members), environment: {} }, later);
    assert.equal(problems.length, 2);
    assert.ok(problems.every(({ kind, what }) => kind === 'warning' && /expires in \d days/.test(what)));
  });

  test('a file with nothing in it is told what is missing, member by member', async () => {
    const { problems } = await checkConfiguration({ file: files.write({}), environment: {} });
    assert.ok(problems.every(({ what }) => what.startsWith('It is missing: ')));
    assert.equal(problems.length, 13);
  });

  test('whoever says nothing at all is asked for a file, and with one variable for what is missing beside it', async () => {
    const { configuration, problems } = await checkConfiguration({ file: undefined, environment: { LUPA_CONFIG: '' } });
    assert.equal(configuration, undefined);
    assert.deepEqual(
      problems.map(({ what }) => what),
      ['There is no configuration: no file is named, and no variable is set.'],
    );
    const one = await checkConfiguration({ file: undefined, environment: { LUPA_WORKERS: '2' } });
    assert.equal(one.problems.length, 13);
  });

  test('the environment goes before the file, member by member', async () => {
    const file = files.write(changed({ workers: 3, drainSeconds: 5, hangSeconds: 45 }));
    const environment = { LUPA_WORKERS: '4', LUPA_BANK_CODES: '5, 6', LUPA_BANK_EXCHANGE_RATES: 'USD=1.1' };
    const { configuration } = await checkConfiguration({ file, environment });
    assert.equal(configuration?.workers, 4);
    assert.equal(configuration?.drainSeconds, 5);
    assert.equal(configuration?.hangSeconds, 45);
    assert.deepEqual(configuration?.bank.bankCodes, ['5', '6']);
    assert.equal(configuration?.bank.exchangeRates?.unitsPerEuro('USD'), '1.1');
  });

  test('connections of one address are limited, but for this machine’s own, unless the configuration says otherwise', async () => {
    const limitOf = async (limits: Change) => {
      const { configuration } = await checkConfiguration({ file: files.write(changed(limits)), environment: {} });
      return configuration?.bank.addressLimit;
    };
    assert.deepEqual(await limitOf({}), { perSecond: 50, burst: 200, exempt: ['127.0.0.1', '::1'] });
    assert.equal(await limitOf({ 'limits.connectionsPerSecond': 0 }), undefined);
    assert.deepEqual(await limitOf({ 'limits.connectionsPerSecond': 7, 'limits.connectionsExempt': ['10.0.0.0/8'] }), {
      perSecond: 7,
      burst: 200,
      exempt: ['10.0.0.0/8'],
    });
  });

  test('the issuers of key servers reach the bank as they stand in their file', async () => {
    const registration = { developerKeys: ['ab'.repeat(32)], keyServerIssuersFile: 'two-issuers.pem' };
    const { configuration } = await checkConfiguration({
      file: files.write(changed({ registration })),
      environment: {},
    });
    assert.equal(configuration?.bank.registration?.keyServerIssuers?.trim(), read('two-issuers.pem').trim());
    const without = await checkConfiguration({
      file: files.write(changed({ registration: { developerKeys: registration.developerKeys } })),
      environment: {},
    });
    assert.ok(!('keyServerIssuers' in (without.configuration?.bank.registration ?? {})));
  });

  test('secrets come from files that variables name, and a variable stands for its whole member', async () => {
    const secret = join(files.directory, 'other-secret');
    writeFileSync(secret, `${'s'.repeat(32)}\n`);
    const file = files.write(files.members);
    const { configuration } = await checkConfiguration({ file, environment: { LUPA_KEYS_FACTOR_SECRET_FILE: secret } });
    assert.equal(configuration?.bank.factorSecret, 's'.repeat(32));
  });

  test('a variable nobody knows is refused, with the one that was meant', async () => {
    const file = files.write(files.members);
    const { problems } = await checkConfiguration({ file, environment: { LUPA_WORKER: '2' } });
    assert.deepEqual(
      problems.map(({ where, mend }) => `${where}: ${mend}`),
      ['LUPA_WORKER: Did you mean LUPA_WORKERS? docs/running.md lists them all.'],
    );
  });

  test('a sandbox variable is refused', async () => {
    const problems = await problemsOf({}, { LUPA_SANDBOX_PAGES: 'true' });
    assert.equal(problems.length, 1);
    assert.match(problems[0] ?? '', /^mistake LUPA_SANDBOX_PAGES: .*approve payments/);
  });

  test('what Kubernetes says of a Service of that name is no mistake, unless it hides a setting', async () => {
    const harmless = { LUPA_SERVICE_HOST: '10.0.0.1', LUPA_PORT_443_TCP_ADDR: '10.0.0.1', LUPA_CONFIG: 'x' };
    assert.deepEqual(await problemsOf({}, harmless), []);
    const [problem] = await problemsOf({}, { LUPA_API_PORT: 'tcp://10.0.0.1:443' });
    assert.match(problem ?? '', /enableServiceLinks: false/);
  });

  test('a file that is no JSON, or has a member twice, or is not there', async () => {
    const path = join(files.directory, 'broken.json');
    for (const [text, expected] of [
      ['{', /^It is not JSON: /],
      ['{"workers":1,"workers":2}', /^It is not JSON: .*workers/],
      ['[]', /^It is not a JSON object/],
    ] as const) {
      writeFileSync(path, text);
      const { problems } = await checkConfiguration({ file: path, environment: {} });
      assert.equal(problems[0]?.where, path);
      assert.match(problems[0]?.what ?? '', expected);
      assert.equal(problems.length, 1);
    }
    const { problems } = await checkConfiguration({ file: join(files.directory, 'none.json'), environment: {} });
    assert.match(problems[0]?.what ?? '', /there is no such file/);
    assert.equal(problems.length, 1);
  });

  test('no problem tells a secret', async () => {
    const secret = 'opensesame';
    const problems = await problemsOf({
      'database.url': `mysql://lupa:${secret}@db/lupa`,
      'keys.factorSecretFile': undefined,
      'keys.factorSecret': secret,
      'api.privateKeyFile': undefined,
      'api.privateKey': secret,
      'keys.cookiesFile': undefined,
      'keys.cookies': [secret],
    });
    assert.equal(problems.length, 4, problems.join('\n'));
    assert.ok(!problems.join().includes(secret));
  });
});
