import type { Duty, MemberInput, Part, PlanInput, PlannedSlot, SectionInput, Slot } from './port.js';

/** A date, or a half of it, on which something can be planned. Called by its number among those of the period. */
export interface Place {
  date: string;
  part: Part;
}

export type Half = 'morning' | 'afternoon';
export const halves: readonly Half[] = ['morning', 'afternoon'];

export const covers = (part: Part, half: Half): boolean => part === 'day' || part === half;

export const placesOf = ({ dates, unit }: PlanInput): Place[] =>
  dates.flatMap((date): Place[] => (unit === 'day' ? [{ date, part: 'day' }] : halves.map((part) => ({ date, part }))));

const within = ({ from, until }: { from: string; until: string }, date: string): boolean => from <= date && date <= until;

/** Members of a section who differ in nothing that matters. */
export interface Group {
  section: SectionInput;
  /** Who waited longest first, then by staff number. */
  members: readonly MemberInput[];
  /** What they have in common. */
  someone: MemberInput;
  windows: readonly Window[];
  /** Places that can be kept. A group with more than one is one person. */
  keeps: readonly number[];
}

/** A duty of which so many times are done and so many open, to be met at some of these places. */
interface Window {
  duty: Duty;
  done: number;
  open: number;
  places: readonly number[];
}

/** @param byWaiting tells people apart by how long they waited, too: of use only where not everybody can be placed. */
export function groupsOf(input: PlanInput, { byWaiting }: { byWaiting: boolean }): Group[] {
  const places = placesOf(input);
  const numbers = new Map(places.map(({ date, part }, number) => [`${date} ${part}`, number]));
  const groups = new Map<string, Group & { members: MemberInput[] }>();
  for (const section of input.sections)
    for (const member of section.members) {
      const { staff, duties, absent, unavailable, waited, needsDevice, first, fixed } = member;
      const away = new Set([...absent, ...unavailable, ...fixed.map(({ date }) => date)]);
      const windows = duties.flatMap((duty) => {
        const done = fixed.filter(({ date }) => within(duty, date)).length;
        const free = places.flatMap(({ date }, number) => (within(duty, date) && !away.has(date) ? [number] : []));
        return done < duty.times ? [{ duty, done, open: duty.times - done, places: free }] : [];
      });
      if (windows.length === 0) continue;
      const free = new Set(windows.flatMap((window) => window.places));
      const keeps = member.keeps.map(({ date, part }) => numbers.get(`${date} ${part}`) ?? -1).filter((number) => free.has(number));
      const alone = keeps.length > 1 && staff;
      const key = JSON.stringify([section.section, windows, keeps, member.keeps.length, alone, needsDevice, first, byWaiting && waited]);
      const group = groups.get(key);
      if (group) group.members.push(member);
      else groups.set(key, { section, members: [member], someone: member, windows, keeps });
    }
  for (const { members } of groups.values()) members.sort((one, other) => other.waited - one.waited || (one.staff < other.staff ? -1 : 1));
  return [...groups.values()];
}

/** How many go at each place, by its number. */
export type Counts = ReadonlyMap<number, number>;

export interface Dealt {
  slots: PlannedSlot[];
  missing: { staff: string; section: string; duty: Duty; missing: number }[];
}

/**
 * Who of the group goes when. Window by window, places are dealt to the members one after the other, round and round: as at most all of them go on one date and its places
 * follow each other, nobody gets two of one date, and nobody two times more than somebody else. What all kept is dealt first, so that as many as possible keep it.
 */
export function deal({ section: { section }, members, windows, keeps }: Group, counts: Counts, places: readonly Place[]): Dealt {
  const dealt: Dealt = { slots: [], missing: [] };
  const keptDates = new Set(keeps.map((place) => places[place]?.date));
  const turn = (place: number) => (keeps.includes(place) ? 0 : keptDates.has(places[place]?.date) ? 1 : 2);
  for (const { duty, open, places: free } of windows) {
    const cards = free
      .toSorted((one, other) => turn(one) - turn(other) || one - other)
      .flatMap((place) => Array(counts.get(place) ?? 0).fill(place));
    for (const [index, { staff }] of members.entries()) {
      const own = cards.filter((_, card) => card % members.length === index);
      for (const place of own) dealt.slots.push({ ...(places[place] as Slot), staff, section });
      if (own.length < open) dealt.missing.push({ staff, section, duty, missing: open - own.length });
    }
  }
  return dealt;
}
