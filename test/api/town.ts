import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger, NativeConnection, type Worker } from '@temporalio/worker';
import { sql } from 'kysely';
import { Attribute, Change, EqualityFilter, Client as LdapClient } from 'ldapts';
import { pino } from 'pino';
import { expect, inject } from 'vitest';
import { createDirectoryActivities } from '../../activities/directory/activities.js';
import { cacheDirectory } from '../../activities/directory/cached.js';
import { createDirectoryFiles } from '../../activities/directory/file.js';
import { createLdapDirectory } from '../../activities/directory/ldap.js';
import type { DirectoryPort } from '../../activities/directory/port.js';
import { createInventoryActivities } from '../../activities/inventory/activities.js';
import { createBuiltInInventory } from '../../activities/inventory/built-in.js';
import { createLedgerActivities } from '../../activities/ledger/activities.js';
import { hostClock } from '../../activities/ledger/clock.js';
import { deliverNews } from '../../activities/ledger/news-delivery.js';
import { createPostgresLedger, type PostgresLedger } from '../../activities/ledger/postgres.js';
import { createRoundActivities } from '../../activities/ledger/round.js';
import { createPlannerChild } from '../../activities/planner/child.js';
import { createSurveyActivities } from '../../activities/surveys/activities.js';
import { createTrialActivities } from '../../activities/trials/activities.js';
import { followTrials } from '../../activities/trials/follow.js';
import { trialRules } from '../../activities/trials/targets.js';
import { watchTrials } from '../../activities/trials/watch.js';
import { createApp } from '../../api/app.js';
import { municipalCalendar, today } from '../../config/calendar.js';
import { figurePolicy, loadPack, type PolicyPack } from '../../config/policy/pack.js';
import { Secret } from '../../config/settings.js';
import { startDirectory } from '../../embedded/directory.js';
import { type SampleTown, type TownAccounts, writeSampleTown } from '../../embedded/sample-town.js';
import { bundleWorkflows, createWorker } from '../../worker/create-worker.js';
import { createCaseStart } from '../../worker/start-case.js';
import { nudge } from '../../workflows/shared/case.js';
import { caseWorkflowId } from '../../workflows/shared/procedures.js';
import { freshDatabase } from '../database.js';
import { quietRuntime } from '../temporal-runtime.js';
import { Gate } from './gate.js';

/** What the API answered. */
export interface Answered {
  status: number;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: what stands in an answer is what the tests are about.
  body: any;
}

export interface Sent {
  key?: string;
  headers?: Readonly<Record<string, string>>;
  /** As it is; an object is sent as JSON. */
  body?: unknown;
}

const calendar = municipalCalendar();
/** A municipal business day so many business days from today. */
export const day = (days: number): string => calendar.addBusinessDays(today(hostClock.now().toISOString()), days);

/** Everything behind the API for real: directory over LDAP, ledger, Temporal, a worker. Each can be taken away from the API. */
export class ApiTown {
  readonly #tokens = new Map<string, string>();
  #worker: Worker | undefined;
  #working: Promise<void> | undefined;
  #ending = new AbortController();

  private constructor(
    readonly sample: SampleTown,
    readonly url: string,
    /** What the API has logged. */
    readonly logged: readonly string[],
    /** The worker's, and the tests' own. */
    readonly ledger: PostgresLedger,
    readonly client: Client,
    /** The directory as the worker asks it. */
    readonly directory: DirectoryPort,
    /** The API starts again under another pack. */
    readonly changePack: (pack: string) => void,
    readonly gates: { readonly postgresql: Gate; readonly temporal: Gate; readonly directory: Gate; readonly workersDirectory: Gate },
    private readonly work: { readonly native: NativeConnection; readonly taskQueue: string; readonly pack: PolicyPack },
    readonly close: () => Promise<void>,
  ) {}

  get accounts(): TownAccounts {
    return this.sample.accounts;
  }

  static async open({
    pack = 'tours/loan-alone.yaml',
    size = 426,
    freshMs = 60_000,
    failedLoginsPerMinute = 1_000,
    requestsPerMinute = 1_000_000,
    publicUrl = 'http://127.0.0.1:8080',
  } = {}): Promise<ApiTown> {
    const address = inject('temporalAddress');
    const folder = await mkdtemp(join(tmpdir(), 'api-town-'));
    const [sample, database] = await Promise.all([writeSampleTown({ seed: 11, size, folder }), freshDatabase()]);
    const directory = await startDirectory({ folder, port: 0 });
    const databaseUrl = new URL(database.url);
    const gates = {
      postgresql: await Gate.to(databaseUrl.hostname, Number(databaseUrl.port)),
      temporal: await Gate.to('127.0.0.1', Number(address.split(':')[1])),
      directory: await Gate.to('127.0.0.1', directory.port),
      workersDirectory: await Gate.to('127.0.0.1', directory.port),
    };
    databaseUrl.port = `${gates.postgresql.port}`;

    const [behind, native] = await Promise.all([
      Connection.connect({ address: `127.0.0.1:${gates.temporal.port}` }),
      NativeConnection.connect({ address }),
    ]);
    const connection = await Connection.connect({ address });
    const apiLedger = createPostgresLedger({ databaseUrl: databaseUrl.href, clock: hostClock, calendar });
    const directoryBehind = (gate: Gate) =>
      createLdapDirectory({
        url: `ldap://127.0.0.1:${gate.port}`,
        baseDn: sample.baseDn,
        preset: 'openldap',
        account: sample.accounts.service,
        clock: apiLedger.townClock,
      });
    const [ldap, workersLdap] = [directoryBehind(gates.directory), directoryBehind(gates.workersDirectory)];
    const taskQueue = `api-${randomUUID()}`;
    const logged: string[] = [];
    const appUnder = (name: string) =>
      createApp(
        {
          ledger: apiLedger,
          directory: cacheDirectory(ldap, { clock: apiLedger.townClock, freshMs }),
          files: createDirectoryFiles({ baseDn: sample.baseDn, preset: 'openldap', clock: apiLedger.townClock, directory: ldap }),
          temporal: { client: new Client({ connection: behind }), taskQueue },
          calendar,
          pack: loadPack(name),
          keySecret: new Secret('a key for tests, of at least thirty-two characters'),
          movesClock: true,
          logger: pino({ level: 'info' }, { write: (line) => void logged.push(line) }),
        },
        { limits: { requestsPerMinute, failedLoginsPerMinute }, trustedProxies: 0, servesMetrics: true, publicUrl },
      ).app;
    let app = appUnder(pack);
    const changePack = (name: string): void => {
      app = appUnder(name);
    };
    const server = await new Promise<Server>((resolve) => {
      const one = createServer((request, response) => app(request, response)).listen(0, '127.0.0.1', () => resolve(one));
    });

    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const ledger = createPostgresLedger({ databaseUrl: database.url, clock: hostClock, calendar });
    const work = { native, taskQueue, pack: loadPack(pack) };
    const asked = [new Client({ connection }), workersLdap, changePack] as const;
    const town: ApiTown = new ApiTown(sample, url, logged, ledger, ...asked, gates, work, async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await town.stopWorker();
      ldap.close();
      workersLdap.close();
      await Promise.all([apiLedger.close(), ledger.close(), behind.close(), connection.close(), native.close()]);
      await Promise.all(Object.values(gates).map((gate) => gate.close()));
      await Promise.all([directory.close(), database.drop()]);
      await rm(folder, { recursive: true });
    });
    await town.startWorker();
    return town;
  }

  async startWorker(): Promise<void> {
    workflowBundle ??= bundleWorkflows();
    const { ledger } = this;
    const { native: connection, taskQueue, pack } = this.work;
    const inventory = createBuiltInInventory(ledger.db);
    const activities = {
      ...createLedgerActivities({ ledger }),
      ...createInventoryActivities({ inventory, marks: ledger }),
      ...createDirectoryActivities({ directory: this.directory, marks: ledger, ledger }),
      ...createTrialActivities({ ledger, directory: this.directory, planner, calendar, pack }),
      ...createSurveyActivities({ ledger, directory: this.directory }),
    };
    const parts = { connection, namespace: 'default', taskQueue, workflowBundle: await workflowBundle, activities };
    this.#worker = await createWorker(parts);
    this.#ending = new AbortController();
    const news = deliverNews({
      ledger,
      start: createCaseStart({ client: this.client, taskQueue }),
      nudge: (place) => this.client.workflow.getHandle(caseWorkflowId(place)).signal(nudge),
      onTrouble: () => undefined, // A case that has ended meanwhile.
      signal: this.#ending.signal,
    });
    this.#working = Promise.all([this.#worker.run(), news]).then(() => undefined);
  }

  async stopWorker(): Promise<void> {
    this.#worker?.shutdown();
    this.#ending.abort();
    await this.#working;
    [this.#worker, this.#working] = [undefined, undefined];
  }

  /** What the morning round of the date does for campaigns: their sections follow the directory, and are planned anew where something no longer fits. */
  async morning(date: string): Promise<void> {
    const { ledger, directory } = this;
    await new MockActivityEnvironment({}, { logger: new DefaultLogger('ERROR') }).run(async () => {
      await followTrials({ ledger, directory, calendar, rules: trialRules(this.work.pack) }, date);
      await watchTrials({ ledger, planner, calendar }, date);
    });
  }

  /** The same for the figures of months: those that are due by the date are frozen, and the years told. */
  async months(date: string): Promise<void> {
    const { ledger, directory } = this;
    const idle = async () => 0;
    const figures = figurePolicy(this.work.pack);
    const others = { digests: { write: idle }, trials: { follow: idle, watch: idle }, nudge: async () => undefined };
    await createRoundActivities({ ledger, directory, calendar, figures, ...others }).takeMonths(date);
  }

  /** Laptops of a pool. */
  async devices(pool: string, ...tags: readonly string[]): Promise<void> {
    for (const assetTag of tags)
      await this.ledger.registerDevice(
        { assetTag, kind: 'laptop', pool, manufacturer: 'M', model: 'X', serial: assetTag, networkZone: 'lgwan', note: '' },
        'system',
      );
  }

  /** Moves the town's clock on; whoever was logged in has to do so again. */
  async forward(ms: number): Promise<void> {
    await this.ledger.moveClock(ms);
    this.#tokens.clear();
  }

  /** Disables or enables an account, as the directory's administrator does. */
  async disable(staffNumber: string, disabled = true): Promise<void> {
    await this.amend(`uid=${staffNumber},ou=people,${this.sample.baseDn}`, { pwdAccountLockedTime: disabled ? ['000001010000Z'] : [] });
  }

  /** Changes an entry, as the directory's administrator does. */
  async amend(dn: string, attributes: Readonly<Record<string, readonly string[]>>): Promise<void> {
    const changes = Object.entries(attributes).map(
      ([type, values]) => new Change({ operation: 'replace', modification: new Attribute({ type, values: [...values] }) }),
    );
    await this.asService((client) => client.modify(dn, changes));
  }

  /** Whether the directory has the person in the group of remote access. */
  async hasAccess(staffNumber: string): Promise<boolean> {
    const filter = new EqualityFilter({ attribute: 'cn', value: 'telework-remote-access' });
    const { searchEntries } = await this.asService((client) => client.search(this.sample.baseDn, { filter, attributes: ['member'] }));
    return [searchEntries[0]?.member ?? []].flat().some((member) => String(member).startsWith(`uid=${staffNumber},`));
  }

  /** Everything that the directory holds. */
  async directoryEntries(): Promise<readonly object[]> {
    const { searchEntries } = await this.asService((client) => client.search(this.sample.baseDn, { scope: 'sub' }));
    return searchEntries;
  }

  private async asService<Result>(work: (client: LdapClient) => Promise<Result>): Promise<Result> {
    const { dn, password } = this.accounts.service;
    const client = new LdapClient({ url: `ldap://127.0.0.1:${this.gates.directory.port}` });
    await client.bind(dn, password);
    const result = await work(client);
    await client.unbind();
    return result;
  }

  /** A request as this person, who is logged in first; without one as nobody. */
  async send(who: string | undefined, method: string, path: string, { key, headers, body }: Sent = {}): Promise<Answered> {
    const token = who && (await this.token(who));
    const content = body === undefined || typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body);
    const response = await fetch(`${this.url}${besideTheApi.test(path) ? '' : '/api/v1'}${path}`, {
      method,
      headers: {
        ...(token && { Authorization: `Bearer ${token}` }),
        ...(body !== undefined && { 'Content-Type': 'application/json' }),
        ...(key && { 'Idempotency-Key': key }),
        ...headers,
      },
      ...(content !== undefined && { body: content as string }),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: text && /json/.test(response.headers.get('Content-Type') ?? '') ? JSON.parse(text) : text,
    };
  }

  /** The person's bearer token; logs in the first time. */
  async token(staffNumber: string): Promise<string> {
    const known = this.#tokens.get(staffNumber);
    if (known) return known;
    const { status, body } = await this.send(undefined, 'POST', '/sessions', { body: { staffNumber, password: this.accounts.password } });
    expect(status).toBe(201);
    this.#tokens.set(staffNumber, body.token);
    return body.token;
  }

  /** Everybody logs in again: their tokens are over where a clock has been moved by more than half a day. */
  logInAnew(): void {
    this.#tokens.clear();
  }

  /** A form for next week, filed by the borrower. */
  async file(who: string, over: object = {}, key: string = randomUUID()): Promise<Answered> {
    const form = { kind: 'laptop', accessories: ['wire'], from: day(2), until: day(5), personalData: false, ...over };
    return this.send(who, 'POST', '/device-loans', { key, body: form });
  }

  /** A step of a registration. */
  async registrationStep(who: string, id: string, step: string, body: object = {}, key: string = randomUUID()): Promise<Answered> {
    return this.send(who, 'POST', `/registrations/${id}/steps/${step}`, { key, body });
  }

  async step(who: string, id: string, step: string, body: object = {}, key: string = randomUUID()): Promise<Answered> {
    return this.send(who, 'POST', `/device-loans/${id}/steps/${step}`, { key, body });
  }

  /** One number a table, for everything that stands in the ledger. */
  async checksum(): Promise<string> {
    const { db } = this.ledger;
    const { rows: tables } = await sql<{ name: string }>`
      select tablename as name from pg_tables where schemaname = 'public' order by 1`.execute(db);
    const sums = tables.map(async ({ name }) => {
      const { rows } = await sql<{
        sum: string;
      }>`select md5(coalesce(string_agg(t::text, '\n' order by t::text), '')) as sum from ${sql.table(name)} t`.execute(db);
      return `${name} ${rows[0]?.sum}`;
    });
    return (await Promise.all(sums)).join('\n');
  }
}

const besideTheApi = /^\/(healthz|readyz|metrics|openapi\.json|docs|problems)\b/;

const planner = createPlannerChild();
let workflowBundle: ReturnType<typeof bundleWorkflows> | undefined;

quietRuntime();
