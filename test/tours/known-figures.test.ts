import { describe, expect, it } from 'vitest';
import type { FigureCell } from '../../activities/ledger/port.js';
import { KnownFigures } from '../../tours/known-figures.js';

const month = '2027-06';
const cell = (figure: FigureCell['figure'], value: number, dims: FigureCell['dims'] = {}): FigureCell => ({ month, figure, dims, value });

/** Two days of one person at home, one of another by mobile work, and one by order. */
function known(): KnownFigures {
  const figures = new KnownFigures();
  figures.addDays(
    [
      { staff: '1', date: '2027-06-01', form: 'home' },
      { staff: '1', date: '2027-06-02', form: 'home' },
      { staff: '2', date: '2027-06-02', form: 'mobile' },
      { staff: '3', date: '2027-06-02', form: 'home', ordered: 'snow' },
    ],
    (staff) => (staff === '2' ? 'zeimu' : 'soumu'),
  );
  return figures;
}

const right: readonly FigureCell[] = [
  ...[cell('uses', 3), cell('uses', 2, { form: 'home' }), cell('uses', 1, { form: 'mobile' })],
  ...[cell('uses', 2, { department: 'soumu' }), cell('uses', 1, { department: 'zeimu' })],
  ...[cell('uses', 2, { form: 'home', department: 'soumu' }), cell('uses', 1, { form: 'mobile', department: 'zeimu' })],
  ...[cell('people', 2), cell('people', 1, { form: 'home' }), cell('people', 1, { form: 'mobile' })],
  ...[cell('people', 1, { department: 'soumu' }), cell('people', 1, { department: 'zeimu' })],
  ...[cell('people', 1, { department: 'soumu', form: 'home' }), cell('people', 1, { department: 'zeimu', form: 'mobile' })],
  ...[cell('orderedUses', 1), cell('orderedUses', 1, { form: 'home' }), cell('orderedUses', 1, { department: 'soumu' })],
  cell('orderedUses', 1, { department: 'soumu', form: 'home' }),
  ...[cell('minutes', 1395), cell('minutes', 930, { form: 'home' }), cell('minutes', 465, { form: 'mobile' })],
];

describe('what a tour knows of the months by itself', () => {
  it('is what the cells say: days, different people, ordered ones apart', () => {
    expect(known().differences(right, [month])).toEqual([]);
    expect(known().size).toBe(right.length);
  });

  it.each([
    ['one too many', [...right.slice(1), cell('uses', 4)], '2027-06 uses: 3 were done, 4 are counted'],
    ['one that is missing', right.slice(1), '2027-06 uses: 3 were done, 0 are counted'],
    [
      'one that nobody has done',
      [...right, cell('uses', 1, { form: 'satellite' })],
      '2027-06 uses form=satellite: 0 were done, 1 are counted',
    ],
  ])('finds %s', (_what, cells, difference) => {
    expect(known().differences(cells, [month])).toEqual([difference]);
  });

  it('says nothing of what it does not know: other figures, other ways to split one up, other months', () => {
    const others = [
      cell('troubles', 1),
      cell('dailyUsers', 4),
      { ...cell('uses', 9), month: '2027-07' },
      cell('uses', 0, { form: 'satellite' }),
    ];
    expect(known().differences([...right, ...others], [month])).toEqual([]);
  });
});
