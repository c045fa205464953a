import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { AbuserOrder, AbuserWord } from './abuser.ts';
import type { Tally } from './abuses.ts';

const ABUSER = fileURLToPath(new URL('./abuser.ts', import.meta.url));

/** An abuser in a process of its own. */
export interface Abuse {
  /** Ends it. @returns what became of it */
  end(): Promise<Tally>;
}

/** Starts one, and waits until it goes on in full. @throws Error when it cannot */
export async function startAbuse(order: AbuserOrder): Promise<Abuse> {
  const child = fork(ABUSER, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const gone = once(child, 'exit').then(() => {
    throw new Error(`the abuser (${order.abuse}) ended by itself`);
  });
  gone.catch(() => undefined);
  const heard = async () => ((await Promise.race([once(child, 'message'), gone])) as [AbuserWord])[0];
  child.send(order);
  await heard();
  return {
    end: async () => {
      child.send('end');
      const word = await heard();
      return 'tally' in word ? word.tally : {};
    },
  };
}
