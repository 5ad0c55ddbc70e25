import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import type { ProcedureName } from '../activities/ledger/port.js';
import { untilAnswered } from '../cli/client.js';
import { casePaths } from '../workflows/shared/procedures.js';
import { Differs, patiently } from './player.js';
import type { Stage } from './stage.js';

/** Somebody of the town who can log in. */
export interface Resident {
  staffNumber: string;
  dn: string;
  departments: readonly string[];
  title: string;
  mail: string;
  /** A number of their own, by which it is decided what they do. */
  nth: number;
}

/** A step of a procedure. */
export interface StepOf {
  procedure: ProcedureName;
  step: string;
}

const atOnce = 12;
/** As many as a bulk step takes. */
const mostInBulk: Readonly<Record<ProcedureName, number>> = {
  'device-loan': 50,
  registration: 50,
  'telework-day': 200,
  'trial-campaign': 50,
  'trial-section': 50,
  'yearly-review': 50,
  survey: 50,
};
const restsWithinMs = 120_000;
/** Longer than the database takes to be back after it was killed. */
const awayForMs = 60_000;
/** Another was first. */
const tooLate = 409;

/** All people of a town, who act through the API by the hundred, as a month or a year has them do. */
export class Crowd {
  constructor(readonly stage: Stage) {}

  /** Everybody who can log in and is there. */
  residents(): readonly Resident[] {
    const { disabled, onLeave } = this.stage.sample.accounts;
    return this.stage.sample.entries.flatMap(({ dn, attributes }, nth) => {
      const {
        employeeNumber: [staffNumber] = [],
        departmentNumber: departments = [],
        mail: [mail] = [],
        title: [title = ''] = [],
      } = attributes;
      return staffNumber && mail && ![disabled, onLeave].includes(staffNumber) ? [{ staffNumber, dn, departments, title, mail, nth }] : [];
    });
  }

  /** Staff number of each unit's head; a vacant post has none. */
  heads(): ReadonlyMap<string, string> {
    return new Map(
      this.stage.sample.entries.flatMap(({ attributes }) => {
        const { ou: [unit] = [], seeAlso: [head] = [] } = attributes;
        return unit && head ? [[unit, numberIn(head)] as const] : [];
      }),
    );
  }

  /** The cases in which the step waits for the person. */
  async tasks(staffNumber: string, { procedure, step }: StepOf): Promise<readonly string[]> {
    const client = await this.stage.place.clientOf(staffNumber);
    const found: string[] = [];
    for (let cursor: string | undefined; ; ) {
      const path = `/me/tasks?limit=200${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''}`;
      const { body: page } = await untilAnswered(() =>
        client.send<{ items: readonly { id: string; procedure: string; step: string }[]; cursor?: string }>(path),
      );
      found.push(...page.items.filter((one) => one.procedure === procedure && one.step === step).map(({ id }) => id));
      cursor = page.cursor;
      if (!cursor) return [...new Set(found)];
    }
  }

  /**
   * A step in bulk, pressed again under the same key while one of its cases could not be reached: what is taken stays taken. Answers how many this person took: where several may
   * act, another can have been first (409). @throws Differs when one is refused
   */
  async inBulk(
    staffNumber: string,
    { procedure, step }: StepOf,
    ids: readonly string[],
    bodyOf: (id: string) => object = () => ({}),
  ): Promise<number> {
    let taken = 0;
    for (let first = 0; first < ids.length; first += mostInBulk[procedure]) {
      const items = ids.slice(first, first + mostInBulk[procedure]).map((id) => ({ id, body: bodyOf(id) }));
      const path = `${casePaths[procedure]}/steps/${step}`;
      await patiently(`${step} in bulk`, async () => {
        const { body } = await this.post<{ items: readonly { status: number }[] }>(staffNumber, path, { items }, `${step}-${items[0]?.id}`);
        const answers = body.items.map(({ status }) => status);
        const refused = answers.find((status) => status >= 400 && ![tooLate, 503].includes(status));
        if (refused) throw new Differs(`${step} of a ${procedure} in bulk: ${refused}`);
        const mine = answers.filter((status) => status === 200).length;
        const rests = answers.every((status) => [200, tooLate].includes(status));
        if (rests) taken += mine;
        return rests;
      });
    }
    return taken;
  }

  /** One step; where several may act, another can have been first. @throws Differs when it is refused */
  async take(staffNumber: string, { procedure, step, id }: StepOf & { id: string }, body: object): Promise<void> {
    const { status, body: problem } = await this.post(staffNumber, `${casePaths[procedure]}/${id}/steps/${step}`, body);
    if (status >= 300 && status !== tooLate) throw new Differs(`${step} of a ${procedure}: ${status} ${JSON.stringify(problem)}`);
  }

  /** Hands something in, under a key that is the person's own. */
  async post<Body = unknown>(staffNumber: string, path: string, body: object, key = path) {
    const client = await this.stage.place.clientOf(staffNumber);
    return untilAnswered(() => client.send<Body>(path, { method: 'POST', body, key: `${this.stage.place.run}-${staffNumber}-${key}` }));
  }

  /** Until nothing is under way any more: deadlines, effects, news, mails. @throws Differs */
  async settled(): Promise<void> {
    const under = `select (select count(*) from effect_marks where how <> 'done') + (select count(*) from outbox where state in ('waiting', 'underWay')) + (select count(*) from news) + (select count(*) from openings) +
      (select count(*) from cases, town_clock where procedure <> 'telework-day' and deadline <= now() + offset_ms * interval '1 millisecond') as count`;
    for (let waitedMs = 0; ; waitedMs += 250) {
      const [{ count = '' } = {}] = await this.rows<{ count: string }>(under);
      if (Number(count) === 0) return;
      if (waitedMs > restsWithinMs) throw new Differs(`${count} deadlines, effects, news or mails have not come to rest`);
      await pause(250);
    }
  }

  /** What stands in the database, which may be away for a moment. */
  async rows<Row extends object>(query: string, values: readonly unknown[] = []): Promise<readonly Row[]> {
    for (const since = performance.now(); ; await pause(200)) {
      const answer = await this.stage.sources.pool.query<Row>(query, [...values]).catch((failure: unknown) => {
        if (performance.now() - since > awayForMs) throw failure;
        return undefined;
      });
      if (answer) return answer.rows;
    }
  }
}

export const numberIn = (dn: string): string => /^uid=([^,]+),/.exec(dn)?.[1] ?? '';

/** All of them, a few at a time. */
export async function eachOf<Item>(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> {
  const left = [...items];
  const hand = async () => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) await work(next);
  };
  await Promise.all(Array.from({ length: atOnce }, hand));
}

/** Has a program that shares no code with the product look at the town: its order goes in, its report comes out, as JSON. */
export async function reportOf<Report>(program: `${string}-main.ts`, order: object): Promise<Report> {
  const child = spawn(process.execPath, ['--import', 'tsx', join(import.meta.dirname, program)], { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.end(JSON.stringify(order));
  return JSON.parse(await text(child.stdout)) as Report;
}
