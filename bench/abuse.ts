import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { TestTpp } from '../test/flow/support/test-tpp.ts';
import { ABUSES, type AbuseName } from '../test/hardening/support/abuses.ts';
import { startAbuse } from '../test/hardening/support/start-abuse.ts';
import { startServe } from '../test/serve/support/serve-process.ts';
import { registerTpp } from '../test/serve/support/serve-tpp.ts';
import { prepareServedBank } from '../test/serve/support/served-bank.ts';
import { percentile } from './support/statistics.ts';

const HELP = `npm run abuse -- [options]

  --seconds N    how long each abuse is measured (10)
  --abuse NAME   one of them alone: ${Object.keys(ABUSES).join(' | ')}
  --json         a line of JSON for each

A healthy client creates payments and reads them, in peace and during each abuse, against \`lupa serve\` with two workers. Ends with
1 when its 99th percentile is over 750 ms, or one of its calls fails.
`;

/** How many connections each abuser has; eight where it is not said here. */
const CONNECTIONS: Partial<Record<AbuseName, number>> = {
  'slow heads': 1_000,
  'slow bodies': 1_000,
  'handshakes never finished': 1_000,
  'idle connections': 10_000,
};

const LIMIT_MS = 750;
/** Calls of the healthy client each second. */
const PACE = 20;

interface Measured {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly failed: number;
}

/** Calls at a steady pace, whether the calls before are answered or not. */
async function measure(tpp: TestTpp, token: string, seconds: number): Promise<Measured> {
  const latencies: number[] = [];
  let failed = 0;
  const one = async (call: number) => {
    const began = performance.now();
    try {
      const answer =
        call % 2 === 0
          ? await tpp.create(token)
          : await tpp.call({ path: '/payments/0192b4c0-0000-7000-8000-000000000000', token });
      if (answer.status !== (call % 2 === 0 ? 201 : 404)) failed += 1;
    } catch {
      failed += 1;
    }
    latencies.push(performance.now() - began);
  };
  const calls: Promise<void>[] = [];
  for (let call = 0; call < seconds * PACE; call += 1) {
    calls.push(one(call));
    await sleep(1000 / PACE);
  }
  await Promise.all(calls);
  const sorted = Float64Array.from(latencies).sort();
  return { p50Ms: percentile(sorted, 0.5), p99Ms: percentile(sorted, 0.99), failed };
}

const text = { type: 'string' } as const;
const flag = { type: 'boolean', default: false } as const;
const { values } = parseArgs({ options: { seconds: text, abuse: text, json: flag, help: flag } });
const names = Object.keys(ABUSES).filter((name) => values.abuse === undefined || name === values.abuse) as AbuseName[];
if (values.help || names.length === 0) {
  process.stdout.write(HELP);
  process.exit(values.help ? 0 : 2);
}
const seconds = Number(values.seconds ?? 10);

const bank = await prepareServedBank();
const abuser = await registerTpp(bank.files, bank.office.administration, 'abuser');
const server = await startServe(bank.files.write(await bank.configuration()), { workers: 2 });
const healthy = await TestTpp.of(bank.tpp, server);
try {
  const abusing = await TestTpp.of(abuser, server);
  const abusersToken = await abusing.clientToken();
  abusing.close();
  const token = await healthy.clientToken();
  await measure(healthy, token, 2);
  for (const abuse of names) {
    // In peace right before each: what else the machine does changes.
    const peace = await measure(healthy, token, seconds);
    const { api, authorize } = server;
    const { tls, apiKey, signer } = abuser;
    const connections = CONNECTIONS[abuse] ?? 8;
    const order = { abuse, connections, api, authorize, tls, apiKey, token: abusersToken, kid: signer.kid };
    const under = await startAbuse(order);
    const abused = await measure(healthy, token, seconds);
    const tally = await under.end();
    report(abuse, peace, abused, tally);
    if (abused.p99Ms > LIMIT_MS || abused.failed > 0) process.exitCode = 1;
  }
} finally {
  healthy.close();
  await server.end('SIGKILL');
  await bank.close();
}

function report(abuse: AbuseName, peace: Measured, abused: Measured, tally: object): void {
  const ratio = abused.p99Ms / peace.p99Ms;
  if (values.json) {
    const line = {
      name: abuse,
      ratio,
      p99Ms: abused.p99Ms,
      peaceP99Ms: peace.p99Ms,
      failed: abused.failed,
      limitMs: LIMIT_MS,
    };
    process.stdout.write(`${JSON.stringify(line)}\n`);
    return;
  }
  const ms = (value: number) => `${value.toFixed(0)} ms`;
  const verdict = abused.p99Ms > LIMIT_MS || abused.failed > 0 ? '✖' : '✔';
  process.stdout.write(
    `${verdict} ${abuse}: p99 ${ms(abused.p99Ms)}, in peace ${ms(peace.p99Ms)} (ratio ${ratio.toFixed(2)}); failed ${abused.failed}; ${JSON.stringify(tally)}\n`,
  );
}
