import { heartbeat } from '@temporalio/activity';
import type { PlannedMember } from '../../workflows/trial-section/contract.js';
import type { Member, SectionEvent } from '../../workflows/trial-section/rules.js';
import type { DirectoryPort } from '../directory/port.js';
import { openedCaseId } from '../ledger/canonical.js';
import type { LedgerReader, PersonnelPort, RoundsPort } from '../ledger/port.js';
import { type CampaignCase, campaignsIn, furthestDate, type SectionCase, sectionsOf } from './campaigns.js';
import { type CensusParts, type Person, takeCensus } from './census.js';
import { memberOf } from './rotation.js';
import { askedOf, latest, openDates, type TrialRules } from './targets.js';

export interface FollowParts {
  ledger: CensusParts['ledger'] &
    Pick<LedgerReader, 'openCases' | 'casesWithin'> &
    Pick<RoundsPort, 'leaveNews'> &
    Pick<PersonnelPort, 'absentOn'>;
  directory: CensusParts['directory'] & Pick<DirectoryPort, 'staffMember'>;
  calendar: { isBusinessDay(date: string): boolean };
  rules: TrialRules;
}

type Arrival = Extract<SectionEvent, { name: 'leave' | 'join' }>;

/**
 * 人事異動: has the sections of announced campaigns follow the directory. Who has gone from it, or is disabled without being on leave, leaves; who has another main post goes on in that department's section with all that they have
 * done, or stays where they are while it has none; who has come and is a target joins; who could not take part without a registration and now can, or the other way round, joins anew. Slots are
 * found for them by the watch. Answers how many times a section was told.
 */
export async function followTrials(parts: FollowParts, date: string): Promise<number> {
  const { ledger, directory, calendar, rules } = parts;
  let told = 0;
  for (const going of await campaignsIn(ledger, ['announced', 'running', 'paused'])) await follow(going);
  return told;

  async function follow({ caseId: campaignId, campaign }: CampaignCase): Promise<void> {
    const sections = await sectionsOf(ledger, campaignId);
    const { draft } = campaign;
    const dates = openDates({ from: latest(draft.from, date), until: draft.until }, draft, calendar.isBusinessDay);
    const promoters = draft.groups.some(({ who }) => who.role === 'promoters');
    const departments = sections.map(({ section }) => section.department);
    const query = { date, from: draft.from, until: furthestDate(campaign), departments, promoters };
    const census = await takeCensus(parts, query, heartbeat);
    const now = new Map(
      census.flatMap(({ department, people }) => people.map((person) => [person.staff, { department, person }] as const)),
    );
    const byDepartment = new Map(sections.map((one) => [one.section.department, one]));
    /** As the draft asks the person today, without slots. */
    const joining = (person: Person, department: string): PlannedMember | undefined => {
      const asked = askedOf(person, { department, draft, dates, rules });
      return asked && { ...memberOf(person, asked, { department, draft }).member, slots: [] };
    };

    const known = new Set<string>();
    for (const from of sections)
      for (const member of from.section.members) {
        known.add(member.staff);
        const found = now.get(member.staff);
        if (!found) {
          if (await hasLeft(member.staff)) await leave(from, member);
          continue;
        }
        const { department, person } = found;
        const to = byDepartment.get(department);
        if (!to) continue;
        if (to !== from) {
          await leave(from, member);
          await join(to, moved(member, person, department));
          continue;
        }
        const anew = joining(person, department);
        if (!anew || !mustRegister(member) === !mustRegister(anew)) continue;
        await leave(from, member);
        await join(to, anew);
      }
    for (const [staff, { department, person }] of now) {
      const to = known.has(staff) ? undefined : byDepartment.get(department);
      const member = to && joining(person, department);
      if (to && member) await join(to, member);
    }
  }

  async function hasLeft(staff: string): Promise<boolean> {
    const member = await directory.staffMember(staff);
    if (!member) return true;
    return member.disabled && !(await ledger.absentOn([staff], date)).length;
  }

  async function leave(from: SectionCase, { staff }: Member): Promise<void> {
    await tell(from, staff, { name: 'leave', input: { by: 'system', on: date, staff } });
  }

  async function join(to: SectionCase, member: PlannedMember): Promise<void> {
    await tell(to, member.staff, { name: 'join', input: { by: 'system', on: date, member } });
  }

  async function tell({ caseId }: SectionCase, staff: string, news: Pick<Arrival, 'name' | 'input'>): Promise<void> {
    const key = openedCaseId(caseId, `${news.name} ${staff} ${date}`); // Keys are no place for staff numbers.
    await ledger.leaveNews(caseId, { ...news, key });
    told += 1;
  }
}

const mustRegister = ({ notPossible }: Pick<PlannedMember, 'notPossible'>): boolean =>
  notPossible === 'notRegistered' || notPossible === 'formNotRegistered';

/** With all that stands of them but their slots; the head's loans are decided by the superior. */
function moved({ head: _head, short: _short, ...member }: Member, { heads }: Person, department: string): PlannedMember {
  return { ...member, slots: [], ...(heads.includes(department) && { head: true }) };
}
