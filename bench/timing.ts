import { createHash, randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';
import { scryptPasswords } from '../packages/bank/src/adapters/passwords.ts';
import { provesClient } from '../packages/bank/src/authorization-server/client-authentication.ts';
import { formToken, isTokenOf } from '../packages/bank/src/sca/form-token.ts';
import { TestTpp } from '../test/flow/support/test-tpp.ts';
import { startServe } from '../test/serve/support/serve-process.ts';
import { prepareServedBank } from '../test/serve/support/served-bank.ts';
import { median } from './support/statistics.ts';

const HELP = `npm run timing -- [--samples N] [--json]

Asks the bank two wrong things in turn, N times each (200), and prints how long the one takes to the other: near 1 there is nothing
to be learnt from the time. Beside it stands the ratio of a thing to itself, which is the noise of this machine.
`;

/** Two wrong askings, which must not be told apart by the time. */
interface Pair {
  readonly name: string;
  readonly one: () => unknown;
  readonly other: () => unknown;
  /** Askings in one sample, where a single one is too short to be measured. */
  readonly times?: number;
}

const flag = { type: 'boolean', default: false } as const;
const { values } = parseArgs({ options: { samples: { type: 'string' }, json: flag, help: flag } });
if (values.help) {
  process.stdout.write(HELP);
  process.exit(0);
}
const samples = Number(values.samples ?? 200);

async function timeOf(ask: () => unknown, times: number): Promise<number> {
  const began = performance.now();
  for (let time = 0; time < times; time += 1) await ask();
  return performance.now() - began;
}

/** Interleaved, and in turn in either order, so that what drifts is in both. */
async function compare({ name, one, other, times = 1 }: Pair): Promise<void> {
  const taken = { one: [] as number[], other: [] as number[], control: [] as number[] };
  for (let sample = -5; sample < samples; sample += 1) {
    const turns = [
      ['one', one],
      ['other', other],
      ['control', one],
    ] as const;
    for (let turn = 0; turn < 3; turn += 1) {
      const [which, ask] = turns[(turn + Math.abs(sample)) % 3] ?? turns[0];
      const milliseconds = await timeOf(ask, times);
      if (sample >= 0) taken[which].push(milliseconds);
    }
  }
  const ratio = median(taken.other) / median(taken.one);
  const noise = median(taken.control) / median(taken.one);
  const line = { name, ratio, noise, medianMs: median(taken.one) / times };
  process.stdout.write(
    values.json
      ? `${JSON.stringify(line)}\n`
      : `${name}: ratio ${ratio.toFixed(3)}, to itself ${noise.toFixed(3)} (${(line.medianMs * 1000).toFixed(0)} µs)\n`,
  );
}

/** Of the same form: what has another is refused for that, and no secret is looked at. */
const wrongAtItsEnd = (secret: string) => `${secret.slice(0, -1)}${secret.endsWith('A') ? 'E' : 'A'}`;

const digest = (text: string) => createHash('sha256').update(text).digest('base64url');
const passwords = scryptPasswords();
const hash = await passwords.hash('right');
const registered = { secretDigest: digest('secret'), previousSecretDigest: undefined, certificateThumbprint: 't' };
const proves = (secret: string) => provesClient({ secret, certificateThumbprint: 't' }, registered);
const form = { sessionId: 's', form: 'login', challengeId: undefined } as const;
const token = formToken('cookie', form);
// Made beforehand: making them is not what is measured.
const [otherToken, tokenWrongAtItsEnd] = ['x'.repeat(token.length), wrongAtItsEnd(token)];
const [otherSecret, secretWrongAtItsEnd] = ['x'.repeat('secret'.length), wrongAtItsEnd('secret')];

const bank = await prepareServedBank();
const server = await startServe(
  bank.files.write({ ...(await bank.configuration()), limits: { tokenCallsPerMinute: 1_000_000 } }),
  {
    workers: 1,
  },
);
const tpp = await TestTpp.of(bank.tpp, server);
const asking = { grant_type: 'client_credentials', scope: 'payments' };
const { clientSecret } = bank.tpp;
try {
  const bearer = await tpp.clientToken();
  const read = (headers: Record<string, string>) => tpp.call({ path: '/payments/1', token: bearer, headers });
  const pairs: readonly Pair[] = [
    {
      name: 'client secret: wrong, right but for its end',
      one: () => proves(otherSecret),
      other: () => proves(secretWrongAtItsEnd),
      times: 2_000,
    },
    {
      name: 'form token: wrong, right but for its end',
      one: () => isTokenOf(otherToken, 'cookie', form),
      other: () => isTokenOf(tokenWrongAtItsEnd, 'cookie', form),
      times: 2_000,
    },
    {
      name: 'client secret over HTTP: wrong, right but for its end',
      one: () => tpp.form({ ...asking, client_secret: 'x'.repeat(clientSecret.length) }),
      other: () => tpp.form({ ...asking, client_secret: wrongAtItsEnd(clientSecret) }),
    },
    {
      name: 'client id over HTTP: known, unknown (no secret; see SECURITY.md)',
      one: () => tpp.form({ ...asking, client_secret: 'x' }),
      other: () => tpp.form({ ...asking, client_secret: 'x', client_id: randomBytes(8).toString('hex') }),
    },
    {
      name: 'API key over HTTP: unknown, right but for its end',
      one: () => read({ 'x-api-key': randomBytes(32).toString('hex') }),
      other: () => read({ 'x-api-key': wrongAtItsEnd(bank.tpp.apiKey) }),
    },
    {
      name: 'access token over HTTP: unknown, right but for its end',
      one: () => tpp.call({ path: '/payments/1', token: 'x'.repeat(bearer.length) }),
      other: () => tpp.call({ path: '/payments/1', token: wrongAtItsEnd(bearer) }),
    },
    // The last, for it takes longer than a connection that nobody uses stays open.
    {
      name: 'password: of a customer, of nobody',
      one: () => passwords.verify('x', hash),
      other: () => passwords.verify('x', undefined),
    },
  ];
  for (const pair of pairs) await compare(pair);
} finally {
  tpp.close();
  await server.end('SIGKILL');
  await bank.close();
}
