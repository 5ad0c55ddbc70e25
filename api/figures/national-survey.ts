import type { FigureCell } from '../../activities/ledger/port.js';
import { shareOf } from '../rounding.js';
import { busiestOf } from './service.js';

/** テレワーク利用率 in bands, each from its first per cent to before the next (000:141-149). */
export const bands = [0, 10, 30, 50, 80] as const;
export type Band = (typeof bands)[number];

/** テレワーク利用率: users ÷ eligible staff (対象者) on the busiest day of a span of months. */
export interface UseRate {
  /** Absent where nobody teleworked in the span. */
  date?: string;
  users: number;
  /** Unknown where nobody teleworked: the figures are of days with telework. */
  eligible?: number;
  share?: number;
  band: Band;
}

/** 実施方法: devices lent by the office, one's own from the desk, private ones; and whether the office's network can be reached from them (庁内LANアクセス可). */
export const ways = ['lent', 'ownDesk', 'private'] as const;
export type Ways = Readonly<Partial<Record<(typeof ways)[number], { lan: boolean }>>>;

/** The ways that a pack allows. What runs in the cloud, or on paper that is carried home, does not reach the office's network. */
export function waysOf(devices: readonly string[], ictMethod: string): Ways {
  const lan = !['none', 'cloudApps'].includes(ictMethod);
  return Object.fromEntries(ways.flatMap((way) => (devices.includes(way) ? [[way, { lan }]] : [])));
}

/** What a municipality that has telework answers the ministry's survey (000:141-164, 002). What it does not know is absent. */
export interface NationalSurvey {
  rate?: UseRate;
  /** 実施対象部門の限定. */
  departments?: 'all' | 'some';
  /** 非常勤職員の実施. */
  partTimers?: boolean;
  ways: Ways;
}

/** `cells`: `dailyUsers` by date, of the frozen months of the span. */
export function useRate(cells: readonly FigureCell[]): UseRate {
  const days = cells.flatMap(({ dims, value, of = 0 }) => (dims.date === undefined ? [] : [{ date: dims.date, users: value, of }]));
  const busiest = busiestOf(days.sort((one, other) => (one.date < other.date ? -1 : 1)));
  if (!busiest) return { users: 0, band: 0 };
  const { date, users, of: eligible } = busiest;
  const share = shareOf(users, eligible);
  return { date, users, eligible, ...(share !== undefined && { share }), band: bandOf(users, eligible) };
}

/** By the exact quotient: 9.96 % is shown as 10.0 and is below ten. */
export const bandOf = (users: number, eligible: number): Band =>
  bands.reduce<Band>((reached, from) => (users * 100 >= from * eligible ? from : reached), 0);

/** 都道府県, 政令指定都市, 市区町村. */
export const bodies = ['prefecture', 'designatedCity', 'municipality'] as const;

/** The answer of one of many: of those without telework, what they intend. */
export type NationalAnswer = { body: (typeof bodies)[number] } & (
  | { introduced: true; answer: NationalSurvey }
  | { introduced: false; plan: 'thisYear' | 'later' | 'formerly' | 'undecided' }
);

/** So many bodies, in per cent of those whom the line is about. */
export interface Count {
  count: number;
  share?: number;
}

/** The ministry's table of many answers (000:131-164). Those who answer a question not at all stand in the whole of which the shares are. */
export interface NationalTable {
  introduction: readonly {
    body: NationalAnswer['body'];
    bodies: number;
    introduced: Count;
    notIntroduced: Count & Readonly<Record<'thisYear' | 'later' | 'formerly' | 'undecided', number>>;
  }[];
  rates: readonly (Count & { band: Band })[];
  rateUnknown: Count;
  departments: Readonly<Record<'all' | 'some', Count>>;
  partTimers: Readonly<Record<'yes' | 'no', Count>>;
  /** `lan`: of those who do it this way. */
  ways: readonly (Count & { way: (typeof ways)[number]; lan: Count })[];
}

/**
 * Shares are of the counts, to one decimal, rounded half up. The ministry prints 52.4 % for 213 of 406 where that is 52.5 %: with 52.5 its bands and the unknown would add up to
 * 100.1.
 */
export function nationalTable(answers: readonly NationalAnswer[]): NationalTable {
  const introduced = answers.flatMap((one) => (one.introduced ? [one.answer] : []));
  const countOf = (count: number, whole: number): Count => {
    const share = shareOf(count, whole);
    return { count, ...(share !== undefined && { share }) };
  };
  const among = (holds: (answer: NationalSurvey) => boolean): Count => countOf(introduced.filter(holds).length, introduced.length);
  return {
    introduction: bodies.map((body) => {
      const own = answers.filter((one) => one.body === body);
      const without = own.flatMap((one) => (one.introduced ? [] : [one.plan]));
      const planning = (plan: (typeof without)[number]) => without.filter((one) => one === plan).length;
      return {
        body,
        bodies: own.length,
        introduced: countOf(own.length - without.length, own.length),
        notIntroduced: {
          ...countOf(without.length, own.length),
          ...{ thisYear: planning('thisYear'), later: planning('later'), formerly: planning('formerly'), undecided: planning('undecided') },
        },
      };
    }),
    rates: bands.map((band) => ({ band, ...among(({ rate }) => rate?.band === band) })),
    rateUnknown: among(({ rate }) => rate === undefined),
    departments: { all: among(({ departments }) => departments === 'all'), some: among(({ departments }) => departments === 'some') },
    partTimers: { yes: among(({ partTimers }) => partTimers === true), no: among(({ partTimers }) => partTimers === false) },
    ways: ways.map((way) => {
      const all = among((answer) => answer.ways[way] !== undefined);
      const withLan = introduced.filter((answer) => answer.ways[way]?.lan).length;
      return { way, ...all, lan: countOf(withLan, all.count) };
    }),
  };
}
