/** What is drawn. Every value is a ratio, or stands beside the line it is measured against. */
export type Plot =
  | {
      readonly kind: 'bars';
      readonly file: string;
      readonly title: string;
      /** What the numbers are. */
      readonly axis: string;
      readonly bars: readonly {
        readonly label: string;
        readonly value: number;
        /** Must be reached, or must not be passed. */
        readonly floor?: number;
        readonly goal?: number;
      }[];
    }
  | {
      readonly kind: 'lines';
      readonly file: string;
      readonly title: string;
      readonly axis: string;
      readonly across: string;
      readonly lines: readonly { readonly label: string; readonly points: readonly (readonly [number, number])[] }[];
      /** A level line. */
      readonly level?: { readonly label: string; readonly value: number };
    }
  | {
      readonly kind: 'stacks';
      readonly file: string;
      readonly title: string;
      readonly axis: string;
      readonly stacks: readonly {
        readonly label: string;
        readonly parts: readonly { readonly label: string; readonly value: number }[];
      }[];
    };

const WIDTH = 760;
const LEFT = 150;
const RIGHT = 30;
const TOP = 46;
const ROW = 30;
/** Distinct in grey too, and for those who do not see red and green apart (Okabe and Ito). */
const COLOURS = ['#0072b2', '#e69f00', '#009e73', '#cc79a7', '#56b4e9', '#d55e00', '#f0e442', '#999999', '#000000'];

/** Draws a plot as an SVG document that says what it shows to whoever cannot see it, and is legible on light and dark. */
export function drawPlot(plot: Plot): string {
  switch (plot.kind) {
    case 'bars':
      return drawBars(plot);
    case 'lines':
      return drawLines(plot);
    case 'stacks':
      return drawStacks(plot);
  }
}

function drawBars({ title, axis, bars }: Extract<Plot, { kind: 'bars' }>): string {
  const most = niceTop(Math.max(...bars.flatMap(({ value, floor = 0, goal = 0 }) => [value, floor, goal])));
  const scale = (value: number) => LEFT + (value / most) * (WIDTH - LEFT - RIGHT);
  const bottom = TOP + bars.length * ROW;
  const drawn = bars.map(({ label, value, floor, goal }, place) => {
    const y = TOP + place * ROW;
    const mark = (at: number | undefined, dash: string) =>
      at === undefined
        ? ''
        : line(scale(at), y + 2, scale(at), y + ROW - 4, `stroke-width="2" stroke-dasharray="${dash}"`);
    return [
      text(LEFT - 8, y + 19, label, 'end'),
      `<rect x="${LEFT}" y="${y + 5}" width="${fixed(scale(value) - LEFT)}" height="${ROW - 10}" fill="${colour(0)}"/>`,
      text(LEFT + 6, y + 19, value.toFixed(2), 'start', 'fill="#fff"'),
      mark(floor, 'none'),
      mark(goal, '3 3'),
    ].join('');
  });
  const legend = bars.some(({ floor }) => floor !== undefined) ? ' Solid mark: the floor. Dashed mark: the goal.' : '';
  return svg(title, bottom + 44, [
    ...grid(most, scale, TOP, bottom),
    ...drawn,
    text(LEFT, bottom + 36, `${axis}${legend}`, 'start'),
  ]);
}

function drawLines({ title, axis, across, lines, level }: Extract<Plot, { kind: 'lines' }>): string {
  const [height, left] = [250, 60];
  const points = lines.flatMap((each) => each.points);
  const most = niceTop(Math.max(...points.map(([, y]) => y), level?.value ?? 0));
  const [from, to] = [Math.min(...points.map(([x]) => x)), Math.max(...points.map(([x]) => x))];
  const x = (value: number) => left + ((value - from) / (to - from || 1)) * (WIDTH - left - RIGHT);
  const y = (value: number) => TOP + height - (value / most) * height;
  const levels = Array.from({ length: 5 }, (_, step) => (most / 4) * step);
  return svg(title, TOP + height + 44 + lines.length * 18, [
    ...levels.map(
      (value) =>
        line(left, y(value), WIDTH - RIGHT, y(value), 'opacity="0.2"') +
        text(left - 6, y(value) + 4, short(value), 'end'),
    ),
    ...(level === undefined
      ? []
      : [
          line(left, y(level.value), WIDTH - RIGHT, y(level.value), 'stroke-dasharray="6 3"'),
          text(WIDTH - RIGHT, y(level.value) - 5, level.label, 'end'),
        ]),
    ...lines.map(
      ({ points: own }, place) =>
        `<polyline fill="none" stroke="${colour(place)}" stroke-width="2" points="${own.map(([at, value]) => `${fixed(x(at))},${fixed(y(value))}`).join(' ')}"/>`,
    ),
    text(left, TOP + height + 18, short(from), 'start'),
    text(WIDTH - RIGHT, TOP + height + 18, `${short(to)} ${across}`, 'end'),
    text(left, TOP - 10, axis, 'start'),
    ...lines.map(({ label }, place) => key(left, TOP + height + 38 + place * 18, place, label)),
  ]);
}

function drawStacks({ title, axis, stacks }: Extract<Plot, { kind: 'stacks' }>): string {
  const totals = stacks.map(({ parts }) => parts.reduce((sum, { value }) => sum + value, 0));
  const most = niceTop(Math.max(...totals));
  const scale = (value: number) => LEFT + (value / most) * (WIDTH - LEFT - RIGHT);
  const labels = [...new Set(stacks.flatMap(({ parts }) => parts.map(({ label }) => label)))];
  const bottom = TOP + stacks.length * ROW;
  const drawn = stacks.map(({ label, parts }, place) => {
    let reached = 0;
    const boxes = parts.map((part) => {
      const from = scale(reached);
      reached += part.value;
      return `<rect x="${fixed(from)}" y="${TOP + place * ROW + 5}" width="${fixed(scale(reached) - from)}" height="${ROW - 10}" fill="${colour(labels.indexOf(part.label))}"><title>${escaped(`${part.label}: ${part.value.toFixed(2)}`)}</title></rect>`;
    });
    return text(LEFT - 8, TOP + place * ROW + 19, label, 'end') + boxes.join('');
  });
  return svg(title, bottom + 50 + labels.length * 18, [
    ...grid(most, scale, TOP, bottom),
    ...drawn,
    text(LEFT, bottom + 36, axis, 'start'),
    ...labels.map((label, place) => key(LEFT, bottom + 56 + place * 18, place, label)),
  ]);
}

function grid(most: number, scale: (value: number) => number, top: number, bottom: number): string[] {
  return Array.from({ length: 5 }, (_, step) => (most / 4) * step).map(
    (value) =>
      line(scale(value), top, scale(value), bottom, 'opacity="0.2"') +
      text(scale(value), bottom + 16, short(value), 'middle'),
  );
}

function svg(title: string, height: number, parts: readonly string[]): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-labelledby="title" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="12">
<title id="title">${escaped(title)}</title>
<rect width="${WIDTH}" height="${height}" fill="#fff"/>
${text(12, 22, title, 'start', 'font-size="14" font-weight="bold"')}
${parts.filter((part) => part !== '').join('\n')}
</svg>
`;
}

function key(x: number, y: number, place: number, label: string): string {
  return `<rect x="${x}" y="${y - 10}" width="12" height="12" fill="${colour(place)}"/>${text(x + 18, y, label, 'start')}`;
}

function text(x: number, y: number, said: string, anchor: 'start' | 'middle' | 'end', more = ''): string {
  return `<text x="${fixed(x)}" y="${fixed(y)}" text-anchor="${anchor}"${more === '' ? '' : ` ${more}`}>${escaped(said)}</text>`;
}

function line(x1: number, y1: number, x2: number, y2: number, more: string): string {
  return `<line x1="${fixed(x1)}" y1="${fixed(y1)}" x2="${fixed(x2)}" y2="${fixed(y2)}" stroke="#333" ${more}/>`;
}

function colour(place: number): string {
  return COLOURS[place % COLOURS.length] ?? '#000';
}

/** A round number at or above `value`. */
function niceTop(value: number): number {
  if (!(value > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return ([1, 1.2, 1.6, 2, 4, 6, 8, 10].find((step) => step * power >= value) ?? 10) * power;
}

function short(value: number): string {
  return value >= 100 ? value.toFixed(0) : String(Number(value.toFixed(2)));
}

function fixed(value: number): string {
  return Number.isFinite(value) ? String(Number(value.toFixed(1))) : '0';
}

function escaped(said: string): string {
  return said.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
