import type { ExchangeRecord } from '@lupa/tpp';
import { columns } from '../print/columns.ts';
import { type Paint, painter } from '../print/paint.ts';

/** Shows a payment while it happens: numbered steps, under each its calls and what came back. */
export interface StepPrinter {
  readonly paint: Paint;
  /** A step that is begun already goes on. */
  begin(step: string): void;
  readonly exchange: (record: ExchangeRecord) => void;
  note(text: string): void;
  facts(facts: Readonly<Record<string, string>>): void;
  /** Asks the person to open the bank in a browser. Printed even when all else is quiet. */
  invite(shortAddress: string, address: string): void;
}

export function stepPrinter(stream: NodeJS.WriteStream, { quiet }: { quiet: boolean }): StepPrinter {
  const paint = painter(stream);
  const print = (line: string) => {
    if (!quiet) stream.write(`${line}\n`);
  };
  let number = 0;
  let current: string | undefined;
  return {
    paint,
    begin(step) {
      if (step === current) return;
      current = step;
      number += 1;
      print(`${number === 1 ? '' : '\n'}${paint('bold', `${number} ${step}`)}`);
    },
    exchange: ({ request, answer, failure, durationMs }) => {
      const outcome = answer === undefined ? paint('red', failure ?? 'no answer') : paintStatus(paint, answer.status);
      print(`  ${request.method} ${request.url} → ${outcome} ${paint('dim', `${Math.round(durationMs)} ms`)}`);
    },
    note: (text) => print(`  ${text}`),
    facts(facts) {
      for (const line of columns(Object.entries(facts).map(([name, value]) => [paint('dim', name), value])))
        print(line);
    },
    invite(shortAddress, address) {
      stream.write(`  Open this address in a browser, log in and approve:\n\n  ${paint('cyan', shortAddress)}\n\n`);
      stream.write(`  ${paint('dim', `It leads to ${address}`)}\n\n  Waiting for you to come back …\n`);
    },
  };
}

function paintStatus(paint: Paint, status: number): string {
  return paint(status < 400 ? 'green' : 'red', String(status));
}
