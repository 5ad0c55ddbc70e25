import type { Change, Reason } from '../../activities/planner/port.js';
import { type Language, say } from '../../config/texts.js';

/** Why a plan does not place everybody, as people read it; `cures`: each of them alone would do. */
export interface ReasonInWords {
  text: string;
  cures: readonly string[];
}

/** `nameOf`: a department as the directory names it. */
export function reasonInWords(
  { sections, dates, devices, incurable, cures }: Reason,
  language: Language,
  nameOf: (department: string) => string,
): ReasonInWords {
  const words = (code: string, params: object = {}) => say(language, 'plan', code, { ...params });
  const sum = (field: 'people' | 'cannot') => sections.reduce((total, one) => total + one[field], 0);
  const names = sections
    .map(({ section }) => nameOf(section))
    .reduce((list, name, nth) => list + words(nth === sections.length - 1 ? 'and' : 'next') + name);
  const facts = [
    words(sections.length > 1 ? 'peopleOf' : 'people', { names, people: sum('people') }),
    ...(devices === undefined ? [] : [words('devices', { devices })]),
    ...sections.flatMap(({ section, blockedByCounter: blocked }) =>
      blocked ? [words(sections.length > 1 ? 'blockedIn' : 'blocked', { blocked, dates, section: nameOf(section) })] : [],
    ),
  ];
  const text = [
    facts.join(words('comma')) + words('stop'),
    ...(sum('cannot') ? [words('cannot', { cannot: sum('cannot') })] : []),
    ...(incurable ? [words('incurable', { incurable })] : []),
    ...(cures.length ? [words(cures.length > 1 ? 'anyOf' : 'this')] : []),
  ];
  return {
    text: text.join(language === 'ja' ? '' : ' '),
    cures: cures.map((changes) => changes.map((change) => changeInWords(change, words, nameOf)).join(words('together'))),
  };
}

function changeInWords(change: Change, words: (code: string, params?: object) => string, nameOf: (department: string) => string): string {
  if ('device' in change) {
    const { from, until, count } = change.device;
    return words(from === until ? 'moreDevices' : 'moreDevicesFor', { from, until, count });
  }
  if ('counter' in change) {
    const { section, date, half, by } = change.counter;
    return words('smallerCounter', { section: nameOf(section), date, half, by });
  }
  return 'seats' in change ? words('moreSeats', change.seats) : words('longer', change.dates);
}
