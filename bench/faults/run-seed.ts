import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fetchResponseKeys } from '../../test/flow/support/response-keys.ts';
import { SeededRandom } from '../../test/flow/support/seeded-random.ts';
import { runSql } from '../../test/support/run-sql.ts';
import { makeKey, privatePem } from '../support/certificates.ts';
import { BankWorkers } from './bank/bank-workers.ts';
import { type PlantedBug, WITHOUT_THE_RULE } from './bank/planted-bugs.ts';
import { checkRun, type Violation } from './checker/check-run.ts';
import { readHistory } from './checker/read-history.ts';
import { type StoreSnapshot, takeSnapshot } from './checker/store-snapshot.ts';
import { type Credentials, makeCredentials } from './credentials.ts';
import { makeCustomers, passwordOf } from './customers.ts';
import { type FaultKind, planFaults } from './fault-plan.ts';
import type { CustomerFacts, Numbered } from './history.ts';
import { BankClock, injectFault, type Victims } from './inject-fault.ts';
import { Recorder } from './recorder.ts';
import { STORE_KINDS, type StoreKind, type StoreUnderFault, startStore } from './store/store-under-fault.ts';
import { TcpProxy } from './tcp-proxy.ts';
import { untilNothingWaits } from './until-settled.ts';
import { BankCaller } from './workload/bank-caller.ts';
import { playStories } from './workload/stories.ts';
import { TppActor } from './workload/tpp-actor.ts';

export interface SeedOptions {
  readonly seed: number;
  /** Processes of the bank. */
  readonly workers: number;
  /** How many faults; the load ends when the last one is over. */
  readonly faults: number;
  /** Chosen by the seed where absent. */
  readonly store?: StoreKind | undefined;
  readonly planted?: PlantedBug | undefined;
  /** How many requests there are before the first fault, and again after the last. */
  readonly quietRequests?: number;
  /** How long what is accepted may take to be booked when all is over; half a minute where absent. */
  readonly settleMs?: number;
}

export interface SeedResult {
  readonly seed: number;
  readonly store: StoreKind;
  readonly seconds: number;
  readonly faults: Readonly<Partial<Record<FaultKind, number>>>;
  readonly history: readonly Numbered[];
  readonly snapshot: StoreSnapshot;
  readonly violations: readonly Violation[];
  /** Where history and database are kept for another look. */
  readonly directory: string;
}

const TPPS = 2;
const ACTORS_PER_TPP = 5;
const CUSTOMERS = 8;
/** Answers still missing when the load has ended are waited for so long. */
const LAST_ANSWERS_MS = 45_000;
const QUIET_REQUESTS = 80;
/** Of a bank that has recovered, before the next fault. */
const ANSWERS_BETWEEN = 25;
/** A bank that answers nobody must not keep the run waiting for ever. */
const QUIET_LIMIT_MS = 20_000;

/** One run, from an empty database to the checker's word. Nothing but its directory is left. */
export async function runSeed(options: SeedOptions): Promise<SeedResult> {
  const startedAt = Date.now();
  const random = new SeededRandom(options.seed);
  const kind = options.store ?? random.pick(STORE_KINDS);
  const plan = planFaults(random, kind, options.faults);
  const directory = mkdtempSync(join(tmpdir(), `lupa-faults-${options.seed}-`));
  const recorder = new Recorder(join(directory, 'history.jsonl'));
  const closing: (() => unknown)[] = [() => recorder.close()];
  try {
    const store = await startStore(kind);
    closing.unshift(() => store.stop());
    const { callers, ...rest } = await openBank(options, store, recorder, closing);
    const customers = makeCustomers(CUSTOMERS);
    recorder.write({ kind: 'run', seed: options.seed, store: kind, planted: options.planted, customers });
    const victims: Victims = { ...rest, store, clock: new BankClock(), random };
    const load = startLoad(callers, customers, victims.clock, random);
    // A load that fails ends the run at once.
    const failed = load.ended.then(() => undefined);
    const quiet = () => untilWritten(recorder, 'request', options.quietRequests ?? QUIET_REQUESTS);
    await Promise.race([failed, quiet()]);
    for (const { recovered, afterMs, fault } of plan) {
      if (recovered) await Promise.race([failed, untilServing(victims.workers, recorder)]);
      await Promise.race([failed, sleep(afterMs)]);
      recorder.write({ kind: 'fault', fault: fault.kind, phase: 'begins', detail: JSON.stringify(fault) });
      const detail = await injectFault(fault, victims);
      recorder.write({ kind: 'fault', fault: fault.kind, phase: 'is over', ...(detail !== undefined && { detail }) });
    }
    await Promise.race([failed, quiet()]);
    await load.end(() => victims.workers.allReady());
    const waiting = await untilNothingWaits(store.directUrl(), victims, options.settleMs);
    const lateEnds = await victims.workers.stop();
    const snapshot = await takeSnapshot(store.directUrl());
    writeFileSync(join(directory, 'store.json'), JSON.stringify(snapshot));
    const history = readHistory(join(directory, 'history.jsonl'));
    const violations = [...checkRun(history, snapshot), ...processViolations(victims.workers, waiting, lateEnds)];
    const kinds = Map.groupBy(plan, ({ fault }) => fault.kind);
    const faults = Object.fromEntries([...kinds].map(([name, all]) => [name, all.length]));
    const seconds = (Date.now() - startedAt) / 1000;
    return { seed: options.seed, store: kind, seconds, faults, history, snapshot, violations, directory };
  } catch (error) {
    rmSync(directory, { recursive: true, force: true });
    throw error;
  } finally {
    for (const close of closing) await close();
  }
}

/** Counted, so that a busy machine has a run take longer and not see less. */
async function untilWritten(recorder: Recorder, kind: 'request' | 'answer', more: number): Promise<void> {
  const written = () => recorder.counts.get(kind) ?? 0;
  const wanted = written() + more;
  for (const deadline = Date.now() + QUIET_LIMIT_MS; written() < wanted && Date.now() < deadline; ) await sleep(20);
}

async function untilServing(workers: BankWorkers, recorder: Recorder): Promise<void> {
  await Promise.race([workers.allReady(), sleep(QUIET_LIMIT_MS, undefined, { ref: false })]);
  await untilWritten(recorder, 'answer', ANSWERS_BETWEEN);
}

async function openBank(
  { workers: count, planted }: SeedOptions,
  store: StoreUnderFault,
  recorder: Recorder,
  closing: (() => unknown)[],
): Promise<{ workers: BankWorkers; api: TcpProxy; authorize: TcpProxy; callers: BankCaller[] }> {
  const [api, authorize] = [await TcpProxy.listen(), await TcpProxy.listen()];
  closing.unshift(() => Promise.all([api.close(), authorize.close()]));
  const credentials: Credentials = await makeCredentials(TPPS);
  const addresses = { api: `https://localhost:${api.port}`, authorize: `http://localhost:${authorize.port}` };
  const idTokenKey = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  const workers = await BankWorkers.start(count, {
    ...addresses,
    databaseUrl: store.url,
    certificates: credentials.bank,
    revocationListUrl: await serveForever(credentials.revocationList, closing),
    responseKey: privatePem(makeKey()),
    idTokenKey: privatePem(idTokenKey),
    cookieKey: randomBytes(32).toString('base64url'),
    factorSecret: randomBytes(32).toString('base64url'),
    planted,
  });
  closing.unshift(() => workers.stop());
  api.leadTo(workers.apiPorts);
  authorize.leadTo(workers.authorizePorts);
  await workers.takeIn({
    clients: credentials.tpps.map(({ registration }) => registration),
    customers: makeCustomers(CUSTOMERS).map((each) => ({ ...each, password: passwordOf(each.username) })),
  });
  const rule = planted && WITHOUT_THE_RULE[planted];
  if (rule !== undefined) await runSql(store.directUrl(), rule);
  const keys = await fetchResponseKeys(addresses.authorize);
  const callers = credentials.tpps.map(({ identity }) => new BankCaller(identity, addresses, keys, recorder));
  closing.unshift(() => {
    for (const caller of callers) caller.close();
  });
  return { workers, api, authorize, callers };
}

/** The CA is no part of the bank: nothing ever happens to it. @returns where it is */
async function serveForever(bytes: Buffer, closing: (() => unknown)[]): Promise<string> {
  const server = createServer((_request, response) => response.end(bytes)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}/ca.crl`;
}

function startLoad(
  callers: readonly BankCaller[],
  customers: readonly CustomerFacts[],
  clock: BankClock,
  random: SeededRandom,
) {
  let goesOn = true;
  let waits = true;
  const surroundings = { customers, now: () => clock.now(), waits: () => waits };
  const actors = callers.flatMap((caller) =>
    Array.from(
      { length: ACTORS_PER_TPP },
      () => new TppActor(caller, new SeededRandom(random.below(2 ** 31)), surroundings),
    ),
  );
  const ended = Promise.all(actors.map((actor) => playStories(actor, () => goesOn)));
  return {
    ended,
    /** Stops asking for anything new, and waits for what is under way; not for ever. */
    end: async (ready: () => Promise<void>): Promise<void> => {
      goesOn = false;
      const givingUp = setTimeout(() => {
        waits = false;
      }, LAST_ANSWERS_MS);
      await Promise.race([ready(), sleep(LAST_ANSWERS_MS, undefined, { ref: false })]);
      await ended;
      clearTimeout(givingUp);
    },
  };
}

function processViolations(workers: BankWorkers, waiting: string | undefined, lateEnds: number): Violation[] {
  return [
    ...workers.endedByThemselves.map((how) => ({
      rule: 'no process of the bank ends by itself',
      what: how,
      lines: [],
    })),
    ...(waiting === undefined ? [] : [{ rule: 'what is accepted is booked in the end', what: waiting, lines: [] }]),
    ...(lateEnds === 0 ? [] : [{ rule: 'a process that is told to end ends', what: `${lateEnds} did not`, lines: [] }]),
  ];
}
