import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import { after, before, describe, mock, test } from 'node:test';
import { RegistrationRefused } from '@lupa/protocol';
import { scryptPasswords } from '../src/adapters/passwords.ts';
import { provesClient } from '../src/authorization-server/client-authentication.ts';
import { requireManagedClient } from '../src/operations/managed-client.ts';
import type { RegistrationBank } from '../src/operations/registration-bank.ts';
import type { KnownCertificate } from '../src/ports/certificate-trust.ts';
import { formToken, isTokenOf } from '../src/sca/form-token.ts';

/** Time is for `npm run timing` to measure; here it is counted that the same is done, whoever asks. */
describe('what is wrong costs the bank the same work, whatever it is that is wrong', () => {
  const compared = mock.method(crypto, 'timingSafeEqual');
  const stretched = mock.method(crypto, 'scrypt');
  before(() => syncBuiltinESMExports());
  after(() => {
    mock.restoreAll();
    syncBuiltinESMExports();
  });

  async function work(ask: () => unknown): Promise<{ compared: number; stretched: unknown[] }> {
    compared.mock.resetCalls();
    stretched.mock.resetCalls();
    await ask();
    // Salt apart: key length, cost and memory.
    const costs = stretched.mock.calls.map(({ arguments: [, , length, options] }) => [length, options]);
    return { compared: compared.mock.callCount(), stretched: costs };
  }

  test('a password: of a customer, of nobody, and one too long', async () => {
    const passwords = scryptPasswords({ N: 1024, r: 8, p: 1 });
    const hash = await passwords.hash('right');
    const known = await work(() => passwords.verify('wrong', hash));
    assert.equal(known.compared, 1);
    assert.equal(known.stretched.length, 1);
    assert.deepEqual(await work(() => passwords.verify('wrong', undefined)), known);
    assert.deepEqual(await work(() => passwords.verify('right', hash)), known);
    assert.deepEqual(await work(() => passwords.verify('x'.repeat(5_000), hash)), known);
  });

  test('a client secret: wrong, missing, nearly right, and a wrong certificate beside a right one', async () => {
    const digest = (text: string) => crypto.createHash('sha256').update(text).digest('base64url');
    const registered = {
      secretDigest: digest('secret'),
      previousSecretDigest: digest('before'),
      certificateThumbprint: 'thumbprint',
    };
    for (const secret of ['secret', 'secreT', 'x', '', undefined, 7, 'before']) {
      for (const certificateThumbprint of ['thumbprint', 'other', undefined]) {
        const done = await work(() => provesClient({ secret, certificateThumbprint }, registered));
        assert.equal(done.compared, 3, `${secret} ${certificateThumbprint}`);
      }
    }
  });

  test('a registration access token: of a client, and of none', async () => {
    const client = { organisationId: 'FI-FINFSA-1', registration: { tokenDigest: crypto.randomBytes(32) } };
    const bankOf = (found: unknown) =>
      ({ registrations: { current: async () => found } }) as unknown as RegistrationBank;
    const certificate = {
      certificate: { subject: { organizationIdentifier: 'PSDFI-FINFSA-1' } },
    } as unknown as KnownCertificate;
    const call = { certificate, clientId: 'a', token: 'wrong', requestId: 'r' };
    for (const found of [client, undefined, { ...client, registration: undefined }]) {
      const { compared: times } = await work(() =>
        assert.rejects(
          requireManagedClient(bankOf(found), call),
          (error) => error instanceof RegistrationRefused && error.check === 'registration-token',
        ),
      );
      assert.equal(times, 1);
    }
  });

  test('a form token: right, nearly right and wrong', async () => {
    const form = { sessionId: 's', form: 'login', challengeId: undefined } as const;
    const right = formToken('cookie', form);
    for (const token of [right, `${right.slice(0, -1)}x`, 'x'.repeat(right.length)]) {
      assert.equal((await work(() => isTokenOf(token, 'cookie', form))).compared, 1);
    }
  });
});
