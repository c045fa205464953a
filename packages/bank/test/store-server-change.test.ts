import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { test } from 'node:test';
import { openTrustService } from '../../../test/support/certificate-authority.ts';
import type { Database, ServerChange } from '../src/adapters/postgres/database.ts';
import { assembleBank } from '../src/bank-parts.ts';
import { NO_MEASURES } from '../src/ports/measures.ts';
import type { BankSettings } from '../src/settings.ts';

test('when another server of the store takes writes, the log says from where to where, and the figures count it', async () => {
  const trust = await openTrustService();
  const lines: string[] = [];
  let counted = 0;
  let tell: (change: ServerChange) => void = () => assert.fail('nobody wants to be told');
  const stream = new Writable({ write: (line, _encoding, done) => done(void lines.push(String(line))) });
  const database: Pick<Database, 'onServerChange'> = {
    onServerChange: (listener) => {
      tell = listener;
    },
  };
  try {
    assembleBank(
      {
        api: { trustedIssuers: trust.ca },
        factorSecret: 'x'.repeat(43),
        log: { level: 'warn', stream },
        measures: { ...NO_MEASURES, storeServerChanged: () => (counted += 1) },
      } as unknown as BankSettings,
      database as Database,
    );
    assert.deepEqual([lines.length, counted], [0, 0]);
    tell({ from: 'a.example:5432/bank', to: 'b.example:5432/bank' });
  } finally {
    await trust.close();
  }
  const [line] = lines.map((text) => JSON.parse(text));
  assert.deepEqual([line.level, line.from, line.to], [40, 'a.example:5432/bank', 'b.example:5432/bank']);
  assert.match(line.msg, /another server of the store takes writes now/);
  assert.deepEqual([lines.length, counted], [1, 1]);
});
