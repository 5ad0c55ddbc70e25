import { writeFile } from 'node:fs/promises';
import type { ProcedureName } from '../activities/ledger/port.js';
import type { ShownCase } from '../api/views.js';
import { casePaths } from '../workflows/shared/procedures.js';
import type { MeasureDecision, MeasureId, StageDecision } from '../workflows/yearly-review/contract.js';
import { isOpen, type YearlyReview } from '../workflows/yearly-review/rules.js';
import { numberIn } from './crowd.js';
import { at } from './day.js';
import { Differs } from './player.js';
import type { Townspeople } from './townspeople.js';

const reviews = casePaths['yearly-review' satisfies ProcedureName];

/** A measure as a tour has it proposed. */
export interface NewMeasure {
  text: string;
  owner: string;
  due: string;
  budget?: number;
}

/** What the mayor decides, and why where the committee did not meet in time. */
interface Decision {
  decisions?: readonly (MeasureId & { decision: MeasureDecision['decision']; due?: string })[];
  moves?: readonly Pick<StageDecision, 'form' | 'to'>[];
  added?: readonly NewMeasure[];
  withoutCommittee?: string;
}

/** A fiscal year as HR, committee, owners of measures and mayor take it through its review. */
export class Review {
  readonly #people: Townspeople;
  readonly #id: string;

  private constructor(people: Townspeople, id: string) {
    this.#people = people;
    this.#id = id;
  }

  /** HR opens the first year. */
  static async opened(people: Townspeople, fiscalYear: number): Promise<Review> {
    const { id } = await people.act<ShownCase>(people.hr, reviews, { fiscalYear });
    return new Review(people, id);
  }

  /** A year that another has opened. @throws Differs while there is none */
  static async of(people: Townspeople, fiscalYear: number): Promise<Review> {
    const [{ id = undefined } = {}] = await people.crowd.rows<{ id: string }>(
      "select case_id as id from cases where procedure = 'yearly-review' and (state->>'fiscalYear')::int = $1",
      [fiscalYear],
    );
    if (!id) throw new Differs(`nobody has opened the fiscal year ${fiscalYear}`);
    return new Review(people, id);
  }

  get path(): string {
    return `${reviews}/${this.#id}`;
  }

  async state(): Promise<YearlyReview> {
    return (await this.#people.look<ShownCase>(this.#people.hr, this.path)).state as YearlyReview;
  }

  /** A step of HR's. */
  direct(step: string, body: object = {}): Promise<unknown> {
    return this.#people.act(this.#people.hr, this.stepAt(step), body);
  }

  stepAt(step: string): string {
    return `${this.path}/steps/${step}`;
  }

  /** 計画: HR hands in what it has set out, the committee agrees, the mayor decides. */
  async plan(held: string): Promise<void> {
    await this.direct('submitPlan');
    await this.deliberate(held);
    await this.byMayor('decidePlan', { approved: true });
  }

  /** 検討・協議: all of the committee are there, and agree. */
  async deliberate(held: string, present: readonly string[] = this.committee): Promise<void> {
    const minutes = '資料に基づき協議し、原案のとおり了承した。';
    await this.#people.act(present[0] ?? '', this.stepAt('deliberate'), { held, present, agrees: true, minutes });
  }

  byMayor(step: 'decidePlan' | 'decideTargets' | 'decide', body: object): Promise<unknown> {
    return this.#people.act(this.#people.stage.sample.accounts.mayor, this.stepAt(step), body);
  }

  /** An owner says how it goes. */
  report(staff: string, id: MeasureId, { done = false, text }: { done?: boolean; text: string }): Promise<unknown> {
    return this.#people.act(staff, this.stepAt('reportMeasure'), { ...idOf(id), done, text });
  }

  /** 決裁: the forms move as said and the others stay; what is not decided of otherwise goes on. */
  async decide({ decisions = [], moves = [], ...more }: Decision): Promise<void> {
    const { stages, measures } = await this.state();
    const going = measures.filter(isOpen).map(({ year, number }) => ({ year, number, decision: 'continue' }));
    const all = going.map((one) => decisions.find(({ year, number }) => year === one.year && number === one.number) ?? one);
    const staying = Object.entries(stages).flatMap(([form, to]) =>
      moves.some((one) => one.form === form) ? [] : [{ form, to, reason: '引き続き検証するため。' }],
    );
    const moving = moves.map((one) => ({ ...one, reason: '計画のとおり実施が進んだため。' }));
    await this.byMayor('decide', { measures: all, added: [], stages: [...staying, ...moving], ...more });
  }

  /** The report as a file. @throws Differs when it is none */
  async saveReport(format: 'pdf' | 'html', path: string): Promise<string> {
    const { file } = await this.#people.hrIn('ja');
    const report = await file(`/exports/yearly-report?id=${this.#id}&format=${format}`);
    const begins = new TextDecoder().decode(report.subarray(0, 15));
    if (!begins.startsWith({ pdf: '%PDF-', html: '<!doctype html>' }[format])) throw new Differs(`the report begins with ${begins}`);
    await writeFile(path, report);
    return path;
  }

  /** Who was asked in the morning, since the date, how a measure goes that is late: a line each time. */
  async chasedSince(date: string): Promise<readonly string[]> {
    const rows = await this.#people.crowd.rows<{ recipient: string }>(
      "select recipient from outbox where template = 'morningDigest' and params::text like '%reportMeasure%' and queued_at > $1 order by 1",
      [at(date, '23:59')],
    );
    return rows.map(({ recipient }) => recipient);
  }

  get committee(): readonly string[] {
    const group = this.#people.stage.sample.entries.find(({ dn }) => dn.startsWith('cn=telework-committee,'));
    return (group?.attributes.member ?? []).map(numberIn);
  }
}

const idOf = ({ year, number }: MeasureId): MeasureId => ({ year, number });
