import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { drawPlot, type Plot } from '../../bench/support/plots.ts';

const PLOTS: readonly Plot[] = [
  {
    kind: 'bars',
    file: 'bars.svg',
    title: 'Bars <of> "calls" & more',
    axis: 'times the limit.',
    bars: [
      { label: 'create & read', value: 0.81, floor: 0.75, goal: 0.85 },
      { label: 'none', value: 0 },
    ],
  },
  {
    kind: 'lines',
    file: 'lines.svg',
    title: 'Lines',
    axis: 'times',
    across: 'seconds',
    lines: [
      {
        label: 'one',
        points: [
          [1, 1],
          [2, 1.2],
          [3, 0.9],
        ],
      },
      { label: 'a single point', points: [[2, 1]] },
    ],
    level: { label: 'most', value: 1.1 },
  },
  {
    kind: 'stacks',
    file: 'stacks.svg',
    title: 'Stacks',
    axis: 'share',
    stacks: [
      {
        label: 'create',
        parts: [
          { label: 'a', value: 0.4 },
          { label: 'b', value: 0.6 },
        ],
      },
    ],
  },
];

describe('a plot', () => {
  for (const plot of PLOTS) {
    test(`of ${plot.kind} is well-formed, with its title for whoever cannot see it`, () => {
      const svg = drawPlot(plot);
      assertWellFormed(svg);
      assert.match(svg, /<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" role="img" aria-labelledby="title"/);
      assert.match(svg, /<title id="title">[^<]+<\/title>/);
      assert.doesNotMatch(svg, /NaN|Infinity|undefined/);
    });
  }

  test('is drawn alike from the same figures', () => {
    for (const plot of PLOTS) assert.equal(drawPlot(plot), drawPlot(plot));
  });

  test('of nothing at all is still a picture', () => {
    assertWellFormed(drawPlot({ kind: 'bars', file: '', title: 'Nothing', axis: '', bars: [] }));
  });
});

test('what is not well-formed is found by the check above', () => {
  for (const bad of [
    '<svg><g></svg>',
    '<svg a=1></svg>',
    '<svg>&</svg>',
    '<svg></svg><svg></svg>',
    '<svg>a < b</svg>',
  ]) {
    assert.throws(() => assertWellFormed(bad), bad);
  }
});

/** Every element is closed in its turn, attributes are quoted, and text holds no bare `<` or `&`. */
function assertWellFormed(xml: string): void {
  const open: string[] = [];
  let roots = 0;
  const rest = xml
    .trim()
    .replaceAll(
      /<(\/?)([a-z]+)((?:\s+[\w:-]+="[^"<&]*(?:&(?:amp|lt|gt|quot);[^"<&]*)*")*)\s*(\/?)>/g,
      (_all, closes, name, _attributes, alone) => {
        if (open.length === 0 && closes === '') roots += 1;
        if (closes === '/') assert.equal(open.pop(), name);
        else if (alone === '') open.push(name);
        return '';
      },
    );
  assert.deepEqual(open, []);
  assert.equal(roots, 1);
  assert.doesNotMatch(rest.replaceAll(/&(?:amp|lt|gt|quot);/g, ''), /[<&]/);
}
