import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { TrustAnchors } from '@lupa/certificates';
import {
  type CertificateWishes,
  openTrustService,
  type TrustService,
} from '../../../../test/support/certificate-authority.ts';
import { anchoredTrust } from '../../src/adapters/anchored-trust.ts';
import type { Database } from '../../src/adapters/postgres/database.ts';
import { PostgresRevocationLists } from '../../src/adapters/postgres/revocation-lists.ts';
import { RevocationLists } from '../../src/adapters/revocation/revocation-lists.ts';
import { revocationTimes } from '../../src/adapters/revocation/revocation-settings.ts';
import type { CertificateQuestion, CertificateTrust } from '../../src/ports/certificate-trust.ts';
import { StandingClock } from '../bank-parts.ts';
import { trustIn } from '../trust-in.ts';
import { pgliteForTests } from './test-databases.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const TLS: CertificateQuestion = { use: 'tls' };

/** What a certificate is refused for, or `good`, once whatever has to be fetched was fetched. */
async function verdictOf(
  trust: CertificateTrust,
  { raw }: { readonly raw: Uint8Array },
  { question = TLS, intermediates = [] }: { question?: CertificateQuestion; intermediates?: Uint8Array[] } = {},
): Promise<string> {
  const known = trust.know({ certificate: raw, intermediates });
  await known.settle();
  return known.judge(question)?.code ?? 'good';
}

describe('the trust in a certificate', () => {
  const { database } = pgliteForTests();
  const services: TrustService[] = [];
  after(() => Promise.all(services.map((service) => service.close())));

  /** A CA with one certificate, and a bank that follows its list, at a time that stands still. */
  async function world(wishes: CertificateWishes = {}) {
    const clock = new StandingClock();
    const service = await openTrustService(() => clock.now());
    services.push(service);
    const certificate = await service.issue(wishes);
    const open = (settings?: Parameters<typeof trustIn>[3], on: Database = database()) =>
      trustIn(service, clock, on, settings);
    const bank = open();
    return {
      clock,
      service,
      certificate,
      open,
      ...bank,
      verdict: (trust: CertificateTrust = bank.trust) => verdictOf(trust, certificate.read),
    };
  }

  describe('by itself', () => {
    test('ends with its last second, on the very same certificate', async () => {
      const { clock, verdict, certificate } = await world({ lifetimeDays: 1 });
      assert.equal(await verdict(), 'good');
      clock.advance(certificate.read.notAfter.getTime() - clock.now().getTime());
      assert.equal(await verdict(), 'good');
      clock.advance(1);
      assert.equal(await verdict(), 'expired');
    });

    test('begins with its first second', async () => {
      const { clock, verdict, certificate } = await world();
      clock.advance(certificate.read.notBefore.getTime() - clock.now().getTime() - 1);
      assert.equal(await verdict(), 'not-yet-valid');
      clock.advance(1);
      assert.equal(await verdict(), 'good');
    });

    test('is for one use and one organisation', async () => {
      const { trust, service } = await world();
      const [web, seal] = [await service.issue(), await service.issue({ type: 'seal' })];
      const organisationId = 'FI-FINFSA-1234567-8';
      const cases: [typeof web, CertificateQuestion, string][] = [
        [web, { use: 'tls', organisationId }, 'good'],
        [web, { use: 'tls', organisationId: 'FI-FINFSA-1234567-9' }, 'organisation-differs'],
        [web, { use: 'signature', organisationId }, 'wrong-type'],
        [seal, { use: 'signature', organisationId }, 'good'],
        [seal, { use: 'signature', organisationId: 'FI-FINFSA-1234567-9' }, 'organisation-differs'],
        [seal, { use: 'tls', organisationId }, 'wrong-type'],
        [await service.issue({ roles: ['PSP_AI'] }), { use: 'tls' }, 'role-missing'],
        [await service.issue({ roles: ['PSP_AI', 'PSP_PI'] }), { use: 'tls' }, 'good'],
      ];
      for (const [{ read }, question, expected] of cases) {
        assert.equal(await verdictOf(trust, read, { question }), expected, JSON.stringify(question));
      }
    });

    test('of another CA is none, whatever its name; nor is what is no certificate', async () => {
      const { trust } = await world();
      const stranger = await openTrustService();
      services.push(stranger);
      assert.equal(await verdictOf(trust, (await stranger.issue()).read), 'untrusted-issuer');
      assert.equal(await verdictOf(trust, { raw: Buffer.from('no certificate') }), 'malformed');
    });
  });

  describe('and revocation', () => {
    test('a revoked certificate is refused as soon as the list is renewed; the one beside it is not', async () => {
      const { service, certificate, verdict, trust, lists } = await world();
      const other = await service.issue();
      assert.equal(await verdict(), 'good');
      service.revoke(certificate);
      assert.equal(await verdict(), 'good');
      await lists.refresh();
      assert.equal(await verdict(), 'revoked');
      assert.equal(await verdictOf(trust, other.read), 'good');
    });

    test('a list that nobody has renewed for a minute is renewed before the next verdict', async () => {
      const { clock, service, certificate, verdict } = await world();
      assert.equal(await verdict(), 'good');
      service.revoke(certificate);
      clock.advance(MINUTE);
      assert.equal(await verdict(), 'good');
      clock.advance(1);
      assert.equal(await verdict(), 'revoked');
    });

    test('500 calls that come at once wait for one fetch', async () => {
      const { service, certificate, trust } = await world();
      const known = trust.know({ certificate: certificate.read.raw, intermediates: [] });
      assert.equal(known.judge(TLS)?.code, 'revocation-unknown');
      await Promise.all(Array.from({ length: 500 }, () => known.settle()));
      assert.equal(known.judge(TLS), undefined);
      assert.equal(known.settle(), undefined);
      assert.equal(service.list.asked, 1);
    });

    for (const behaviour of ['break', 'not-found'] as const) {
      test(`when the list cannot be had (${behaviour}) the last one serves for an hour and no longer`, async () => {
        const { clock, service, verdict, lists, problems } = await world({ crlUrl: null });
        assert.equal(await verdict(), 'good');
        service.list.behaviour = behaviour;
        clock.advance(59 * MINUTE);
        await lists.refresh();
        assert.equal(await verdict(), 'good');
        clock.advance(MINUTE);
        assert.equal(await verdict(), 'good');
        clock.advance(1);
        assert.equal(await verdict(), 'revocation-unknown');
        clock.advance(MINUTE);
        assert.equal(await verdict(), 'revocation-unknown');
        assert.equal(problems.length, 1, 'the log says it once');
        service.list.behaviour = 'serve';
        await lists.refresh();
        assert.equal(await verdict(), 'good');
      });
    }

    test('a revoked certificate stays refused when the list cannot be had', async () => {
      const { clock, service, certificate, verdict, lists } = await world();
      service.revoke(certificate);
      assert.equal(await verdict(), 'revoked');
      service.list.behaviour = 'break';
      clock.advance(2 * HOUR);
      await lists.refresh();
      assert.equal(await verdict(), 'revoked');
    });

    test('a server that hangs keeps nobody waiting who has a list, and the first for five seconds', async () => {
      const { service, certificate, trust, lists } = await world();
      service.list.behaviour = 'hang';
      const known = trust.know({ certificate: certificate.read.raw, intermediates: [] });
      await known.settle();
      assert.equal(known.judge(TLS)?.code, 'revocation-unknown');
      service.list.behaviour = 'serve';
      await lists.refresh();
      service.list.behaviour = 'hang';
      const renewal = lists.refresh();
      assert.equal(known.settle(), undefined);
      assert.equal(known.judge(TLS), undefined);
      // Nobody learns more from waiting for its five seconds as well.
      await service.close();
      await renewal;
    });

    test('a list past its nextUpdate has served its time an hour later, however often it is fetched', async () => {
      const { clock, service, verdict, lists, problems } = await world();
      service.list.lifetimeMs = 10 * MINUTE;
      const last = await service.current();
      service.list.behaviour = { bytes: last };
      assert.equal(await verdict(), 'good');
      clock.advance(10 * MINUTE + HOUR);
      await lists.refresh();
      assert.equal(await verdict(), 'good');
      assert.match(problems.join(), /has published no newer one/);
      clock.advance(1);
      await lists.refresh();
      assert.equal(await verdict(), 'revocation-unknown');
    });

    test('a list that goes back in time is refused: who was revoked stays it', async () => {
      const { clock, service, certificate, verdict, lists, problems } = await world();
      const before = await service.current();
      clock.advance(1_000);
      service.revoke(certificate);
      assert.equal(await verdict(), 'revoked');
      service.list.behaviour = { bytes: before };
      await lists.refresh();
      assert.equal(await verdict(), 'revoked');
      assert.match(problems.join(), /older than the one the bank has/);
    });

    test('a list signed by somebody else, or none at all, is refused, and the last good one serves', async () => {
      const { service, certificate, verdict, lists, problems } = await world();
      const stranger = await openTrustService();
      services.push(stranger);
      service.revoke(certificate);
      assert.equal(await verdict(), 'revoked');
      const forged = await stranger.current({ key: stranger.issuer.key, subject: service.issuer.subject });
      for (const bytes of [forged, await stranger.current(), Buffer.from('<html>'), Buffer.alloc(0)]) {
        service.list.behaviour = { bytes };
        await lists.refresh();
        assert.equal(await verdict(), 'revoked');
      }
      assert.equal(problems[0], 'it is not signed by the issuer of the certificate');
    });

    test('a list above 10 MiB is not read to its end', async () => {
      const { service, verdict, lists, problems } = await world();
      assert.equal(await verdict(), 'good');
      service.list.behaviour = { bytes: Buffer.alloc(10 * 1024 * 1024 + 1) };
      await lists.refresh();
      assert.match(problems.join(), /larger than 10485760 bytes/);
      assert.equal(await verdict(), 'good');
    });

    test('when the clock is set back, what is published by then counts', async () => {
      const { clock, service, certificate, verdict } = await world();
      assert.equal(await verdict(), 'good');
      clock.advance(-2 * 24 * HOUR);
      const earlier = await service.issue();
      assert.equal(await verdict(), 'not-yet-valid');
      assert.ok(certificate.read.notBefore > earlier.read.notBefore);
      const { trust } = trustIn(service, clock, database());
      assert.equal(await verdictOf(trust, earlier.read), 'good');
    });

    test('the same bank whose clock is set back goes on with a list of then', async () => {
      const { clock, service, trust, lists } = await world();
      clock.advance(2 * 24 * HOUR);
      const certificate = await service.issue({ now: new Date(clock.now().getTime() - 3 * 24 * HOUR) });
      assert.equal(await verdictOf(trust, certificate.read), 'good');
      clock.advance(-2 * 24 * HOUR);
      assert.equal(await verdictOf(trust, certificate.read), 'good');
      service.revoke(certificate);
      await lists.refresh();
      assert.equal(await verdictOf(trust, certificate.read), 'revoked');
    });

    test('a certificate that names no list is refused, unless the operator has one of its issuer', async () => {
      const { service, trust, open } = await world();
      const silent = await service.issue({ crlUrl: null });
      const without = open({});
      assert.equal(await verdictOf(without.trust, silent.read), 'revocation-unknown');
      assert.equal(await verdictOf(trust, silent.read), 'good');
    });

    test('a list that a certificate names is not fetched from inside, unless that is an exception', async () => {
      const { service, verdict, open } = await world();
      assert.equal(await verdict(open({}).trust), 'revocation-unknown');
      assert.equal(service.list.asked, 0);
      const exceptions = [{ origin: new URL(service.listUrl).origin, pathPrefix: '/' }];
      assert.equal(await verdict(open({ exceptions }).trust), 'good');
    });

    test('where the operator’s list cannot be had, the one the certificate names is asked', async () => {
      const { service, verdict, open } = await world();
      const nowhere = service.listUrl.replace(/:\d+/, ':1');
      const exceptions = [{ origin: new URL(service.listUrl).origin, pathPrefix: '/' }];
      assert.equal(await verdict(open({ lists: [{ url: nowhere }] }).trust), 'revocation-unknown');
      assert.equal(await verdict(open({ lists: [{ url: nowhere }], exceptions }).trust), 'good');
    });
  });

  describe('and what is kept', () => {
    test('a restart while the list server is down goes on with the stored list, for what is left of the hour', async () => {
      const { clock, service, certificate, verdict, lists, open } = await world();
      assert.equal(await verdict(), 'good');
      await lists.settled();
      service.list.behaviour = 'break';
      clock.advance(30 * MINUTE);
      assert.equal(await verdict(open().trust), 'good');
      clock.advance(30 * MINUTE);
      const late = open();
      assert.equal(await verdict(late.trust), 'good');
      clock.advance(1);
      assert.equal(await verdict(open().trust), 'revocation-unknown');
      assert.equal(await verdict(late.trust), 'revocation-unknown');
      service.list.behaviour = 'serve';
      service.revoke(certificate);
      assert.equal(await verdict(open().trust), 'revoked');
    });

    test('what another process fetched in the last ten seconds is not fetched again', async () => {
      const { clock, service, certificate, verdict, lists, open } = await world();
      assert.equal(await verdict(), 'good');
      await lists.settled();
      clock.advance(10_000);
      const second = open();
      assert.equal(await verdict(second.trust), 'good');
      assert.equal(service.list.asked, 1);
      service.revoke(certificate);
      clock.advance(1);
      const third = open();
      assert.equal(await verdict(third.trust), 'revoked');
      assert.equal(service.list.asked, 2);
      await third.lists.settled();
      await second.lists.refresh();
      assert.equal(service.list.asked, 2);
      assert.equal(await verdict(second.trust), 'revoked');
      await lists.refresh();
      assert.equal(service.list.asked, 2, 'and the first takes over what the third has fetched');
      assert.equal(await verdict(), 'revoked');
    });

    test('a stored list is believed no more than a fetched one', async () => {
      const { clock, service, certificate, verdict, lists, open } = await world();
      assert.equal(await verdict(), 'good');
      await lists.settled();
      service.revoke(certificate);
      const forged = { name: 'test-forge-list', text: 'UPDATE revocation_lists SET der = $2 WHERE url = $1' };
      await database().query(forged, [service.listUrl, Buffer.from('nothing')]);
      clock.advance(1_000);
      assert.equal(await verdict(open().trust), 'revoked');
    });

    for (const how of ['refuses', 'hangs'] as const) {
      test(`a store that ${how} keeps nobody from the list`, async () => {
        const { service, certificate, verdict, open } = await world();
        const broken = brokenDatabase(database(), how);
        const bank = open(undefined, broken);
        assert.equal(await verdict(bank.trust), 'good');
        service.revoke(certificate);
        await bank.lists.refresh();
        assert.equal(await verdict(bank.trust), 'revoked');
      });
    }
  });

  describe('and authorities in between', () => {
    test('lead to the anchor when they came along, and each must not be revoked itself', async () => {
      const { service, trust, lists } = await world();
      const between = await service.issueAuthority({ crlUrl: service.listUrl });
      const below = await openTrustService();
      services.push(below);
      below.list.behaviour = { bytes: await below.current(between.issuer) };
      const exceptions = [below, service].map(({ listUrl }) => ({ origin: new URL(listUrl).origin, pathPrefix: '/' }));
      const leaf = await service.issue({ issuer: between.issuer, crlUrl: below.listUrl });
      assert.equal(await verdictOf(trust, leaf.read), 'untrusted-issuer');
      const bank = openWith(service.ca, { exceptions });
      const intermediates = [between.read.raw];
      assert.equal(await verdictOf(bank.trust, leaf.read, { intermediates: [...intermediates] }), 'good');
      service.revoke(between);
      await bank.lists.refresh();
      assert.equal(await verdictOf(bank.trust, leaf.read, { intermediates: [...intermediates] }), 'revoked');
      await lists.settled();
    });

    test('may be anchors: then what they sign is trusted without its root, and nobody asks who revoked them', async () => {
      const { service } = await world();
      const between = await service.issueAuthority();
      const below = await openTrustService();
      services.push(below);
      below.list.behaviour = { bytes: await below.current(between.issuer) };
      const leaf = await service.issue({ issuer: between.issuer, crlUrl: null });
      const bank = openWith(between.cert, { lists: [{ url: below.listUrl }] });
      assert.equal(await verdictOf(bank.trust, leaf.read), 'good');
      assert.equal(await verdictOf(bank.trust, (await service.issue()).read), 'untrusted-issuer');
    });

    test('end the trust with their own last second', async () => {
      const { clock, service } = await world();
      const between = await service.issueAuthority({ lifetimeDays: 1 });
      const leaf = await service.issue({ issuer: between.issuer, crlUrl: null });
      const below = await openTrustService();
      services.push(below);
      below.list.behaviour = { bytes: await service.current(between.issuer) };
      const { trust } = openWith(between.cert, { lists: [{ url: below.listUrl }] }, clock);
      clock.advance(between.read.notAfter.getTime() - clock.now().getTime());
      assert.equal(await verdictOf(trust, leaf.read), 'good');
      clock.advance(1);
      assert.equal(await verdictOf(trust, leaf.read), 'untrusted-issuer');
    });

    function openWith(anchors: string, settings: Parameters<typeof trustIn>[3], clock = new StandingClock()) {
      const store = new PostgresRevocationLists(database());
      const lists = new RevocationLists({ settings, store, clock, failed: () => {} });
      return { lists, trust: anchoredTrust({ anchors: TrustAnchors.fromPem(anchors), lists, clock }) };
    }
  });
});

describe('the settings of revocation', () => {
  before(() => {});

  test('a list is renewed every 20 seconds and serves for an hour unless told otherwise', () => {
    assert.deepEqual(revocationTimes(), { refreshSeconds: 20, graceSeconds: 3_600 });
    assert.deepEqual(revocationTimes({ refreshSeconds: 40, graceSeconds: 0 }), { refreshSeconds: 40, graceSeconds: 0 });
  });

  test('a time that could not keep the promise of a minute is refused', () => {
    for (const refreshSeconds of [0, 41, 1.5, Number.NaN]) {
      assert.throws(() => revocationTimes({ refreshSeconds }), RangeError);
    }
    for (const graceSeconds of [-1, 86_401]) assert.throws(() => revocationTimes({ graceSeconds }), RangeError);
  });
});

/** A database that is away while the rest of the bank works. */
function brokenDatabase(database: Database, how: 'refuses' | 'hangs'): Database {
  const answer = () =>
    how === 'hangs' ? new Promise<never>(() => {}) : Promise.reject(new Error('the store is away'));
  return { ...database, query: answer, transaction: answer, close: async () => {} };
}
