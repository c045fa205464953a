import type { Duplex } from 'node:stream';
import pg from 'pg';
import { uuidV7 } from '../bare/bare.ts';
import { INSERT_PAYMENT } from '../bare/bare-create.ts';
import type { Pgbench } from './pgbench.ts';
import { roundOf } from './statistics.ts';

/** Where there is no pgbench: its work in TypeScript. The messages are made before the clock starts, and answers are only counted. */
export async function openRawPostgres({
  databaseUrl,
  clientId,
  concurrency,
}: {
  databaseUrl: string;
  clientId: string;
  concurrency: number;
}): Promise<Pgbench> {
  const lanes = await Promise.all(Array.from({ length: concurrency }, () => RawLane.open(databaseUrl)));
  return {
    name: 'raw-protocol stand-in for pgbench',
    round: async (count) => {
      const messages = Array.from({ length: count }, () => executeMessage(valuesOf(clientId)));
      const latenciesMs: number[] = [];
      let next = 0;
      const start = performance.now();
      await Promise.all(
        lanes.map(async (lane) => {
          for (let index = next++; index < count; index = next++) {
            const began = performance.now();
            await lane.send(messages[index] as Buffer);
            latenciesMs.push(performance.now() - began);
          }
        }),
      );
      return roundOf(latenciesMs, (performance.now() - start) / 1000, Number.NaN);
    },
    close: async () => {
      for (const lane of lanes) lane.close();
    },
  };
}

const READY = 0x5a;
const ERROR = 0x45;

/** A connection that `pg` has opened and prepared the statement on, from then on spoken to directly. */
class RawLane {
  readonly #stream: Duplex;
  #held: Buffer = Buffer.alloc(0);
  #waiting: { resolve: () => void; reject: (error: Error) => void } | undefined;

  private constructor(stream: Duplex) {
    this.#stream = stream;
    stream.removeAllListeners('data');
    stream.on('data', (chunk: Buffer) => this.#read(chunk));
  }

  static async open(databaseUrl: string): Promise<RawLane> {
    const client = new pg.Client({ connectionString: databaseUrl });
    await client.connect();
    await client.query(`PREPARE ${PREPARED} AS ${INSERT_PAYMENT.text}`);
    return new RawLane((client as unknown as { connection: { stream: Duplex } }).connection.stream);
  }

  send(message: Buffer): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#stream.write(message);
    });
  }

  close(): void {
    this.#stream.destroy();
  }

  #read(chunk: Buffer): void {
    let bytes: Buffer = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    while (bytes.length >= 5 && bytes.length > bytes.readUInt32BE(1)) {
      const length = bytes.readUInt32BE(1) + 1;
      if (bytes[0] === ERROR) this.#waiting?.reject(new Error(bytes.toString('utf8', 5, length)));
      if (bytes[0] === READY) this.#waiting?.resolve();
      bytes = bytes.subarray(length);
    }
    this.#held = bytes;
  }
}

const PREPARED = 'bench_create';

/** Bind, Execute and Sync of the prepared statement: every value as text, null where there is none. */
function executeMessage(values: readonly string[]): Buffer {
  const texts = values.map((value) => Buffer.from(value));
  const bound = texts.flatMap((value) => [int32(value.length), value]);
  const head = [Buffer.from(`\0${PREPARED}\0`), int16(0), int16(values.length), ...bound, int16(0)];
  return Buffer.concat([message('B', head), message('E', [Buffer.from('\0'), int32(0)]), message('S', [])]);
}

function valuesOf(clientId: string): string[] {
  const now = new Date();
  const [authorizationId, paymentId] = [uuidV7(now), uuidV7(now)];
  const request = { amountCents: 1250, payee: { iban: 'FI4950009420028730', name: 'Test Person' }, count: 1 };
  const message = `Order ${paymentId}`;
  return [
    ...[authorizationId, clientId, now.toISOString(), paymentId, JSON.stringify({ ...request, message })],
    ...['1250', 'FI4950009420028730', uuidV7(now), uuidV7(now), JSON.stringify({ paymentId, headers: {} })],
    ...[uuidV7(now), `\\x${'5a'.repeat(32)}`],
  ];
}

function message(type: string, parts: readonly Buffer[]): Buffer {
  const length = parts.reduce((sum, part) => sum + part.length, 4);
  return Buffer.concat([Buffer.from(type), int32(length), ...parts]);
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

function int16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeInt16BE(value);
  return bytes;
}
