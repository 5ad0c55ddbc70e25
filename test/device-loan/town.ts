import { randomUUID } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection, type WorkflowBundleWithSourceMap } from '@temporalio/worker';
import { inject } from 'vitest';
import { createInventoryActivities } from '../../activities/inventory/activities.js';
import { createBuiltInInventory } from '../../activities/inventory/built-in.js';
import type { InventoryPort, Lending } from '../../activities/inventory/port.js';
import { createLedgerActivities } from '../../activities/ledger/activities.js';
import { hostClock } from '../../activities/ledger/clock.js';
import { createPostgresLedger, type PostgresLedger } from '../../activities/ledger/postgres.js';
import { municipalCalendar, today } from '../../config/calendar.js';
import { bundleWorkflows, createWorker } from '../../worker/create-worker.js';
import type { LoanRequest } from '../../workflows/device-loan/contract.js';
import type { Loan, LoanEvent, LoanStep } from '../../workflows/device-loan/rules.js';
import { caseWorkflowId } from '../../workflows/shared/procedures.js';
import { CaseAtCounter, type Refused } from '../counter.js';
import { freshDatabase, type TestDatabase } from '../database.js';
import { replayAll } from '../histories.js';
import { quietRuntime } from '../temporal-runtime.js';
import { opening } from './cases.js';

/** People of the tests, and what they act as. */
const capacities = { '3001': 'head:tax', '9001': 'it', '9002': 'it', '9003': 'it' } as const;

const calendar = municipalCalendar();
const now = today(hostClock.now().toISOString());
/** A municipal business day so many business days from today: the tests stand on the real clock. */
export const day = (days: number): string => calendar.addBusinessDays(now, days);

/** How the inventory answers: as it does, not at all, or as if it did not know the device. */
export type InventoryMood = 'well' | 'down' | 'unknownAsset';

/** One ledger, one worker and the server of the run; everything real, the inventory behind a door that can be shut. */
export class LoanTown {
  readonly inventory: { mood: InventoryMood; did: string[] } = { mood: 'well', did: [] };
  readonly #made = new Map<string, string>();

  private constructor(
    readonly client: Client,
    readonly ledger: PostgresLedger,
    readonly database: TestDatabase,
    readonly bundle: WorkflowBundleWithSourceMap,
    readonly taskQueue: string,
    readonly close: () => Promise<void>,
  ) {}

  static async open(): Promise<LoanTown> {
    quietRuntime();
    const address = inject('temporalAddress');
    const [database, bundle, connection, native] = await Promise.all([
      freshDatabase(),
      bundleWorkflows(),
      Connection.connect({ address }),
      NativeConnection.connect({ address }),
    ]);
    const ledger = createPostgresLedger({ databaseUrl: database.url, clock: hostClock, calendar });
    const taskQueue = `loans-${randomUUID()}`;
    const town: LoanTown = new LoanTown(new Client({ connection }), ledger, database, bundle, taskQueue, async () => {
      await replayAll(town.client, bundle, town.#made);
      worker.shutdown();
      await run;
      await Promise.all([ledger.close(), connection.close()]);
      await native.close();
      await database.drop();
    });
    const inventory = town.#behindADoor(createBuiltInInventory(ledger.db));
    const activities = { ...createLedgerActivities({ ledger }), ...createInventoryActivities({ inventory, marks: ledger }) };
    const worker = await createWorker({ connection: native, namespace: 'default', taskQueue, workflowBundle: bundle, activities });
    const run = worker.run();
    return town;
  }

  /** Registers devices; laptops of the pool `tax` if not said otherwise. */
  async devices(...tags: readonly string[]): Promise<void> {
    const rows = tags.map((asset_tag) => ({
      asset_tag,
      kind: 'laptop',
      pool: 'tax',
      manufacturer: 'M',
      model: 'X',
      serial: asset_tag,
      network_zone: 'lgwan',
    }));
    await this.ledger.db.insertInto('devices').values(rows).execute();
  }

  /** Files a request and waits until it stands in the ledger. `name` names its history in the corpus. */
  async file(name: string, over: Partial<LoanRequest> = {}): Promise<LoanCase> {
    const loanId = randomUUID();
    const until = over.until ?? day(6);
    const dates = { from: day(1), until, answerBy: calendar.endOfDay(day(4)), periodEnds: calendar.endOfDay(until) };
    const event = opening({ ...dates, ...over }, `request-${loanId}`);
    return this.reopen(name, loanId, [event]);
  }

  async reopen(name: string, loanId: string, events: readonly LoanEvent[]): Promise<LoanCase> {
    const workflowId = caseWorkflowId({ procedure: 'device-loan', caseId: loanId });
    const handle = await this.client.workflow.start('deviceLoan', { taskQueue: this.taskQueue, workflowId, args: [loanId, events] });
    this.#made.set(workflowId, name);
    const loan = new LoanCase(this.ledger, loanId, handle);
    await loan.until(({ seq }) => seq >= events.length);
    return loan;
  }

  /** A loan whose device has been handed over. */
  async lent(name: string, over: Partial<LoanRequest> = {}): Promise<LoanCase> {
    const loan = await this.file(name, over);
    await loan.take('3001', 'approve');
    await loan.handOver();
    return loan;
  }

  #behindADoor(inventory: InventoryPort): InventoryPort {
    const through = (name: 'checkOut' | 'checkIn') => async (lending: Lending, signal?: AbortSignal) => {
      if (this.inventory.mood === 'down') throw new Error('503');
      if (this.inventory.mood === 'unknownAsset') return 'unknownAsset';
      this.inventory.did.push(`${name} ${lending.assetTag}`);
      return inventory[name](lending, signal);
    };
    return { checkOut: through('checkOut'), checkIn: through('checkIn') };
  }
}

type Filed<Name> = Omit<Extract<LoanStep, { name: Name }>['input'], 'by' | 'as'>;

/** One loan, seen from the counter. */
export class LoanCase extends CaseAtCounter<Loan> {
  get loanId(): string {
    return this.caseId;
  }

  /** Hands a step in as this person; the loan as it then stands in the ledger. */
  take<Name extends LoanStep['name']>(by: string, step: Name, filed: Partial<Filed<Name>> = {}, key?: string): Promise<Loan> {
    return this.handIn(step, { ...signedBy(by), ...filed }, key);
  }

  refused<Name extends LoanStep['name']>(by: string, step: Name, filed: Partial<Filed<Name>> = {}): Promise<Refused> {
    return this.refusalOf(step, { ...signedBy(by), ...filed });
  }

  async handOver(): Promise<Loan> {
    const { device } = (await this.row()).state as Loan;
    await this.take('9001', 'prepare', { assetTag: device?.assetTag ?? '', fingerprintEnrolled: true, accessories: ['wire'] });
    return this.take('9001', 'handOver');
  }

  /** From the return to the release. */
  async giveBack(): Promise<Loan> {
    await this.take('9001', 'takeBack', { accessories: ['wire'] });
    await this.take('9001', 'erase', { method: 'purge', tool: 'nwipe', toolVersion: '0.37', dataClass: 'confidential' });
    return this.take('9002', 'confirmErasure');
  }
}

const signedBy = (by: string) => ({ by, as: by in capacities ? capacities[by as keyof typeof capacities] : `staff:${by}` });
