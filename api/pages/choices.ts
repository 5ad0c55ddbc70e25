import { dateInWords, type Language } from '../../config/texts.js';
import { distinct } from '../../workflows/shared/sets.js';
import type { Person } from '../views.js';
import { type Choice, type Choices, personWords } from './fields.js';

/** What a case shows of itself, as far as forms choose from it. */
interface Offering {
  members?: readonly { staff: Person }[];
  swaps?: readonly { id: string; by: Person; mine: string; with: Person; theirs: string }[];
  raised?: readonly { id: string; text?: string; answer?: string }[];
  measures?: readonly { year: number; number: number; text?: string; withdrawn?: string; decided?: string }[];
}

/** What the fields of a case's forms can name of it: its people, and what is open among them. Nobody is to type a number that only the case knows. */
export function choicesOf(language: Language, state: object): Choices {
  const { members = [], swaps = [], raised = [], measures = [] } = state as Offering;
  const people = members.map(({ staff }): Choice => ({ value: staff.staffNumber, words: `${personWords(staff)} ${staff.staffNumber}` }));
  const open: readonly [string, readonly Choice[]][] = [
    ['staff', people],
    ['people', people],
    ['with', people],
    [
      'swap',
      swaps.map(({ id, by, mine, with: partner, theirs }) => {
        const sides = [`${personWords(by)} ${dateInWords(mine, language)}`, `${personWords(partner)} ${dateInWords(theirs, language)}`];
        return { value: id, words: sides.join(' ⇔ ') };
      }),
    ],
    ...measureChoices(measures),
    ['raised', raised.flatMap(({ id, text = id, answer }) => (answer === undefined ? [{ value: id, words: text }] : []))],
  ];
  return new Map(open.filter(([, choices]) => choices.length));
}

/** A measure is named by the year in which it came about and its number in that: the open ones. */
function measureChoices(measures: NonNullable<Offering['measures']>): readonly [string, readonly Choice[]][] {
  const open = measures.filter(({ withdrawn, decided }) => withdrawn === undefined && decided !== 'stop' && decided !== 'done');
  const words = ({ year, number, text }: (typeof open)[number]) => [`${year}-${number}`, ...(text === undefined ? [] : [text])].join(' ');
  const choices = (of: 'year' | 'number') =>
    distinct(open.map((one) => one[of])).map((value): Choice => {
      const named =
        of === 'number'
          ? open
              .filter(({ number }) => number === value)
              .map(words)
              .join(' / ')
          : `${value}`;
      return { value: `${value}`, words: named };
    });
  return [
    ['year', choices('year')],
    ['number', choices('number')],
  ];
}
