import type { AuditReport } from '@lupa/bank';
import { formatHelsinki } from '@lupa/protocol';
import type { Paint } from '../print/paint.ts';

type Fault = AuditReport['faults'][number];

/** What the check found, for a person: the first broken link at the top. */
export function describeAudit(report: AuditReport, paint: Paint): string {
  const [first, ...others] = report.faults;
  const verdict =
    first === undefined
      ? [`${paint('green', 'Every link holds.')} ${counts(report)}`]
      : [
          `${paint('red', 'Broken.')} First: ${describeFault(first)}`,
          ...others.map((fault) => `  also: ${describeFault(fault)}`),
          `${broken(report)} ${counts(report)}`,
        ];
  return `${[...verdict, ...remarks(report)].join('\n')}\n`;
}

function broken({ broken, faults }: AuditReport): string {
  const parts = faults.some((fault) => fault.in === 'removal') ? 'chains, seals or removals' : 'chains or seals';
  return `${broken} ${parts} do not hold.`;
}

function counts({ events, chains, seals }: AuditReport): string {
  return `${counted(events, 'event')} in ${counted(chains, 'chain')}, ${counted(seals, 'seal')}.`;
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

function remarks(report: AuditReport): string[] {
  const { waitingEvents, eventsBeforeChains, newestSeal, keptFrom, removalAnnounced } = report;
  const lines: string[] = [];
  if (keptFrom !== undefined && removalAnnounced !== undefined) {
    lines.push(
      `What is from before ${dayOf(keptFrom)} is past its term and may be gone, as announced on ${dayOf(removalAnnounced)}.`,
    );
  }
  if (waitingEvents > 0) lines.push(`${counted(waitingEvents, 'event')} chained, waiting for the next seal.`);
  if (eventsBeforeChains > 0) {
    lines.push(`${counted(eventsBeforeChains, 'event')} from before there were chains: nothing can be said of them.`);
  }
  if (newestSeal !== undefined) {
    lines.push(`Newest seal: ${newestSeal.sealNumber} of ${newestSeal.sealedAt}, ${newestSeal.hash}`);
  }
  return lines;
}

/** By the calendar of Finland, by which terms end. */
function dayOf(time: string): string {
  return formatHelsinki(new Date(time)).slice(0, 10);
}

function describeFault(fault: Fault): string {
  if (fault.in === 'removal') return `removal ${fault.removalId}: ${fault.problem}.`;
  if (fault.in === 'seal') return `seal ${fault.sealNumber}: ${fault.problem}.`;
  const { authorizationId, chainId, sequence, eventId, event, problem } = fault;
  const chain = authorizationId === undefined ? `chain ${chainId}` : `authorization ${authorizationId}`;
  const which = eventId === undefined ? '' : ` (${JSON.stringify(event)}, ${eventId})`;
  return `${chain}, event ${sequence}${which}: ${problem}.`;
}
