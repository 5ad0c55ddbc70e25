import { daysBetween } from '../../workflows/shared/dates.js';
import type { DirectoryPort, StaffMember } from '../directory/port.js';
import type { TrialsPort } from '../ledger/port.js';

export interface CensusParts {
  directory: Pick<DirectoryPort, 'units' | 'staffOf' | 'holdersOf'>;
  ledger: Pick<TrialsPort, 'absencesWithin' | 'employmentAmong' | 'lastTelework' | 'registeredAmong'>;
}

/** Somebody of a section, as directory, personnel files and ledger know them at this moment. */
export interface Person {
  staff: string;
  /** As the personnel files say, else as the directory does. */
  employment?: string;
  occupation?: string;
  /** The units that the person heads. */
  heads: readonly string[];
  promotes: boolean;
  /** An active one. */
  registration?: { reason?: string; forms: readonly string[] };
  absent: readonly string[];
  /** Calendar days since the person was last seen teleworking; who never was has waited longest. */
  waited: number;
}

/** 所属: whose main post is in the department. Nobody stands in two. */
export interface SectionPeople {
  department: string;
  people: readonly Person[];
}

export interface CensusQuery {
  /** Today. */
  date: string;
  /** Dates among which absences are asked for. */
  from: string;
  until: string;
  /** Of these departments; absent: of all. */
  departments?: readonly string[];
  /** Whether it matters who promotes. */
  promoters: boolean;
}

const neverTeleworkedDays = 36_525;
/** Departments about which the directory is asked at once: it has one connection. */
const abreast = 10;

/** Counts the people of each department as they are; disabled accounts are left out. `alive` is called from time to time. @throws DirectoryAway */
export async function takeCensus(
  { directory, ledger }: CensusParts,
  { date, from, until, departments, promoters }: CensusQuery,
  alive: () => void,
): Promise<readonly SectionPeople[]> {
  const units = await directory.units();
  const asked = departments ?? units.map(({ id }) => id);
  const sections: { department: string; staff: readonly StaffMember[]; promoters: ReadonlySet<string> }[] = [];
  for (let first = 0; first < asked.length; first += abreast) {
    const found = asked.slice(first, first + abreast).map(async (department) => {
      const all = await directory.staffOf(department);
      const holders = promoters ? await directory.holdersOf(`promoter:${department}`) : [];
      return {
        department,
        staff: all.filter((one) => !one.disabled && one.departments[0] === department),
        promoters: new Set(holders.map(({ staffNumber }) => staffNumber)),
      };
    });
    sections.push(...(await Promise.all(found)));
    alive();
  }

  const everybody = sections.flatMap(({ staff }) => staff.map(({ staffNumber }) => staffNumber));
  const [absences, employments, last, registrations] = await Promise.all([
    ledger.absencesWithin(everybody, from, until),
    ledger.employmentAmong(everybody, date),
    ledger.lastTelework(everybody),
    ledger.registeredAmong(everybody),
  ]);
  const person = ({ staffNumber: staff, employment }: StaffMember, promoting: ReadonlySet<string>): Person => {
    const [record, registration, seen] = [employments.get(staff), registrations.get(staff), last.get(staff)];
    const kind = record?.kind ?? employment;
    return {
      staff,
      ...(kind && { employment: kind }),
      ...(record && { occupation: record.occupation }),
      heads: units.filter(({ head }) => head === staff).map(({ id }) => id),
      promotes: promoting.has(staff),
      ...(registration && { registration }),
      absent: absences.get(staff) ?? [],
      waited: seen === undefined ? neverTeleworkedDays : daysBetween(seen, date),
    };
  };
  return sections
    .filter(({ staff }) => staff.length)
    .map((one) => ({ department: one.department, people: one.staff.map((member) => person(member, one.promoters)) }));
}
