import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { RegistrationCheck } from '@lupa/protocol';
import { type Claims, RegisteringTpp } from '../flow/support/registering-tpp.ts';
import { assertRegistrationRefused } from '../flow/support/registration-refusal.ts';
import { startTestSandbox, type TestSandbox } from '../flow/support/test-sandbox.ts';
import { newKey } from '../flow/support/tpp-identity.ts';
import { type Forge, HOSTILE_JWS, type HostileJws, rightJws } from './support/hostile-jws-table.ts';

/** Fewer than one organisation may make in a minute, with the right ones behind them. */
const CALLS_OF_ONE_TPP = 50;

/** The body is read without white space around it, so that this one is right there. */
const RIGHT_AS_A_BODY = 'with a space';

/** Where a registration has a JWS: how one is put there, and what the bank calls it when it is refused. */
interface Place {
  readonly name: string;
  readonly hostile: readonly HostileJws[];
  readonly checks: Readonly<Record<HostileJws['code'], RegistrationCheck>>;
  readonly body: (tpp: RegisteringTpp, jws: (claims: Claims) => string) => string | Uint8Array;
}

const PLACES: readonly Place[] = [
  {
    name: 'a registration JWT',
    hostile: HOSTILE_JWS.filter(({ name }) => name !== RIGHT_AS_A_BODY),
    checks: {
      SIGNATURE_MALFORMED: 'registration-jwt',
      SIGNATURE_KEY_UNKNOWN: 'registration-signature',
      SIGNATURE_WRONG: 'registration-signature',
    },
    body: (tpp, jws) => tpp.body({ signer: tpp.sealSigner, body: (right) => jws(payloadOf(right)) }),
  },
  {
    name: 'a software statement',
    hostile: HOSTILE_JWS,
    checks: {
      SIGNATURE_MALFORMED: 'software-statement',
      SIGNATURE_KEY_UNKNOWN: 'software-signature',
      SIGNATURE_WRONG: 'software-signature',
    },
    body: (tpp, jws) => tpp.body({ signer: tpp.sealSigner, softwareStatement: (right) => jws(payloadOf(right)) }),
  },
];

describe('every hostile JWS, sent to the bank as', () => {
  let bank: TestSandbox;
  before(async () => {
    bank = await startTestSandbox();
  });
  after(() => bank?.close());

  for (const { name, hostile, checks, body } of PLACES) {
    for (let first = 0; first < hostile.length; first += CALLS_OF_ONE_TPP) {
      const cases = hostile.slice(first, first + CALLS_OF_ONE_TPP);
      test(`${name}, from ${cases[0]?.name} to ${cases.at(-1)?.name}: refused, and nothing stored; the right one registers`, async () => {
        const tpp = await RegisteringTpp.of(bank.sandbox);
        await tpp.publish();
        const forge: Forge = { kid: tpp.sealSigner.kid, key: tpp.sealKey, stranger: newKey() };
        const sent = (how: HostileJws['forge']) =>
          tpp.send(body(tpp, (claims) => how(Buffer.from(JSON.stringify(claims)), forge).join('.')));
        await bank.store.unchangedBy(async () => {
          for (const { name: what, code, forge: forged } of cases) {
            assertRegistrationRefused(await sent(forged), checks[code], what);
          }
        }, ['rate_counts']);
        const accepted = await sent(rightJws);
        assert.equal(accepted.status, 201, accepted.bytes.toString());
      });
    }
  }

  test('a registration JWT with white space around it, which is not part of it: it registers', async () => {
    const tpp = await RegisteringTpp.of(bank.sandbox);
    const accepted = await tpp.register({ body: (right) => `\n ${right} ` });
    assert.equal(accepted.status, 201, accepted.bytes.toString());
  });
});

function payloadOf(jwt: string): Claims {
  return JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString());
}
