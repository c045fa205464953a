import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type RegistrationConfig, readRegistrationConfig } from '../../src/register/registration-config.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

/** In the shape of OP's public example (contract §10), whole. */
const WHOLE: RegistrationConfig = {
  aud: 'https://op.fi/',
  certificate_url: 'https://sandbox.bank.example/psd2-sandbox-tpp-generator/sandbox-tpp',
  country: 'fi',
  registration_url: 'https://mtls.bank.example/tpp-registration/register',
  redirect_uris: ['https://tpp.example/return'],
  grant_types: ['client_credentials', 'authorization_code', 'refresh_token'],
  tpp_id: 'MY TPP',
  api_key: 'portal-key',
  public_jwks_url: 'https://tpp.example/jwks.json',
  ssa: {
    software_client_id: 'software-1',
    software_roles: ['PIS', 'AIS', 'CBPII'],
    software_jwks_endpoint: 'https://tpp.example/jwks.json',
    software_jwks_revoked_endpoint: 'https://tpp.example/revoked.json',
    software_client_name: 'My shop',
    software_client_uri: 'https://tpp.example',
    software_redirect_uris: ['https://tpp.example/return'],
    org_name: 'My TPP Oy',
    org_id: 'FI-FINFSA-1234567-1',
    org_contacts: [{ name: 'Support', email: 'support@tpp.example', phone: '+358123456', type: 'Support' }],
  },
};

async function file(t: TestContext, content: unknown): Promise<string> {
  const path = join(await temporaryDirectory(t), 'env.json');
  await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

async function problemsOf(t: TestContext, content: unknown, environment?: string): Promise<string> {
  const path = await file(t, content);
  try {
    await readRegistrationConfig(path, environment);
  } catch (error) {
    assert.ok(error instanceof Error && error.name === 'RegistrationConfigWrong', String(error));
    return error.message.replace(path, 'env.json');
  }
  assert.fail('it was read');
}

test('one registration is read as it stands, and so is the only one of several by name', async (t) => {
  assert.deepEqual(await readRegistrationConfig(await file(t, WHOLE)), WHOLE);
  assert.deepEqual(await readRegistrationConfig(await file(t, { sandbox: WHOLE })), WHOLE);
  assert.deepEqual(await readRegistrationConfig(await file(t, { sandbox: WHOLE }), 'sandbox'), WHOLE);
});

test('of several registrations one has to be named', async (t) => {
  const several = { sandbox: WHOLE, production: { ...WHOLE, country: 'se' } };
  assert.equal((await readRegistrationConfig(await file(t, several), 'production')).country, 'se');
  assert.equal(
    await problemsOf(t, several),
    'env.json: it has the environments sandbox, production: choose with --environment.',
  );
  assert.match(await problemsOf(t, several, 'test'), /it has no environment test; it has sandbox, production/);
  assert.match(await problemsOf(t, WHOLE, 'sandbox'), /leave --environment out/);
  assert.match(await problemsOf(t, several, 'toString'), /no environment toString/);
});

test('everything may be left out', async (t) => {
  assert.deepEqual(await readRegistrationConfig(await file(t, { ssa: {} })), { ssa: {} });
});

test('every mistake is told at once, with its place and what was likely meant', async (t) => {
  const said = await problemsOf(t, {
    sandbox: {
      ...WHOLE,
      country: 'Finland',
      registration_url: 'mtls.bank.example',
      redirect_uri: ['https://tpp.example'],
      redirect_uris: [],
      api_key: 7,
      colour: 'red',
      ssa: {
        ...WHOLE.ssa,
        software_roles: ['PISP'],
        software_client_nmae: 'x',
        org_contacts: [{ name: 'Support', email: 7, phone: '1' }, 'nobody'],
      },
    },
  });
  assert.deepEqual(said.split('\n'), [
    'env.json:',
    '  sandbox.country is not a country of two letters, such as fi',
    '  sandbox.registration_url is not a URL',
    '  sandbox.redirect_uris is not a list of texts',
    '  sandbox.api_key is not a text',
    '  sandbox.redirect_uri is not known; did you mean redirect_uris?',
    '  sandbox.colour is not known',
    '  sandbox.ssa.software_roles has one that is none of PIS, AIS, CBPII',
    '  sandbox.ssa.software_client_nmae is not known; did you mean software_client_name?',
    '  sandbox.ssa.org_contacts[0].email is not a text',
    '  sandbox.ssa.org_contacts[0].type is missing',
    '  sandbox.ssa.org_contacts[1] is not an object',
  ]);
});

for (const [what, content, said] of [
  ['no JSON', '{"aud": ', /not acceptable JSON/],
  ['a member twice', '{"aud": "a", "aud": "b"}', /not acceptable JSON/],
  ['a list', '[]', /not a JSON object/],
  ['nothing', '{}', /it is empty/],
  ['an ssa that is none', { ...WHOLE, ssa: 'eyJ' }, /: ssa is not an object/],
  ['contacts that are none', { ssa: { org_contacts: {} } }, /ssa\.org_contacts is not a list/],
  ['an environment that is none', { sandbox: 'x' }, /sandbox is not a registration/],
] as const) {
  test(`a file with ${what} is refused, and says so`, async (t) => {
    assert.match(await problemsOf(t, content), said);
  });
}

test('a file that is not there, and a directory in its place, are told apart', async (t) => {
  const directory = await temporaryDirectory(t);
  await mkdir(join(directory, 'conf'));
  await assert.rejects(readRegistrationConfig(join(directory, 'env.json')), /env\.json: there is no such file\.$/);
  await assert.rejects(readRegistrationConfig(join(directory, 'conf')), /conf: it is a directory, not a file\.$/);
});
