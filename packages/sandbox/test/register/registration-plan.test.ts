import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RegistrationConfig } from '../../src/register/registration-config.ts';
import { planRegistration, type RegisterOptions } from '../../src/register/registration-plan.ts';

const BARE: RegisterOptions = { out: 'tpp', data: '.lupa' };
const OWN = { qwac: 'w.pem', qwacKey: 'w.key', qseal: 's.pem', qsealKey: 's.key' };
const OP: RegistrationConfig = {
  certificate_url: 'https://sandbox.bank.example/generator',
  registration_url: 'https://mtls.bank.example/register',
  country: 'se',
  tpp_id: 'TEST TPP',
  api_key: 'portal-key',
  redirect_uris: ['https://tpp.example/1'],
  ssa: { software_client_name: 'test-client', software_roles: ['PIS', 'AIS'], org_name: 'Test TPP Oy' },
};

const plan = (options: Partial<RegisterOptions> = {}, config: RegistrationConfig = {}, running?: string) =>
  planRegistration({ ...BARE, ...options }, config, running);

function problemsOf(options: Partial<RegisterOptions>, config: RegistrationConfig = {}): string[] {
  try {
    plan(options, config);
  } catch (error) {
    assert.ok(error instanceof Error && error.name === 'PlanWrong', String(error));
    return error.message.split('\n');
  }
  assert.fail('it is a plan');
}

test('with nothing said, it is a TPP of the sandbox here, where lupa pay can wait for customers', () => {
  const { bank, registrationUrl, developerKey, redirectUris, software } = plan();
  assert.equal(bank, 'http://localhost:8080');
  assert.equal(registrationUrl, undefined);
  assert.ok(developerKey.length > 0);
  assert.ok(redirectUris.includes('http://localhost:8182/callback'));
  assert.deepEqual([software.name, software.tppId, software.organisation], ['My TPP', 'My TPP', {}]);
});

test('a sandbox that runs here goes before the usual address, and --bank before both', () => {
  assert.equal(plan({}, {}, 'http://localhost:9999').bank, 'http://localhost:9999');
  assert.equal(plan({ bank: 'http://localhost:7777/' }, {}, 'http://localhost:9999').bank, 'http://localhost:7777');
});

test('the file’s addresses are taken where no bank is named, and its values where no option says otherwise', () => {
  const made = plan({}, OP, 'http://localhost:9999');
  assert.deepEqual(
    [made.bank, made.registrationUrl, made.certificateUrl],
    [undefined, OP.registration_url, OP.certificate_url],
  );
  assert.deepEqual([made.country, made.developerKey, made.redirectUris], ['se', 'portal-key', OP.redirect_uris]);
  assert.deepEqual(
    [made.software.tppId, made.software.name, made.software.roles, made.software.organisation.name],
    ['TEST TPP', 'test-client', ['PIS', 'AIS'], 'Test TPP Oy'],
  );
  const other = plan(
    { bank: 'http://localhost:8080', name: 'Other', redirectUri: ['https://o.example/'], apiKey: 'k' },
    OP,
  );
  assert.deepEqual(
    [other.bank, other.registrationUrl, other.certificateUrl, other.developerKey],
    ['http://localhost:8080', undefined, undefined, 'k'],
  );
  assert.deepEqual([other.software.name, other.redirectUris], ['Other', ['https://o.example/']]);
});

test('redirect URIs of an option widen what the file says of the software', () => {
  const ssa = { software_redirect_uris: ['https://tpp.example/1'] };
  assert.deepEqual(plan({}, { ...OP, ssa }).software.redirectUris, ssa.software_redirect_uris);
  assert.equal(plan({ redirectUri: ['https://o.example/'] }, { ...OP, ssa }).software.redirectUris, undefined);
});

test('a revoked key set that no bank could fetch is left out, and said', () => {
  const at = (software_jwks_revoked_endpoint: string) => plan({}, { ...OP, ssa: { software_jwks_revoked_endpoint } });
  const left = at('http://localhost:8899/.revoked/jwks.json');
  assert.equal(left.software.jwksRevokedEndpoint, undefined);
  assert.match(left.notes.join(), /localhost:8899.* is left out/);
  const kept = at('https://tpp.example/revoked.json');
  assert.equal(kept.software.jwksRevokedEndpoint, 'https://tpp.example/revoked.json');
  assert.deepEqual(kept.notes, []);
});

test('certificates of one’s own are four files, and their key set is at an https address', () => {
  const { own } = plan({ ...OWN, jwksUrl: 'https://tpp.example/jwks.json' });
  assert.deepEqual(own, { ...OWN, jwksUrl: 'https://tpp.example/jwks.json' });
  assert.deepEqual(plan(OWN).own, OWN);
  assert.equal(
    plan(OWN, { ...OP, public_jwks_url: 'https://tpp.example/p.json' }).own?.jwksUrl,
    'https://tpp.example/p.json',
  );
  assert.equal(plan(OWN, OP).certificateUrl, undefined);
  for (const name of ['qwac', 'qwacKey', 'qseal', 'qsealKey'] as const) {
    const { [name]: _, ...three } = OWN;
    assert.equal(problemsOf(three).length, 1, name);
  }
  assert.match(problemsOf({ ...OWN, jwksUrl: 'http://tpp.example/jwks.json' }).join(), /not https/);
  assert.match(problemsOf({ jwksUrl: 'https://tpp.example/jwks.json' }).join(), /--qwac/);
});

test('only a sandbox on this machine takes any developer key', () => {
  const { api_key: _, ...keyless } = OP;
  assert.match(problemsOf({}, keyless).join(), /--api-key/);
  assert.match(problemsOf({}, { ...OP, api_key: '<your_api_key_here>' }).join(), /--api-key/);
  assert.equal(
    plan({ bank: 'http://localhost:8080' }, { ...OP, api_key: '<your_api_key_here>' }).developerKey,
    '<your_api_key_here>',
  );
});

test('another bank is told nothing made up', () => {
  const bare = { registrationUrl: 'https://bank.example/register', apiKey: 'k', ...OWN };
  assert.deepEqual(problemsOf(bare), [
    'Where do customers come back to? Say so with --redirect-uri.',
    'What are customers shown? Say so with --name.',
  ]);
  const { software } = plan({ ...bare, name: 'Kivi', redirectUri: ['https://kivi.example/back'] });
  assert.deepEqual([software.name, software.uri], ['Kivi', 'https://kivi.example/']);
  assert.equal(plan({ ...bare, bank: 'http://localhost:8080' }).software.name, 'My TPP');
});

test('every mistake is told at once', () => {
  const problems = problemsOf({
    qwac: 'w.pem',
    redirectUri: ['http://tpp.example/', 'https://tpp.example/*'],
    name: ' ',
    registrationUrl: 'https://bank.example/register',
  });
  assert.equal(problems.length, 5, problems.join('\n'));
});

test('twenty redirect URIs are a registration, twenty-one are not', () => {
  const uris = (count: number) => Array.from({ length: count }, (_, index) => `https://tpp.example/${index}`);
  assert.equal(plan({ redirectUri: uris(20) }).redirectUris.length, 20);
  assert.match(problemsOf({ redirectUri: uris(21) }).join(), /at most 20/);
});
