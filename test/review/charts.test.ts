import { describe, expect, test } from 'vitest';
import { barOf, type Chart, drawingOf } from '../../api/review/charts.js';
import { dashes, dashOf, type Mark, type Pattern, patternOf, patterns, shapeOf, shapes } from '../../api/review/marks.js';
import { svgOf } from '../../api/review/svg.js';

const chart = (as: Chart['as'], ...series: readonly (number | undefined)[][]): Chart => ({
  ...{ as, title: '延べ実施者数', description: '単位：人', unit: '人', categories: ['4月', '5月', '6月'] },
  series: series.map((values, at) => ({ name: `系列${at + 1}`, values })),
});
const of = <Kind extends Mark['mark']>(kind: Kind, marks: readonly Mark[]) =>
  marks.filter((mark): mark is Extract<Mark, { mark: Kind }> => mark.mark === kind);
const said = (marks: readonly Mark[]): string[] => of('text', marks).map(({ text }) => text);
/** Those of the plot; the others are samples of the legend. */
const bars = (marks: readonly Mark[]) => of('bar', marks).filter(({ y }) => y >= 40);
const baseline = 140;

describe('a chart', () => {
  test('has bars as high as their values are, from one line, with their values above them', () => {
    const { marks } = drawingOf(chart('bars', [10, 20, undefined], [0, 5, 40]));
    const plotted = bars(marks);
    expect(plotted.map(({ pattern }) => pattern)).toEqual(['full', 'full', 'empty', 'empty', 'empty']);
    const [ten = 0, twenty = 0, none, five, forty] = plotted.map(({ height }) => height);
    expect(twenty / ten).toBeCloseTo(2);
    expect([(five ?? 0) / ten, (forty ?? 0) / ten, none]).toEqual([expect.closeTo(0.5), expect.closeTo(4), 0]);
    for (const { y, height } of plotted) expect(y + height).toBeCloseTo(baseline);
    expect(said(marks)).toEqual(
      expect.arrayContaining(['10', '20', '0', '5', '40', '4月', '5月', '6月', '系列1', '系列2', '延べ実施者数 [人]']),
    );
    for (const value of [10, 20, 40]) {
      const label = of('text', marks).find(({ text, anchor }) => text === `${value}` && anchor === 'middle');
      const under = plotted.find(({ height }) => Math.abs(height - ten * (value / 10)) < 0.01);
      expect(label?.at[0]).toBeCloseTo((under?.x ?? 0) + (under?.width ?? 0) / 2);
      expect(label?.at[1]).toBeLessThan(under?.y ?? 0);
    }
  });

  test('piles what makes up one sum, and says the sum', () => {
    const { marks } = drawingOf({ ...chart('stack', [1.5, 2, undefined], [2.5, 0, undefined]), decimals: 1 });
    const [first, second, other] = bars(marks);
    expect((first?.y ?? 0) - (second?.height ?? 0)).toBeCloseTo(second?.y ?? 0);
    expect(bars(marks)).toHaveLength(3);
    expect(other?.pattern).toBe('full');
    expect(said(marks)).toEqual(expect.arrayContaining(['4.0', '2.0']));
  });

  test('draws lines through the values that are known, the target across the year', () => {
    const { marks } = drawingOf(chart('lines', [1, 4, undefined], [30, 30, 28]));
    const [known, target] = of('line', marks)
      .filter(({ grey, points }) => !grey && points.length > 1 && points.every(([, y]) => y < baseline && y >= 40))
      .sort((one, other) => one.points.length - other.points.length);
    expect(known?.points).toHaveLength(2);
    expect(target?.points).toHaveLength(3);
    const [[, at30 = 0] = [], , [, at28 = 0] = []] = target?.points ?? [];
    const [[, at1 = 0] = []] = known?.points ?? [];
    expect((baseline - at30) / (baseline - at1)).toBeCloseTo(30);
    expect((baseline - at28) / (baseline - at1)).toBeCloseTo(28);
  });

  test('says all it says in black and white: no two series have the same pattern, dash or sign', () => {
    const places = [0, 1, 2, 3, 4, 5];
    expect(new Set(places.map(patternOf)).size).toBe(6);
    expect(new Set(Object.values(patterns).map((one) => JSON.stringify(one))).size).toBe(Object.keys(patterns).length);
    expect(new Set(places.slice(0, 4).map(dashOf)).size).toBe(4);
    expect(new Set(Object.values(dashes).map(String)).size).toBe(4);
    expect(new Set(places.slice(0, 4).map(shapeOf)).size).toBe(4);
    expect(new Set(Object.values(shapes).map((one) => JSON.stringify(one))).size).toBe(4);

    const { marks } = drawingOf(chart('bars', ...places.map((value) => [value + 1])));
    expect(new Set(bars(marks).map(({ pattern }) => pattern)).size).toBe(6);
    const lines = drawingOf(chart('lines', [1, 2, 3], [2, 3, 4], [3, 4, 5], [4, 5, 6])).marks;
    expect(new Set(of('sign', lines).map(({ shape }) => shape)).size).toBe(4);
    expect(() => drawingOf(chart('bars', ...[...places, 6].map((value) => [value])))).toThrow(RangeError);
    expect(() => drawingOf(chart('lines', ...places.map((value) => [value])))).toThrow(RangeError);
    const svg = svgOf(drawingOf(chart('bars', [1], [2])), 'c').markup;
    expect(
      [...svg.matchAll(/(?:fill|stroke)="#([0-9a-f]+)"/g)].every(([, colour = '']) => new Set(colour.match(/../g) ?? colour).size === 1),
    ).toBe(true);
  });

  test('fits: no number runs into the next, and what would be too small to read is left to the table', () => {
    const wide = drawingOf({ ...chart('bars', Array(12).fill(22_000), Array(12).fill(14_444)), categories: Array(12).fill('令和2年度') });
    const labels = of('text', wide.marks).filter(({ anchor, at }) => anchor === 'middle' && at[1] < baseline);
    expect(labels.every(({ size }) => size <= 7 && size >= 4.5)).toBe(true);
    expect(drawingOf(chart('bars', [], [])).marks.length).toBeGreaterThan(0);
    for (const { at } of of('text', drawingOf(chart('lines', [100, 100, 100], [100, 100, 100], [99, 99, 99])).marks))
      expect(at[1]).toBeLessThanOrEqual(156);
    const ends = of('text', drawingOf(chart('lines', [100, 100, 100], [100, 100, 100], [99, 99, 99])).marks).filter(
      ({ at }) => at[0] > 440,
    );
    const places = ends.map(({ at }) => at[1]).sort((one, other) => one - other);
    for (const [at, place] of places.slice(1).entries()) expect(place - (places[at] ?? 0)).toBeGreaterThanOrEqual(7);
  });
});

describe('as SVG', () => {
  const hostile = `<script>alert("1")</script>&'`;
  const svg = svgOf(
    drawingOf({ ...chart('stack', [1, 2, 3], [3, 2, 1]), title: hostile, description: hostile, unit: hostile }),
    'chart',
  ).markup;

  test('it is well-formed, whatever stands in it', () => {
    const open: string[] = [];
    const left = svg.replaceAll(
      /<(\/?)(\w+)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>/g,
      (_, closes: string, name: string, _attributes, empty: string) => {
        if (closes) expect(open.pop()).toBe(name);
        else if (!empty) open.push(name);
        return '';
      },
    );
    expect(open).toEqual([]);
    expect(left).not.toMatch(/[<>]|&(?!(amp|lt|gt|quot|#39);)/);
    expect(svg).not.toContain('<script');
    expect(svg).not.toMatch(/\b(NaN|undefined|Infinity)\b/);
  });

  test('it is an image with a title and a description, whose patterns are its own', () => {
    expect(svg).toContain('role="img" aria-labelledby="chart-t chart-d"');
    expect(svg).toContain(`<title id="chart-t">&lt;script&gt;`);
    expect(svg).toContain('<desc id="chart-d">');
    const used = [...svg.matchAll(/url\(#([\w-]+)\)/g)].map(([, id]) => id);
    const defined = [...svg.matchAll(/<pattern id="([\w-]+)"/g)].map(([, id]) => id);
    expect(new Set(used)).toEqual(new Set(defined));
    expect(new Set(defined)).toEqual(new Set((['full', 'empty'] satisfies Pattern[]).map((pattern) => `chart-${pattern}`)));
  });
});

test('a bar beside a row is as long as its share', () => {
  const lengthOf = (cell: number | { value: number; shown: string } | undefined) => {
    const [bar] = of('bar', barOf(cell, { max: 100, title: 'x' }).marks);
    return bar?.width;
  };
  expect([lengthOf(50), lengthOf({ value: 25, shown: '25.0' }), lengthOf(undefined), lengthOf(100)]).toEqual([60, 30, 0, 120]);
});
