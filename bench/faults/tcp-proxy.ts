import { connect, createServer, type Server, type Socket } from 'node:net';

/** One connection through the proxy, from who called it to whom it was given. */
interface Pair {
  readonly caller: Socket;
  readonly target: Socket;
  /** Bytes of answers that still pass before the connection is cut; never where undefined. */
  passes: number | undefined;
}

/** Stands between two parties, hands bytes on without looking at them, and cuts connections when it is told to. */
export class TcpProxy {
  readonly port: number;
  readonly #server: Server;
  readonly #pairs = new Set<Pair>();
  #targets: readonly number[] = [];
  #next = 0;

  private constructor(server: Server, port: number) {
    this.#server = server;
    this.port = port;
    server.on('connection', (caller) => this.#accept(caller));
  }

  /** Listens on a free port of this machine. */
  static listen(): Promise<TcpProxy> {
    return new Promise((resolve, reject) => {
      // As any server would: who half-closes still gets the answer.
      const server = createServer({ allowHalfOpen: true, noDelay: true }).once('error', reject);
      server.listen(0, '127.0.0.1', () => {
        const address = server.address();
        resolve(new TcpProxy(server, typeof address === 'object' && address !== null ? address.port : 0));
      });
    });
  }

  /** Ports of this machine that new connections are given to, one after another. Those that are open stay where they are. */
  leadTo(targets: readonly number[]): void {
    this.#targets = targets;
  }

  get connections(): number {
    return this.#pairs.size;
  }

  /**
   * Cuts every open connection once so many more bytes of answers have passed, wherever in an answer that is.
   *
   * @param passes chosen for each connection; 0 cuts it at once
   * @returns how many connections that concerns
   */
  cut(passes: () => number): number {
    const concerned = [...this.#pairs];
    for (const pair of concerned) {
      pair.passes = passes();
      if (pair.passes === 0) end(pair);
    }
    return concerned.length;
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.cut(() => 0);
    await closed;
  }

  #accept(caller: Socket): void {
    const first = this.#next;
    this.#next += 1;
    this.#connect(caller, first, this.#targets.length);
  }

  /** A target that is down has the connection go to the next one, as with any load balancer. */
  #connect(caller: Socket, turn: number, tries: number): void {
    const port = this.#targets[turn % Math.max(1, this.#targets.length)];
    if (port === undefined || tries === 0 || caller.destroyed) {
      caller.on('error', () => undefined);
      caller.resetAndDestroy();
      return;
    }
    const target = connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
    const refused = () => this.#connect(caller, turn + 1, tries - 1);
    target.once('error', refused);
    target.once('connect', () => {
      target.off('error', refused);
      this.#join({ caller, target, passes: undefined });
    });
  }

  #join(pair: Pair): void {
    const { caller, target } = pair;
    this.#pairs.add(pair);
    const over = () => {
      this.#pairs.delete(pair);
      end(pair);
    };
    for (const socket of [caller, target]) socket.on('error', over).on('close', over);
    caller.pipe(target);
    target.on('data', (bytes) => {
      const passing = pair.passes === undefined ? bytes : bytes.subarray(0, pair.passes);
      if (pair.passes !== undefined) pair.passes -= passing.length;
      if (!caller.write(passing)) {
        target.pause();
        caller.once('drain', () => target.resume());
      }
      if (pair.passes === 0) end(pair);
    });
    target.on('end', () => caller.end());
    if (caller.destroyed) over();
  }
}

/** What was written goes out first: the caller sees the beginning of an answer, and then the end of the connection. */
function end({ caller, target }: Pair): void {
  target.destroy();
  if (!caller.destroyed) caller.destroySoon();
}
