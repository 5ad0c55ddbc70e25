import { type Cell, grouped, shownCell } from './document.js';
import { type Dash, type Drawing, dashOf, type Mark, type Pattern, type Point, patternOf, shapeOf, widthOf } from './marks.js';

/** What a chart shows. An absent value is not drawn; one that is not to be shown has a sign in its place. */
export interface Chart {
  /** Beside one another, one upon the other, or along lines. */
  as: 'bars' | 'stack' | 'lines';
  title: string;
  description: string;
  unit: string;
  /** Of the values; none where they are whole numbers. */
  decimals?: 1;
  categories: readonly string[];
  series: readonly { name: string; values: readonly Value[] }[];
}

type Value = number | string | undefined;
const amount = (value: Value): number => (typeof value === 'number' ? value : 0);

const [width, height] = [480, 156];
const [labelSize, titleSize] = [7, 8.5];
/** Smaller nobody reads it: the table has the number. */
const smallest = 4.5;
/** Of a bar beside a table's row. */
export const barWidth = 120;
/** Where title and legend stand. */
const [titleAt, legendAt] = [9, 21];
/** The plot's corners: above it title and legend, to the left the scale, below the categories; lines have their last value to the right. */
const [top, bottom, left] = [40, height - 16, 40];

/** Draws the chart. @throws RangeError for more series than can be told apart */
export function drawingOf(chart: Chart): Drawing {
  const { as, title, description, categories, series } = chart;
  const right = as === 'lines' ? width - 40 : width - 6;
  const highest = as === 'stack' ? categories.map((_, at) => sumAt(chart, at)) : series.flatMap(({ values }) => values.map(amount));
  const step = stepFor(Math.max(0, ...highest));
  const ticks = Array.from({ length: Math.max(1, Math.ceil(Math.max(0, ...highest) / step)) + 1 }, (_, index) => index * step);
  const scale = { step, of: (value: number) => bottom - ((bottom - top) * value) / (ticks.at(-1) ?? 1) };
  const slot = (right - left) / Math.max(1, categories.length);
  const plot: Plot = { y: scale.of, slot, centre: (at) => left + slot * (at + 0.5), right };
  const marks: Mark[] = [
    { ...text([0, titleAt], `${title} [${chart.unit}]`, 'start'), size: titleSize },
    ...ticks.flatMap((value): Mark[] => [
      line(
        [
          [left, scale.of(value)],
          [right, scale.of(value)],
        ],
        value === 0 ? { weight: 0.8 } : { weight: 0.4, grey: true },
      ),
      text([left - 4, scale.of(value) + 2.5], grouped(value), 'end'),
    ]),
    ...categories.map((category, at) => text([plot.centre(at), bottom + 10], category, 'middle')),
    ...legendOf(chart),
    ...(as === 'bars' ? barsOf(chart, plot) : as === 'stack' ? stackOf(chart, plot) : linesOf(chart, plot)),
  ];
  return { width, height, title, description, marks };
}

/** A single bar, as it stands beside a row of a table: of the number in its cell, or none. */
export function barOf(cell: Cell, { max, title }: { max: number; title: string }): Drawing {
  const value = typeof cell === 'object' ? cell.value : typeof cell === 'number' ? cell : 0;
  const length = (barWidth * Math.min(value, max)) / max;
  const marks: Mark[] = [{ mark: 'bar', x: 0.5, y: 1, width: length, height: 7, pattern: 'full' }];
  return { width: barWidth + 1, height: 9, title, description: shownCell(cell), marks };
}

interface Plot {
  y(value: number): number;
  /** Width that each category has. */
  slot: number;
  centre(at: number): number;
  right: number;
}

function barsOf({ series, decimals }: Chart, { y, slot, centre }: Plot): readonly Mark[] {
  const each = (slot * 0.8) / series.length;
  return series.flatMap(({ values }, index) =>
    values.flatMap((value, at): Mark[] => {
      if (value === undefined) return [];
      const x = centre(at) - slot * 0.4 + each * index;
      if (typeof value === 'string') return [text([x + each / 2, y(0) - 2.5], value, 'middle')];
      return [
        bar({ x, width: each }, y(value), y(0), patternOf(index)),
        ...labelled([x + each / 2, y(value) - 2.5], grouped(value, decimals), each),
      ];
    }),
  );
}

function stackOf(chart: Chart, { y, slot, centre }: Plot): readonly Mark[] {
  return chart.categories.flatMap((_, at): Mark[] => {
    let below = 0;
    const parts = chart.series.flatMap(({ values }, index): Mark[] => {
      const value = amount(values[at]);
      below += value;
      return value ? [bar({ x: centre(at) - slot * 0.3, width: slot * 0.6 }, y(below), y(below - value), patternOf(index))] : [];
    });
    const known = chart.series.some(({ values }) => values[at] !== undefined);
    return [...parts, ...(known ? labelled([centre(at), y(below) - 2.5], grouped(sumAt(chart, at), chart.decimals), slot) : [])];
  });
}

/** Each line with the value at its end; the first, which the chart is about, with all of its values. */
function linesOf({ series, decimals }: Chart, { y, slot, centre, right }: Plot): readonly Mark[] {
  const lines = series.flatMap(({ values }, index): Mark[] => {
    const points = values.flatMap((value, at): Point[] => (typeof value === 'number' ? [[centre(at), y(value)]] : []));
    return [line(points, { weight: 1.2, dash: dashOf(index) }), ...points.map((at): Mark => ({ mark: 'sign', at, shape: shapeOf(index) }))];
  });
  const others = series.slice(1);
  const along = (series[0]?.values ?? []).flatMap((value, at, { length }) => {
    if (typeof value !== 'number' || at === length - 1) return [];
    const own = y(value);
    // Above its sign or below, where no other line has one; else the table alone says it.
    const place = [own - 5, own + labelSize + 5].find((under) =>
      others.every(({ values }) => values[at] === undefined || Math.abs(under - labelSize / 2 - y(amount(values[at]))) > 6),
    );
    return place === undefined ? [] : labelled([centre(at), place], grouped(value, decimals), slot);
  });
  let free = 0;
  const ends = series
    .flatMap(({ values }) => values.findLast((value) => typeof value === 'number') ?? [])
    .sort((one, other) => other - one)
    .map((value) => {
      const at = Math.max(y(value) + 2.5, free);
      free = at + labelSize;
      return text([right + 4, at], grouped(value, decimals), 'start');
    });
  return [...lines, ...along, ...ends];
}

/** Samples with their names, from the left. */
function legendOf({ as, series }: Chart): readonly Mark[] {
  let x = left;
  return series.flatMap(({ name }, index): Mark[] => {
    const from = x;
    x += 30 + widthOf(name, labelSize);
    const sample: Mark[] =
      as === 'lines'
        ? [
            line(
              [
                [from, legendAt],
                [from + 20, legendAt],
              ],
              { weight: 1.2, dash: dashOf(index) },
            ),
            { mark: 'sign', at: [from + 10, legendAt], shape: shapeOf(index) },
          ]
        : [bar({ x: from + 6, width: 14 }, legendAt - 4, legendAt + 4, patternOf(index))];
    return [...sample, text([from + 23, legendAt + 2.5], name, 'start')];
  });
}

const bar = ({ x, width }: { x: number; width: number }, from: number, to: number, pattern: Pattern): Mark => ({
  ...{ mark: 'bar', x, width, y: from, height: to - from, pattern },
});

const line = (points: readonly Point[], { weight, dash = 'solid', grey }: { weight: number; dash?: Dash; grey?: true }): Mark => ({
  ...{ mark: 'line', points, dash, weight, ...(grey && { grey }) },
});

/** In the middle of so much room, in the largest size that it has room for; left out where that is too small. */
function labelled(at: Point, said: string, room: number): readonly Mark[] {
  const size = Math.min(labelSize, room / widthOf(said, 1));
  return size < smallest ? [] : [{ ...text(at, said, 'middle'), size }];
}

const text = (at: Point, said: string, anchor: 'start' | 'middle' | 'end'): Extract<Mark, { mark: 'text' }> => ({
  ...{ mark: 'text', at, text: said, size: labelSize, anchor },
});

const sumAt = ({ series }: Chart, at: number): number => round(series.reduce((sum, { values }) => sum + amount(values[at]), 0));
/** Sums of hours have one decimal, as what they are made of. */
const round = (value: number): number => Math.round(value * 10) / 10;

/** The distance of at most six lines of the scale: 1, 2 or 5 times a power of ten, and never less than one. */
function stepFor(highest: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(highest, 1) / 5));
  const fitting = [1, 2, 5, 10].find((times) => times * power * 5 >= highest) ?? 10;
  return Math.max(1, fitting * power);
}
