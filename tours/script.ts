import type { ProcedureName } from '../activities/ledger/port.js';
import type { ProblemType } from '../api/problems.js';
import type { steps as loanSteps } from '../workflows/device-loan/contract.js';
import type { Loan } from '../workflows/device-loan/rules.js';
import type { steps as registrationSteps } from '../workflows/registration/contract.js';
import type { Registration } from '../workflows/registration/rules.js';
import type { DaySteps, TeleworkDay } from '../workflows/telework-day/contract.js';
import type { Role } from './cast.js';

/** Where the procedures that scripts play are at the API, and the step that opens a case of it. */
export const procedures = {
  'device-loan': { path: '/device-loans', opening: 'request' },
  registration: { path: '/registrations', opening: 'file' },
  'telework-day': { path: '/telework-days', opening: 'plan' },
} as const satisfies Partial<Record<ProcedureName, object>>;

type Played = keyof typeof procedures;

/** The cases that scripts are about: of which procedure each is, and whose. */
export const cases = {
  first: { procedure: 'device-loan', whose: 'first' },
  next: { procedure: 'device-loan', whose: 'next' },
  lost: { procedure: 'device-loan', whose: 'lost' },
  later: { procedure: 'device-loan', whose: 'later' },
  registration: { procedure: 'registration', whose: 'first' },
  /** A loan of the same borrower that is only asked for. */
  asked: { procedure: 'device-loan', whose: 'first' },
  /** What others try to file. */
  ineligible: { procedure: 'registration', whose: 'appointee' },
  /** The days of a week. */
  monday: { procedure: 'telework-day', whose: 'first' },
  tuesday: { procedure: 'telework-day', whose: 'first' },
  wednesday: { procedure: 'telework-day', whose: 'first' },
  thursday: { procedure: 'telework-day', whose: 'first' },
  friday: { procedure: 'telework-day', whose: 'first' },
} as const satisfies Record<string, { procedure: Played; whose: Role }>;
export type CaseName = keyof typeof cases;

export type StepName = (typeof procedures)[Played]['opening'] | keyof typeof loanSteps | keyof typeof registrationSteps | keyof DaySteps;

/** What a person sees of a loan when they act: how it stands, and which terms apply. */
export interface Seen {
  state: Loan;
  terms: string;
}

/** One person's step in one case. */
export interface Turn {
  who: Role;
  on: CaseName;
  step: StepName;
  body?: object | ((seen: Seen) => object);
}

/**
 * A step that is taken, and how its case then stands. `leadsTo`: what is written of itself, because of it, in other cases. `access`: whether the directory then has the person in the
 * group of remote access.
 */
export interface Act extends Turn {
  becomes: Loan['status'] | Registration['status'] | TeleworkDay['status'];
  leadsTo?: readonly { on: CaseName; event: string }[];
  access?: boolean;
}

/** How the API says no. */
export interface Refused {
  status: number;
  problem: ProblemType;
  /** The rule, or what is wrong with the field. */
  code?: string;
  field?: string;
  /** What the source that is quoted must name. */
  article?: string;
  limit?: string;
}

/** A step that is refused, and changes nothing. `key`: none at all, or that of the act before. `why`: what the person tried. */
export interface Attempt extends Turn {
  refused: Refused;
  key?: 'none' | 'again';
  why: string;
}

/** Somebody at the door. */
export interface AtTheDoor {
  staffNumber: string;
  password: string;
  refused: Refused;
  why: string;
}

/** HR says who is absent from now on; nobody else is. */
export interface Absence {
  absent: readonly Role[];
}

/** 後閲: the absent holder is back, finds the step that was taken on their behalf, and marks it as seen. */
export interface LookedAt {
  lookedAtBy: Role;
  on: CaseName;
  step: StepName;
  takenBy: Role;
}

/** Time passes until this instant, with every round on the way; everybody logs in anew. */
export interface Passing {
  until: string;
}

/** A round's digest has come to the person, and names these steps of the case. */
export interface Told {
  told: Role;
  on: CaseName;
  steps: readonly StepName[];
}

export type Scene = Act | Attempt | AtTheDoor | Absence | LookedAt | Passing | Told;

export const isAct = (scene: Scene): scene is Act => 'becomes' in scene;

/** After a step: what another person can do instead of what the script goes on with. `leadsTo`: what is written of itself after that. */
export type Rival = Omit<Turn, 'on'> & { leadsTo?: string };

export const refused = (
  status: number,
  problem: ProblemType,
  code?: string,
  field?: string,
  source: Pick<Refused, 'article' | 'limit'> = {},
): Refused => ({
  status,
  problem,
  ...(code && { code }),
  ...(field && { field }),
  ...source,
});
