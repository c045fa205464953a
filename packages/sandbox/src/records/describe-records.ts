import type { RecordCounts, RemovableRecords, RemovedRecords } from '@lupa/bank';
import { formatHelsinki } from '@lupa/protocol';
import { DEFAULT_DATA_DIRECTORY } from '../files/data-directory.ts';
import { columns } from '../print/columns.ts';
import type { Paint } from '../print/paint.ts';
import { shellQuoted } from '../print/shell-quoted.ts';

/** What would go, and how to have it go, for a person. */
export function describeRemovable(found: RemovableRecords, command: string, paint: Paint): string {
  if (isNothing(found)) return nothing(found);
  return `From before ${dateOf(found)}, and so kept for its term:

${rows(found.counts).join('\n')}

These are counts from afar: what is still under way stays. ${paint('bold', 'Nothing was removed.')}

Have a backup, and keep the newest seal that lupa audit verify prints. Then, to
remove it for good:

  ${command}
`;
}

/** What went, for a person. */
export function describeRemoved(removed: RemovedRecords, paint: Paint): string {
  if (isNothing(removed)) return nothing(removed);
  return `${paint('green', 'Removed')} what is from before ${dateOf(removed)}:

${rows(removed.counts).join('\n')}

The audit trail has an event of it, and lupa audit verify checks what is left.
`;
}

/** The same for programs. */
export function recordsAsJson({ keptFrom, counts }: RemovableRecords, { isDone }: { isDone: boolean }): string {
  return `${JSON.stringify({ removed: isDone, keptFrom: keptFrom.toISOString(), ...counts })}\n`;
}

/** The command line that removes what this one has only looked for. */
export function commandAgain(
  { keepYears, data }: { keepYears: number; data: string },
  isDatabaseNamed: boolean,
): string {
  const where = isDatabaseNamed || data === DEFAULT_DATA_DIRECTORY ? [] : ['--data', shellQuoted(data)];
  return ['lupa records remove --keep-years', keepYears, ...where, '--yes'].join(' ');
}

function isNothing({ counts }: RemovableRecords): boolean {
  return Object.values(counts).every((count) => count === 0);
}

export function counted(count: number, what: string): string {
  return `${grouped(count)} ${what}${count === 1 ? '' : 's'}`;
}

function nothing(found: RemovableRecords): string {
  return `There is nothing to remove: nothing is left from before ${dateOf(found)} that has been kept for its term.\n`;
}

function rows(counts: Omit<RecordCounts, 'events'> & { readonly events?: number }): string[] {
  const { events } = counts;
  const kinds: [number, string, string][] = [
    [counts.bookings, 'bookings', 'with both entries of each'],
    [counts.messages, 'messages to other banks', `${grouped(counts.unsentMessages)} never noted as sent`],
    [counts.authorizations, 'authorizations', ''],
    [counts.payments, 'payments', ''],
    [counts.submissions, 'submissions', ''],
    [counts.seals, 'seals of the audit trail', events === undefined ? 'with the events they cover' : ''],
  ];
  if (events !== undefined) kinds.push([events, 'events of the audit trail', '']);
  return columns(kinds.map(([count, what, more]) => [{ text: grouped(count), align: 'right' }, what, more]));
}

/** Thousands apart, for these may be millions. */
function grouped(count: number): string {
  return count.toLocaleString('en');
}

/** The day in Helsinki with which that begins which stays. */
function dateOf({ keptFrom }: RemovableRecords): string {
  return formatHelsinki(keptFrom).slice(0, 10);
}
