import { stripVTControlCharacters } from 'node:util';

/** A cell; numbers are best aligned to the right. */
export type Cell = string | { readonly text: string; readonly align: 'right' };

const GAP = '  ';

/** Lays rows out in columns as wide as their widest cell; colours take no room. No spaces at the end of a line. */
export function columns(rows: readonly (readonly Cell[])[], indent = '  '): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, index) => {
      widths[index] = Math.max(widths[index] ?? 0, widthOf(textOf(cell)));
    });
  }
  return rows.map((row) => {
    const cells = row.map((cell, index) => pad(cell, widths[index] ?? 0));
    return `${indent}${cells.join(GAP)}`.trimEnd();
  });
}

function pad(cell: Cell, width: number): string {
  const text = textOf(cell);
  const space = ' '.repeat(Math.max(0, width - widthOf(text)));
  return typeof cell === 'string' ? text + space : space + text;
}

function textOf(cell: Cell): string {
  return typeof cell === 'string' ? cell : cell.text;
}

function widthOf(text: string): number {
  return [...stripVTControlCharacters(text)].length;
}
