import { dateInWords, type Language } from '../../config/texts.js';
import type { Person } from '../views.js';
import { type Choice, type Choices, personWords } from './fields.js';

/** What a case shows of itself, as far as forms choose from it. */
interface Offering {
  members?: readonly { staff: Person }[];
  swaps?: readonly { id: string; by: Person; mine: string; with: Person; theirs: string }[];
  raised?: readonly { id: string; text?: string; answer?: string }[];
}

/** What the fields of a case's forms can name of it: its people, and what is open among them. Nobody is to type a number that only the case knows. */
export function choicesOf(language: Language, state: object): Choices {
  const { members = [], swaps = [], raised = [] } = state as Offering;
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
    ['raised', raised.flatMap(({ id, text = id, answer }) => (answer === undefined ? [{ value: id, words: text }] : []))],
  ];
  return new Map(open.filter(([, choices]) => choices.length));
}
