import type { MemberInput, Plan, PlanInput, PlannedSlot } from './port.js';

/**
 * What a plan breaks, in codes with their place and without people; nothing for a sound one. It knows nothing of how plans are made and shares no code with it: each rule
 * is counted anew, person by person and day by day. What is fixed stands whatever else holds, so a rule is broken only where something that was planned breaks it.
 */
export function violations(input: PlanInput, plan: Plan): string[] {
  const found: string[] = [];
  const breaks = (rule: string, where: string) => found.push(`${rule}: ${where}`);
  const people = new Map<string, { member: MemberInput; section: string }>();
  for (const { section, members } of input.sections) for (const member of members) people.set(member.staff, { member, section });

  const isFixed = ({ staff, date, part }: PlannedSlot) =>
    people.get(staff)?.member.fixed.some((slot) => slot.date === date && slot.part === part) ?? false;
  const planned = plan.slots.filter((slot) => !isFixed(slot));
  const slotsOf = grouped(plan.slots, ({ staff }) => staff);

  for (const slot of planned) {
    const person = people.get(slot.staff);
    const where = `${slot.section} ${slot.date}`;
    if (person?.section !== slot.section) {
      breaks('nobody-of-the-section', where);
      continue;
    }
    const { absent, unavailable, duties, needsDevice } = person.member;
    if (!input.dates.includes(slot.date) || (slot.part === 'day') !== (input.unit === 'day')) breaks('not-of-the-period', where);
    if (absent.includes(slot.date) || unavailable.includes(slot.date)) breaks('cannot-telework', where);
    if (!duties.some(({ from, until }) => from <= slot.date && slot.date <= until)) breaks('no-duty', where);
    if (slotsOf.get(slot.staff)?.some((other) => other !== slot && other.date === slot.date)) breaks('twice-on-a-date', where);
    if (needsDevice !== (slot.assetTag !== undefined)) breaks('device-without-need-or-need-without-device', where);
  }

  for (const { section, members } of input.sections)
    for (const { staff, fixed, duties } of members) {
      const slots = slotsOf.get(staff) ?? [];
      for (const { date, part, assetTag } of fixed)
        if (slots.filter((slot) => slot.date === date && slot.part === part && slot.assetTag === assetTag).length !== 1)
          breaks('fixed-slot-changed', `${section} ${date}`);
      for (const { from, until, times } of duties) {
        const own = slots.filter(({ date }) => from <= date && date <= until);
        const missing = plan.unplaced
          .filter((one) => one.staff === staff && one.duty.from === from && one.duty.until === until)
          .reduce((total, one) => total + one.missing, 0);
        const met = own.length + missing === times || (missing === 0 && own.length > times && own.every(isFixed));
        if (!met) breaks('duty', `${section} ${from}`);
      }
    }

  for (const { section, members, counter } of input.sections) {
    if (!counter) continue;
    for (const slot of planned.filter((one) => one.section === section))
      for (const half of ['morning', 'afternoon'] as const) {
        if (slot.part !== 'day' && slot.part !== half) continue;
        const staysAway = ({ staff, absent }: MemberInput) =>
          absent.includes(slot.date) ||
          (slotsOf.get(staff) ?? []).some(({ date, part }) => date === slot.date && (part === 'day' || part === half));
        const others = counter.others.find(({ date }) => date === slot.date)?.[half] ?? 0;
        if (members.filter((member) => !staysAway(member)).length + others < counter[half])
          breaks('counter', `${section} ${slot.date} ${half}`);
      }
  }

  const { turnaroundDays = 0, devices = [] } = input.devices ?? {};
  const day = (date: string) => Date.parse(date) / 86_400_000;
  for (const [assetTag, slots] of grouped(plan.slots, (slot) => slot.assetTag)) {
    if (assetTag === undefined) continue;
    const device = devices.find((one) => one.assetTag === assetTag);
    for (const slot of slots.filter((one) => !isFixed(one))) {
      const [from, until] = [day(slot.date), day(slot.date) + turnaroundDays];
      const taken = [
        ...(device?.busy ?? []).map((busy) => [day(busy.from), day(busy.until)] as const),
        ...slots.filter((other) => other !== slot).map(({ date }) => [day(date), day(date) + turnaroundDays] as const),
      ];
      if (!device || taken.some(([start, end]) => start <= until && from <= end)) breaks('device-not-free', `${assetTag} ${slot.date}`);
    }
  }

  if (input.seats)
    for (const [date, slots] of grouped(plan.slots, (slot) => slot.date)) {
      const seats = input.seats.find((one) => one.date === date)?.seats ?? 0;
      if (slots.length > seats && !slots.every(isFixed)) breaks('seats', date);
    }

  const isMoved = ({ staff, keeps }: MemberInput) =>
    keeps.some(({ date, part }) => !slotsOf.get(staff)?.some((slot) => slot.date === date && slot.part === part));
  const moved = [...people.values()].filter(({ member }) => isMoved(member)).map(({ member }) => member.staff);
  if (moved.length !== plan.moved.length || moved.some((staff) => !plan.moved.includes(staff))) breaks('moved', `${moved.length}`);
  if (plan.feasible !== (plan.unplaced.length === 0) || plan.unplaced.some(({ missing }) => missing <= 0))
    breaks('feasible', `${plan.feasible}`);
  return found;
}

function grouped<Key>(slots: readonly PlannedSlot[], keyOf: (slot: PlannedSlot) => Key): Map<Key, PlannedSlot[]> {
  const groups = new Map<Key, PlannedSlot[]>();
  for (const slot of slots) {
    const group = groups.get(keyOf(slot));
    if (group) group.push(slot);
    else groups.set(keyOf(slot), [slot]);
  }
  return groups;
}
