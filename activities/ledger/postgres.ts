import type { Kysely } from 'kysely';
import { createAppending } from './append.js';
import { sha256 } from './canonical.js';
import { placeEntries } from './cases.js';
import { createAudit } from './chains.js';
import { createTownClock } from './clock.js';
import { openDatabase, openPool, type Tables } from './database.js';
import { createDayCounts } from './day-counts.js';
import { createDays } from './days.js';
import { createDeputies } from './deputies.js';
import { createDeviceImport } from './device-import.js';
import { createDeviceMaster } from './devices.js';
import { createEffectMarks } from './effects.js';
import { createEmergencies } from './emergencies.js';
import { createMonths } from './figures/months.js';
import { createFigures } from './figures/registrations.js';
import { createMailList } from './mail-list.js';
import { createNews } from './news.js';
import { createOpenings } from './openings.js';
import { createOutbox } from './outbox.js';
import { createPacks } from './packs.js';
import { createPersonnel } from './personnel.js';
import type {
  AuditPort,
  Calendar,
  Clock,
  DayCountsPort,
  DaysPort,
  DeputiesPort,
  DeviceImportPort,
  DeviceMasterPort,
  EffectMarks,
  EmergenciesPort,
  FiguresPort,
  LedgerPort,
  LedgerReader,
  MailListPort,
  MonthsPort,
  NewsPort,
  OpeningsPort,
  OutboxPort,
  PacksPort,
  PersonnelPort,
  PostsPort,
  QuestionnairesPort,
  RetentionPort,
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
} from './port.js';
import { createPosts } from './posts.js';
import { createQuestionnaires } from './questionnaires.js';
import { createReading } from './reading.js';
import { createReviews } from './reviews.js';
import { createRounds } from './rounds.js';
import { createSeats } from './seats.js';
import { createSessions } from './sessions.js';
import { createStocktaking } from './stocktaking.js';
import { createSurveys } from './surveys.js';
import { createTraining } from './training.js';
import { createTrials } from './trials.js';
import { createRetention, createWords } from './words.js';

/** Where the ledger lies, and what it needs to know. */
export interface LedgerOptions {
  databaseUrl: string;
  /** Most connections at once; 10 if not said. */
  connections?: number;
  /** The host's time, without the town's offset: that stands in the ledger, which adds it itself. */
  clock: Clock;
  calendar: Calendar;
  /** Right side of every Message-ID (RFC 5322 §3.6.4): a domain of the municipality. */
  mailDomain?: string;
}

/** Everything that the ledger on PostgreSQL does, behind the ports. */
export interface PostgresLedger
  extends LedgerPort,
    DaysPort,
    DayCountsPort,
    SeatsPort,
    TrainingPort,
    EmergenciesPort,
    LedgerReader,
    WordsPort,
    EffectMarks,
    NewsPort,
    OpeningsPort,
    OutboxPort,
    MailListPort,
    SessionsPort,
    PacksPort,
    TownClock,
    DeviceMasterPort,
    DeviceImportPort,
    PersonnelPort,
    DeputiesPort,
    StocktakingPort,
    RetentionPort,
    RoundsPort,
    PostsPort,
    FiguresPort,
    MonthsPort,
    ReviewsPort,
    TrialsPort,
    QuestionnairesPort,
    SurveysPort,
    AuditPort {
  /** The tables, for adapters that stand on them too. */
  db: Kysely<Tables>;
  /** Closes the connections. */
  close(): Promise<void>;
}

/** Longest that a statement takes which counts a month: that of 40,000 people takes some seconds where others work too. */
const monthMs = 120_000;

/** The ledger on a migrated PostgreSQL (`migrateLedger`). It connects with the first question, and again after every loss. */
export function createPostgresLedger(options: LedgerOptions): PostgresLedger {
  const { databaseUrl, connections, clock, calendar, mailDomain = 'telework.invalid' } = options;
  const pool = openPool(databaseUrl, { connections });
  const slowPool = openPool(databaseUrl, { connections: 1, statementMs: monthMs });
  const db = openDatabase(pool);
  const { townTime, timeAt, ...town } = createTownClock({ db, clock });
  const messageId = (place: string): string => `${sha256(place).toString('hex', 0, 16)}@${mailDomain}`;
  const place = placeEntries({ clock, messageId });
  return {
    ...createAppending({ db, calendar, place }),
    ...createDays({ db, clock, place }),
    ...createDayCounts(db),
    ...createSeats({ db, townTime }),
    ...createTraining({ db, townTime }),
    ...createEmergencies({ db, townTime }),
    ...createReading(db),
    ...createWords({ db, townTime }),
    ...createEffectMarks({ db, townTime }),
    ...createNews({ db, pool, townTime }),
    ...createOpenings({ db, townTime }),
    ...createOutbox({ db, townTime }),
    ...createMailList({ db, townTime }),
    ...createSessions({ db, townTime, timeAt }),
    ...createPacks(db),
    ...createDeviceMaster({ db, townTime, calendar }),
    ...createDeviceImport({ db, townTime, calendar }),
    ...createPersonnel({ db, townTime }),
    ...createDeputies({ db, townTime }),
    ...createStocktaking({ db, townTime }),
    ...createRetention({ db, townTime }),
    ...createRounds({ db, townTime, calendar, place, messageId }),
    ...createPosts(db),
    ...createFigures(db),
    ...createMonths({ db, patient: openDatabase(slowPool), townTime, calendar }),
    ...createReviews({ db, townTime }),
    ...createTrials({ db, townTime }),
    ...createQuestionnaires(db),
    ...createSurveys({ db, townTime, messageId }),
    ...createAudit(db),
    ...town,
    db,
    close: async () => void (await Promise.all([pool.end(), slowPool.end()])),
  };
}
