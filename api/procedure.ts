import { z } from 'zod';
import type { Capacity } from '../activities/directory/port.js';
import type { CaseRow, CaseUnderKey, EffectMark, LedgerEvent, ProcedureName, WordsRef } from '../activities/ledger/port.js';
import type { Signed, Urgency } from '../workflows/shared/case.js';
import { standing } from './auth.js';
import type { Counter, HandedIn } from './counter.js';
import { asProblem, problemDocument } from './errors.js';
import type { Services } from './parts.js';
import { Problem } from './problems.js';
import { type AnyRoute, type Call, type Reply, route } from './route.js';
import { caseId, date, department, line, pageOf, paging, shownCase, shownEvent, shownSummary, Words } from './schemas.js';
import { dueFor, mayRead } from './views.js';

/** What the API adds to what a person hands in, beside what it resolves for the procedure. */
type Added = keyof Signed | keyof Urgency;
/** What a person hands in: words where the case gets references to them. */
type Filed<Input> = { [Field in keyof Input as Exclude<Field, Added>]: FiledField<Input[Field]> };
type FiledField<Field> = Field extends WordsRef
  ? Words
  : Field extends readonly (infer Item)[]
    ? readonly FiledField<Item>[]
    : Field extends object
      ? Filed<Field>
      : Field;

/** The form of one step: its fields, what the API resolves for it, and when it is served (design §4.18). */
export interface StepForm<Input, Resolved extends string = never> {
  body: z.ZodType<Omit<Filed<Input>, Resolved>>;
  /** It only ever makes things safer, so it is taken on what was last known of the caller while the directory is away. */
  protecting?: true;
  /**
   * What calendar, directory and policy say of what is handed in at this moment: deadlines, and whether the answer is due before the next morning round.
   * @throws Problem when that refuses it
   */
  resolve?(
    services: Services,
    row: CaseRow,
    body: Omit<Filed<Input>, Resolved>,
  ): Resolution<Pick<Input, Extract<keyof Input, Resolved | keyof Urgency>>>;
}

/** A procedure whose cases are opened by another case, so that nobody files them. `Inputs`: what its cases get with each step. */
export interface UnfiledProcedure<Inputs, Resolved extends string = never> {
  name: ProcedureName;
  path: `/${string}`;
  /** Where its cases are opened and its steps handed in. */
  counter(services: Services): Counter;
  steps: { [Name in keyof Inputs]: StepForm<Inputs[Name], Resolved> };
  /** Each of its cases is about one date, and lists go by it where a span of dates is asked for. */
  dated?: true;
  /** Cases that a step is taken in at once, where it is not fifty: as many as a person marks on one page of a list. */
  mostInBulk?: number;
  /** What this procedure has beside the common shape. `readable`: the case to one of its readers. */
  more?(services: Services, readable: Readable): readonly AnyRoute[];
}

/** One procedure at the API: everything that its routes are made from. */
export interface Procedure<Inputs, Form extends object, Resolved extends string = never> extends UnfiledProcedure<Inputs, Resolved> {
  opening: Opening<Form>;
}

/** How a case is filed. */
interface Opening<Form> {
  body: z.ZodType<Form>;
  /**
   * The opening event of what the caller files, all that directory, calendar and policy say resolved; `as` where it is not for the caller's own sake.
   * @throws Problem when a rule refuses it
   */
  resolve(services: Services, call: Call<unknown, unknown, Form>): Promise<{ name: string; input: object; as?: Capacity }>;
  /** Whoever holds one of these may file; absent: everybody. */
  access?: readonly Capacity[];
  /** Cases that may be opened at once, each with a result of its own; absent: one. */
  mostAtOnce?: number;
}

type Resolution<Fields> = Partial<Fields> | Promise<Partial<Fields>>;

/** The case, to one of its readers; to everybody else there is none. @throws Problem notFound */
export type Readable = (id: string, call: Pick<Call, 'caller'>) => Promise<CaseRow>;

/** The form of any step; what it resolves are fields of its own input. */
interface AnyStepForm extends Omit<StepForm<object>, 'resolve'> {
  resolve?(services: Services, row: CaseRow, body: object): Resolution<object>;
}

/** A step that stands, or is certain to. */
type Outcome = { how: 'written'; row: CaseRow; effects?: readonly EffectMark[] } | { how: 'accepted' };

/** What is handed in for one case, under the key that makes it act once. */
interface Filing {
  caseId: string;
  body: object;
  key: string;
  digest: string;
}

type Who = Pick<Call, 'caller' | 'key' | 'arrival'>;

const byId = z.strictObject({ id: caseId });
const listQuery = z.strictObject({ status: line(40).exactOptional(), department: department.exactOptional(), ...paging });
const datedQuery = listQuery.extend({ from: date.exactOptional(), until: date.exactOptional() });
type DatedQuery = z.output<typeof datedQuery>;
/** A bulk step is not to keep others from the counter. */
const bulkAtOnce = 10;

/** The routes of a procedure: open, list, one, timeline, a step, a step in bulk. */
export function procedureRoutes<Inputs, Form extends object, Resolved extends string>(
  procedure: UnfiledProcedure<Inputs, Resolved> & Partial<Procedure<Inputs, Form, Resolved>>,
  services: Services,
): readonly AnyRoute[] {
  const { name: tag, path, opening, mostInBulk = 50 } = procedure;
  const { ledger, views, hash, logger, quote } = services;
  const counter = procedure.counter(services);
  const forms = procedure.steps as Readonly<Record<string, AnyStepForm>>;
  const placeOf = (id: string, key: string, { caller, arrival }: Who) => ({ caseId: id, key, caller, arrival });

  const readable: Readable = async (id, { caller }) => {
    const row = await ledger.caseById(id);
    if (row?.procedure !== tag || !mayRead(row, caller)) throw new Problem('notFound');
    return row;
  };

  /** Keeps the free texts apart and puts references in their place. */
  async function withReferences(id: string, key: string, input: object): Promise<object> {
    const texts = Object.fromEntries(textsIn(input));
    if (!Object.keys(texts).length) return input;
    const references = await ledger.keep(key, id, texts);
    const kept = await ledger.read(Object.values(references).map(({ row }) => row));
    const same = Object.entries(references).every(([field, { row }]) => kept[row] === texts[field]);
    if (!same) throw new Problem('keyReused'); // An earlier try under this key, never taken, said something else.
    return withTextsBy(input, (field) => references[field]);
  }

  /** The step that stands under this key, if the body is the same. */
  function recorded(event: LedgerEvent | undefined, digest: string): boolean {
    if (event && event.input.digest !== digest) throw new Problem('keyReused');
    return event !== undefined;
  }

  async function open({ resolve }: Opening<Form>, call: Call<unknown, unknown, Form>): Promise<Outcome & { id: string }> {
    const { staffNumber } = call.caller;
    const [key, id] = [hash('open', tag, staffNumber, call.key), hash('case', tag, staffNumber, call.key)];
    const digest = hash('body', call.body);
    if (!recorded((await ledger.byKey(key))?.event, digest)) {
      const event = await resolve(services, call);
      const input = await withReferences(id, key, event.input);
      const signed = { ...input, by: staffNumber, as: event.as ?? `staff:${staffNumber}`, digest };
      const handedIn = await counter.open(placeOf(id, key, call), { name: event.name, input: signed, key });
      if (handedIn === 'accepted') return { how: 'accepted', id };
    }
    const [stands] = await ledger.casesUnderKeys([{ caseId: id, key }]);
    recorded(stands?.event, digest);
    if (!stands?.row || !mayRead(stands.row, call.caller)) throw new Problem('notFound');
    return { how: 'written', row: stands.row, effects: stands.effects, id };
  }

  /** Takes one step in several cases, which are read together before and after. What fails fails alone, and the rest is answered in order. */
  async function take(step: string, items: readonly { id: string; body: object }[], who: Who): Promise<PromiseSettledResult<Outcome>[]> {
    const filings = items.map(({ id, body }) => ({
      caseId: id,
      body,
      key: hash('step', tag, step, id, who.caller.staffNumber, who.key),
      digest: hash('body', body),
    }));
    const before = await ledger.casesUnderKeys(filings);
    const handedIn = await settled(filings, (filing, index) => handIn(step, filing, before[index], who));
    const written = handedIn.some((one) => one.status === 'fulfilled' && one.value === 'written');
    const after = written ? await ledger.casesUnderKeys(filings) : [];
    return settled(filings, async ({ digest }, index): Promise<Outcome> => {
      const [one, now] = [handedIn[index], after[index]];
      if (one?.status === 'rejected') throw one.reason;
      if (one?.value === 'written' && recorded(now?.event, digest) && now?.row)
        return { how: 'written', row: now.row, effects: now.effects };
      return { how: 'accepted' };
    });
  }

  async function handIn(step: string, filing: Filing, found: CaseUnderKey | undefined, who: Who): Promise<HandedIn> {
    const { caseId: id, key, digest, body } = filing;
    const { staffNumber, asOf } = who.caller;
    if (recorded(found?.event, digest)) return 'written';
    const row = found?.row;
    if (row?.procedure !== tag || !mayRead(row, who.caller)) throw new Problem('notFound');
    const signed = capacityFor(row, step, who);
    const input = {
      ...(await withReferences(id, key, body)),
      ...(await forms[step]?.resolve?.(services, row, body)),
      by: staffNumber,
      ...signed,
      digest,
      ...(asOf && { directoryAsOf: asOf }),
    };
    return counter.take({ ...placeOf(id, key, who), row }, step, input);
  }

  /** The case as it then stands; who may not read it any more is told no more than how it stands. */
  async function reply(id: string, outcome: Outcome, call: Pick<Call, 'caller'>, written: 200 | 201): Promise<Reply> {
    const headers = { Location: `/api/v1${path}/${id}` };
    if (outcome.how === 'accepted') return { status: 202, body: { id }, headers };
    const { row, effects } = outcome;
    if (mayRead(row, call.caller)) return { status: written, body: await views.ofCase(row, call.caller, effects), headers };
    return { status: written, body: { id, receiptNumber: row.receiptNumber, status: row.status } };
  }

  /** One of several: an answer of its own, whatever became of it. */
  const oneOfBulk = async (
    id: string | undefined,
    outcome: PromiseSettledResult<Outcome & { id?: string }> | undefined,
    call: Call,
  ): Promise<object> => {
    try {
      const stands = outcomeOf(outcome);
      const { status, body: shown } = await reply(id ?? stands.id ?? '', stands, call, id === undefined ? 201 : 200);
      return { id: id ?? stands.id, status, case: shown };
    } catch (failure) {
      const problem = asProblem(failure);
      if (problem.type === 'internal') logger.error({ failure: problem.name }, 'a part of a bulk request failed');
      const shown = problemDocument(problem, call.language, quote);
      return { id, status: shown.status, problem: shown };
    }
  };

  const accepted = { description: 'Certain to be written, but not yet: look again at `Location`.', schema: z.object({ id: caseId }) };
  const stepRoutes = Object.entries(forms).flatMap(([step, { body, protecting = false }]): AnyRoute[] => [
    route({
      method: 'post',
      path: `${path}/{id}/steps/${step}`,
      tag,
      summary: `Take the step "${step}"`,
      access: 'staff',
      protecting,
      needs: 'Idempotency-Key',
      params: byId,
      body,
      replies: { 200: { description: 'The case as it then stands.', schema: shownCase }, 202: accepted },
      handle: async (call) => {
        const [outcome] = await take(step, [{ id: call.path.id, body: call.body }], call);
        return reply(call.path.id, outcomeOf(outcome), call, 200);
      },
    }),
    route({
      method: 'post',
      path: `${path}/steps/${step}`,
      tag,
      summary: `Take the step "${step}" in several cases`,
      access: 'staff',
      protecting,
      needs: 'Idempotency-Key',
      body: z.strictObject({
        items: z
          .array(z.strictObject({ id: caseId, body }))
          .min(1)
          .max(mostInBulk)
          .refine((items) => new Set(items.map(({ id }) => id)).size === items.length, { params: { code: 'repeated' } }),
      }),
      replies: {
        200: {
          description: 'What became of each, in the same order.',
          schema: z.object({ items: z.array(z.object({ id: caseId, status: z.int() })) }),
        },
      },
      handle: async (call) => {
        const { items } = call.body;
        const outcomes = await take(step, items, call);
        return { status: 200, body: { items: await Promise.all(items.map(({ id }, index) => oneOfBulk(id, outcomes[index], call))) } };
      },
    }),
  ]);

  /** Filing: one case, and several at once where the procedure takes them. */
  const openingRoutes = (filing: Opening<Form>): readonly AnyRoute[] => {
    const { body, access = 'staff', mostAtOnce } = filing;
    const one = route({
      method: 'post',
      path,
      tag,
      summary: 'Open a case',
      access,
      needs: 'Idempotency-Key',
      body,
      replies: { 201: { description: 'The case, at `Location`; a repeat gets the same.', schema: shownCase }, 202: accepted },
      handle: async (call: Call<unknown, unknown, Form>) => {
        const outcome = await open(filing, call);
        return reply(outcome.id, outcome, call, 201);
      },
    });
    if (mostAtOnce === undefined) return [one];
    const several = route({
      method: 'post',
      path: `${path}/several`,
      tag,
      summary: 'Open several cases, one after the other',
      access,
      needs: 'Idempotency-Key',
      body: z.strictObject({ items: z.array(body).min(1).max(mostAtOnce) }),
      replies: {
        200: {
          description: 'What became of each, in the same order; `id` where there is a case.',
          schema: z.object({ items: z.array(z.object({ id: caseId.optional(), status: z.int() })) }),
        },
      },
      handle: async (call) => {
        const items: object[] = [];
        for (const [index, body] of call.body.items.entries()) {
          const [outcome] = await Promise.allSettled([open(filing, { ...call, body, key: `${call.key}/${index}` })]);
          items.push(await oneOfBulk(undefined, outcome, call));
        }
        return { status: 200, body: { items } };
      },
    });
    return [several, one];
  };

  return [
    // What could be taken for an id comes before it: `/campaigns/steps/plan`, `/registrations/renewals`, `/telework-days/several`.
    ...stepRoutes,
    ...(procedure.more?.(services, readable) ?? []),
    ...(opening ? openingRoutes(opening) : []),
    route({
      method: 'get',
      path,
      tag,
      summary: 'The cases that the caller may see, newest first',
      access: 'staff',
      query: procedure.dated ? datedQuery : listQuery,
      replies: { 200: { description: 'One page.', schema: pageOf(shownSummary) } },
      handle: async ({ query: { from, until, ...query }, caller: { capacities } }: Call<unknown, DatedQuery>) => {
        const dates = { ...(from && { from }), ...(until && { until }) };
        const { items, cursor } = await ledger.list({ procedure: tag, capacities, ...query, ...((from ?? until) && { dates }) });
        return { status: 200, body: { items: await Promise.all(items.map(views.ofSummary)), cursor } };
      },
    }),
    route({
      method: 'get',
      path: `${path}/{id}`,
      tag,
      summary: 'The case, what is due, and what of it is the caller’s to do',
      access: 'staff',
      params: byId,
      replies: { 200: { description: 'The case.', schema: shownCase } },
      handle: async (call) => ({ status: 200, body: await views.ofCase(await readable(call.path.id, call), call.caller) }),
    }),
    route({
      method: 'get',
      path: `${path}/{id}/events`,
      tag,
      summary: 'The timeline: who, in which capacity, when, what',
      access: 'staff',
      params: byId,
      replies: { 200: { description: 'All events, in order.', schema: z.object({ items: z.array(shownEvent) }) } },
      handle: async (call) => {
        const row = await readable(call.path.id, call);
        return { status: 200, body: { items: await views.ofEvents(row, await ledger.events(row.caseId), call.caller) } };
      },
    }),
  ];
}

/** Does the work for each item, some at a time, and answers what became of each, in order. */
async function settled<Item, Result>(
  items: readonly Item[],
  work: (item: Item, index: number) => Promise<Result>,
): Promise<PromiseSettledResult<Result>[]> {
  const results: PromiseSettledResult<Result>[] = [];
  const left = items.entries();
  const inTurn = async (): Promise<void> => {
    for (const [index, item] of left) [results[index]] = (await Promise.allSettled([work(item, index)])) as [PromiseSettledResult<Result>];
  };
  await Promise.all(Array.from({ length: bulkAtOnce }, inTurn));
  return results;
}

/** @throws what the work threw */
function outcomeOf<Result>(result: PromiseSettledResult<Result> | undefined): Result {
  if (result?.status !== 'fulfilled') throw result?.reason;
  return result.value;
}

/** The first capacity for which the step is due and which the caller has; else the first in which they act for somebody absent. @throws Problem notDue, forbidden */
function capacityFor({ due, closed, status }: CaseRow, step: string, { caller }: Who) {
  const open = due.flatMap((one) => ('who' in one && one.step === step ? [one.who] : []));
  if (!open.length) throw new Problem('notDue', { due: dueFor(due, caller), ...(closed && { ended: status }) });
  const ways = open.flatMap((who) => standing(caller, { step, who }) ?? []);
  const mine = ways.find(({ onBehalfOf }) => onBehalfOf === undefined) ?? ways[0];
  if (!mine) throw new Problem('forbidden');
  return mine;
}

/** The free texts of an input and where they stand: `reason`, `form.address` for one within a form, `added.0.text` for one in a list. */
function textsIn(value: unknown, place: readonly string[] = []): [string, string][] {
  if (value instanceof Words) return [[place.join('.'), value.text]];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([field, inner]) => textsIn(inner, [...place, field]));
}

/** The input with something else in the place of each free text. */
function withTextsBy(input: object, instead: (field: string) => unknown): object {
  const replaced = (value: unknown, place: readonly string[]): unknown => {
    if (value instanceof Words) return instead(place.join('.'));
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) return value.map((item, at) => replaced(item, [...place, `${at}`]));
    return Object.fromEntries(Object.entries(value).map(([field, inner]) => [field, replaced(inner, [...place, field])]));
  };
  return replaced(input, []) as object;
}
