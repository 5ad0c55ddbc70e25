import { dayOn, daysBetween } from '../../workflows/shared/dates.js';
import type { Draft } from '../../workflows/trial-campaign/contract.js';
import type { Tally } from '../../workflows/trial-section/contract.js';

/**
 * The draft of a campaign like this one that begins on the date: as long, its waves and days off as far from its beginning, for the departments in which somebody should have done it
 * and has not. Where everybody has, it is for all of them again.
 */
export function nextDraft(draft: Draft, byDepartment: readonly (Tally & { department: string })[], from: string): Draft {
  const later = daysBetween(draft.from, from);
  const moved = (date: string): string => dayOn(date, later);
  const left = byDepartment.flatMap(({ department, planned, atRisk, notPossible }) => (planned + atRisk + notPossible ? [department] : []));
  const isLeft = left.length ? (department: string) => left.includes(department) : () => true;
  const asked = draft.groups.map(({ who, ...group }) => ({
    ...group,
    who: left.length ? { ...who, departments: (who.departments ?? left).filter(isLeft) } : who,
  }));
  return {
    ...draft,
    from,
    until: moved(draft.until),
    groups: asked.flatMap(({ from: first, until: last, ...group }) => {
      const wave = { ...(first !== undefined && { from: moved(first) }), ...(last !== undefined && { until: moved(last) }) };
      return group.who.departments?.length === 0 ? [] : [{ ...group, ...wave }];
    }),
    counters: draft.counters.filter(({ department }) => isLeft(department)),
    daysOff: draft.daysOff.map(moved),
  };
}
