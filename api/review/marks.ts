/**
 * What charts are made of, on screen and on paper: lengths in points from the upper left. Everything is black, grey or white and told apart by pattern, dash and shape, so that a copy says what
 * the original does.
 */
export type Mark =
  | { mark: 'bar'; x: number; y: number; width: number; height: number; pattern: Pattern }
  | { mark: 'line'; points: readonly Point[]; dash: Dash; weight: number; grey?: true }
  | { mark: 'sign'; at: Point; shape: Shape }
  | { mark: 'text'; at: Point; text: string; size: number; anchor: 'start' | 'middle' | 'end' };

export type Point = readonly [x: number, y: number];

/** A picture: marks, and in words what they show. */
export interface Drawing {
  width: number;
  height: number;
  title: string;
  description: string;
  marks: readonly Mark[];
}

/** Side of the square in which a pattern repeats itself. */
export const tile = 6;
/** Strokes in that square, each from a point to a point, and a little beyond where it goes on in the next; `fill`: the grey of the ground, from 0 (black) to 1 (white). */
export const patterns = {
  full: { fill: 0.35, strokes: [] },
  empty: { fill: 1, strokes: [] },
  rising: {
    fill: 1,
    strokes: [
      [-1, 7, 7, -1],
      [-1, 1, 1, -1],
      [5, 7, 7, 5],
    ],
  },
  level: {
    fill: 1,
    strokes: [
      [0, 1.5, 6, 1.5],
      [0, 4.5, 6, 4.5],
    ],
  },
  falling: {
    fill: 0.85,
    strokes: [
      [-1, -1, 7, 7],
      [5, -1, 7, 1],
      [-1, 5, 1, 7],
    ],
  },
  crossed: {
    fill: 1,
    strokes: [
      [0, 3, 6, 3],
      [3, 0, 3, 6],
    ],
  },
} as const satisfies Readonly<Record<string, { fill: number; strokes: readonly (readonly [number, number, number, number])[] }>>;
export type Pattern = keyof typeof patterns;

/** Lengths of strokes and gaps. */
export const dashes = { solid: [], dashed: [6, 3], dotted: [1.5, 2.5], dashDotted: [8, 3, 1.5, 3] } as const;
export type Dash = keyof typeof dashes;

/** Signs at the points of a line, as the corners of a polygon around it; a circle has none. */
export const shapes = {
  disc: [],
  square: [
    [-2.5, -2.5],
    [2.5, -2.5],
    [2.5, 2.5],
    [-2.5, 2.5],
  ],
  triangle: [
    [0, -3.2],
    [3, 2.4],
    [-3, 2.4],
  ],
  diamond: [
    [0, -3.4],
    [3.4, 0],
    [0, 3.4],
    [-3.4, 0],
  ],
} as const satisfies Readonly<Record<string, readonly Point[]>>;
export type Shape = keyof typeof shapes;

/** Which patterns and strokes the series of a chart have, in order. */
export const patternOf = (series: number): Pattern => nth(Object.keys(patterns) as Pattern[], series);
export const dashOf = (series: number): Dash => nth(Object.keys(dashes) as Dash[], series);
export const shapeOf = (series: number): Shape => nth(Object.keys(shapes) as Shape[], series);

/** More series than that nobody tells apart in black and white. @throws RangeError */
function nth<Name>(names: readonly Name[], series: number): Name {
  const name = names[series];
  if (name === undefined) throw new RangeError(`a chart has at most ${names.length} series`);
  return name;
}

/** Width of a text in points, a little more rather than less: East Asian letters are as wide as high. */
export const widthOf = (text: string, size: number): number =>
  [...text].reduce((sum, letter) => sum + (letter > '\u2e7f' ? 1 : 0.6), 0) * size;
