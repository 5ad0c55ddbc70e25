import { defineQuery, defineUpdate } from '@temporalio/workflow';
import type { DeviceKind, WordsRef } from '../../activities/ledger/port.js';
import type { Employment, Reason } from '../registration/contract.js';
import type { Signed, Taken } from '../shared/case.js';
import type { Counter, Tally } from '../trial-section/contract.js';
import type { TrialCampaign } from './rules.js';

/** Whom a group of a campaign's targets is: everybody of whom all that is named is true. */
export interface Target {
  departments?: readonly string[];
  /** `heads`: whoever heads the department (管理職, 004:575); `others`: everybody else; `promoters`. */
  role?: 'heads' | 'others' | 'promoters';
  employment?: readonly Employment[];
  /** The reason of an active registration (MIC: parents and carers, 004:155). */
  reasons?: readonly Reason[];
}

/** How often a group of people is to telework: Nagayo two or three times (003:501), MIC each group its own number (004:155-156). Who fits several belongs to the first. */
export interface TargetGroup {
  id: string;
  who: Target;
  times: number;
  per: 'period' | 'month' | 'week';
  /** A wave: its own first and last date within the period. */
  from?: string;
  until?: string;
  /** Before the others of the section where that is possible (Suntory: managers, 004:575). */
  first?: true;
}

/** 試行計画案. Dates are ISO dates of the municipality. */
export interface Draft {
  from: string;
  until: string;
  groups: readonly TargetGroup[];
  /** Who is not a target, whatever the groups say (Noboribetsu: 003:561). */
  excluded: { departments: readonly string[]; occupations: readonly string[]; employment: readonly Employment[] };
  /** A slot is a day, or a half of it. */
  unit: 'day' | 'halfDay';
  /** Absent: wherever the registration allows; `satellite`: at this office, on one of its seats (Noboribetsu). */
  place?: { form: 'satellite'; office: string };
  /** On what: devices lent from the pools (Nagayo, Asahi), one's own from the desk (Minowa), a private one. */
  devices:
    | { source: 'pool'; kind: DeviceKind }
    | {
        source: 'ownDesk' | 'private';
        /** Who is so employed has none and is lent one (Minowa: regular staff have their own, 003:263). */
        loaners?: { kind: DeviceKind; employment: readonly Employment[] };
      };
  /** 窓口: sections of which so many stay at the office, in each half of each day. */
  counters: readonly (Counter & { department: string })[];
  /** Dates on which nobody teleworks, beside those without business. */
  daysOff: readonly string[];
}

/** What came of planning; the rows lie in the ledger under `plan`. */
export interface Planned {
  plan: string;
  /** SHA-256 of the plan's rows. */
  hash: string;
  /** Everybody has as many slots as asked for. */
  feasible: boolean;
  members: number;
  sections: number;
  /** Members who are planned wholly, and those who cannot be. */
  placed: number;
  cannot: number;
  /** Members who cannot take part at all as things are, such as without a registration. */
  notPossible: number;
}

/** 効果測定 (001:224-226): what is measured before and after, for the whole or a department. */
export interface Measurement {
  what: 'overtimeHours' | 'paperSheets' | 'commutingMinutes';
  when: 'before' | 'after';
  value: number;
  department?: string;
}

/** The campaign's section of a municipality's policy pack, resolved (design §4.8). */
export interface TrialPolicy {
  /** Hash of the pack it was resolved from. */
  pack: string;
  /** Most days by which one step may extend a campaign. */
  extendDays: number;
  /** Calendar days for which the questionnaire is open after the last day. */
  questionnaireDays: number;
  /** Fewest people of whom a figure is shown. */
  smallGroup: number;
}

/** A draft with all that the pack and the calendar say of it. `endsAt`: the end of its last day; `opensAt`: the beginning of its first. */
export interface Drafted {
  draft: Draft;
  opensAt: string;
  endsAt: string;
}

export const getTrialCampaign = defineQuery<TrialCampaign>('getTrialCampaign');

/** One Update per human decision; all are HR's. */
export const steps = {
  redraft: defineUpdate<Taken, [Signed & Drafted]>('redraft'),
  /** 試算: plans against directory, calendar and inventory as they are; nobody is told. */
  plan: defineUpdate<Taken, [Signed]>('plan'),
  /** 周知. Refused while somebody cannot be placed. */
  announce: defineUpdate<Taken, [Signed]>('announce'),
  pause: defineUpdate<Taken, [Signed & { reason: WordsRef }]>('pause'),
  /** The days of the pause are added: `until` and `endsAt` as they then are. */
  resume: defineUpdate<Taken, [Signed & { until: string; endsAt: string }]>('resume'),
  extend: defineUpdate<Taken, [Signed & { until: string; endsAt: string }]>('extend'),
  /** 再実施: for those who have not made it, with a new deadline. */
  secondRound: defineUpdate<Taken, [Signed & { from: string; until: string; endsAt: string }]>('secondRound'),
  measure: defineUpdate<Taken, [Signed & Measurement]>('measure'),
  /** 結果報告: the numbers as they stand are frozen with it. */
  report: defineUpdate<Taken, [Signed & { tally: Tally; remarks?: WordsRef }]>('report'),
  cancel: defineUpdate<Taken, [Signed & { reason: WordsRef }]>('cancel'),
};
