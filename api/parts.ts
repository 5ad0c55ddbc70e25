import type { Client } from '@temporalio/client';
import type { Logger } from 'pino';
import type { Capacity, DirectoryFiles, DirectoryPort } from '../activities/directory/port.js';
import type {
  Clock,
  DayCountsPort,
  DaysPort,
  DeputiesPort,
  DeviceImportPort,
  DeviceMasterPort,
  EmergenciesPort,
  FiguresPort,
  LedgerReader,
  MailListPort,
  MonthsPort,
  PacksPort,
  PersonnelPort,
  QuestionnairesPort,
  ReviewsPort,
  RoundsPort,
  SeatsPort,
  SessionsPort,
  StocktakingPort,
  SurveysPort,
  TownClock,
  TrainingPort,
  TrialsPort,
  WordsPort,
} from '../activities/ledger/port.js';
import type { Calendar } from '../config/calendar.js';
import { type PolicyPack, sourceOf } from '../config/policy/pack.js';
import type { Secret } from '../config/settings.js';
import { createWorkflows, type Workflows } from './counter.js';
import type { Quote } from './errors.js';
import { createKeyedHash, type KeyedHash } from './keys.js';
import { createViews, type Views } from './views.js';

/** The directory as the API asks it: answers are at most 60 s old; while it is away, what it last said is kept for 8 hours (design §4.18). */
export interface KnowingDirectory extends DirectoryPort {
  lastKnown(staffNumber: string): { capacities: readonly Capacity[]; asOf: string } | undefined;
}

/** What the API is made from. */
export interface Parts {
  ledger: LedgerReader &
    WordsPort &
    SessionsPort &
    PacksPort &
    TownClock &
    DeviceMasterPort &
    DeviceImportPort &
    StocktakingPort &
    PersonnelPort &
    DeputiesPort &
    FiguresPort &
    MailListPort &
    Pick<RoundsPort, 'unattended'> &
    DaysPort &
    DayCountsPort &
    SeatsPort &
    TrainingPort &
    EmergenciesPort &
    TrialsPort &
    QuestionnairesPort &
    SurveysPort &
    MonthsPort &
    ReviewsPort;
  directory: KnowingDirectory;
  files: DirectoryFiles;
  temporal: { client: Client; taskQueue: string };
  calendar: Calendar;
  pack: PolicyPack;
  keySecret: Secret;
  /** Only a town may move its clock (design §4.15). */
  movesClock: boolean;
  logger: Logger;
}

/** The parts, and what the routes make of them together. */
export interface Services extends Parts {
  /** Domain time (design §4.15). */
  clock: Clock;
  workflows: Workflows;
  views: Views;
  hash: KeyedHash;
  quote: Quote;
}

export const createServices = (parts: Parts): Services => ({
  ...parts,
  clock: parts.ledger.townClock,
  workflows: createWorkflows({ ...parts.temporal, ledger: parts.ledger }),
  views: createViews(parts),
  hash: createKeyedHash(parts.keySecret),
  quote: quoteFrom(parts.pack),
});

/** The sources as the pack has them. */
export const quoteFrom =
  (pack: PolicyPack): Quote =>
  (article) =>
    sourceOf(pack, article) ?? article;
