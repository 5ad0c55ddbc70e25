import { setTimeout as pause } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/common';
import type pg from 'pg';
import { canonicalJson } from '../activities/ledger/canonical.js';
import type { LedgerEvent, ProcedureName } from '../activities/ledger/port.js';
import { getLoan } from '../workflows/device-loan/contract.js';
import type { Loan } from '../workflows/device-loan/rules.js';
import { getRegistration } from '../workflows/registration/contract.js';
import { hasAccess, type Registration } from '../workflows/registration/rules.js';
import { caseWorkflowId, hasWorkflow } from '../workflows/shared/procedures.js';
import { getSurvey } from '../workflows/survey/contract.js';
import type { TeleworkDay } from '../workflows/telework-day/contract.js';
import { getTrialCampaign } from '../workflows/trial-campaign/contract.js';
import { getTrialSection } from '../workflows/trial-section/contract.js';
import { getYearlyReview } from '../workflows/yearly-review/contract.js';
import type { Cast } from './cast.js';
import type { Arrivals, GroupChange } from './evidence.js';
import { Differs, type KnownCase } from './player.js';
import type { CaseName } from './script.js';

/** Where the outcome is looked up, past the API. */
export interface Sources {
  pool: pg.Pool;
  temporal: Client;
  /** The mailbox's page. */
  mailbox: string;
  mailAddressOf(staffNumber: string): string;
  /** How many copies of each mail lie in the mailbox. */
  arrived(): Promise<Arrivals>;
  /** The person's entries into the group of remote access, and removals, as the directory has made them. */
  groupChangesOf(staffNumber: string): Promise<readonly GroupChange[]>;
}

/** What the workflows show of their cases. */
export const queries = {
  'device-loan': getLoan,
  registration: getRegistration,
  'trial-campaign': getTrialCampaign,
  'trial-section': getTrialSection,
  'yearly-review': getYearlyReview,
  survey: getSurvey,
} as const;

export interface Played {
  cast: Cast;
  devices: readonly string[];
  cases: ReadonlyMap<CaseName, KnownCase>;
}

/**
 * What came of a performance, with roles for people, numbers for devices and names for cases, and without instants: what must be the same whatever was killed on the way. `apart`: where parts of
 * the town contradict each other; nothing, ever.
 */
export interface Outcome {
  cases: Readonly<Record<string, object>>;
  devices: readonly string[];
  reservations: readonly string[];
  custody: readonly string[];
  queue: readonly string[];
  /** Logical mails, each once. */
  mails: readonly string[];
  effects: readonly string[];
  /** Each change that the directory has made of who is in the group of remote access. */
  access: readonly string[];
  apart: readonly string[];
  /** Mails by Message-ID, one for each recipient of a logical mail, and those that lie in the mailbox; copies that came again, under an id that was there. Not compared: a cut may repeat one. */
  delivery: { sent: number; arrived: number; again: number };
}

/** Longer than mail stands still after its worker was killed. */
const calmWithinMs = 90_000;

/** Waits until everything begun is done (mail out, effects outside done, workflows where the ledger is), then reads what came of it. @throws Differs */
export async function outcomeOf(performance: Played, sources: Sources): Promise<Outcome> {
  const { pool } = sources;
  const ids = [...performance.cases.values()].map(({ id }) => id);
  const { caseOf, named } = namesFor(performance);
  const rows = async <Row extends object>(query: string): Promise<readonly Row[]> => (await pool.query<Row>(query, [ids])).rows;
  const lines = async (query: string): Promise<readonly string[]> =>
    (await rows<{ line: string }>(query)).map(({ line }) => named(line)).sort();

  await untilCalm('news is written down', async () => (await rows('select from news where case_id = any($1)')).length === 0);
  await untilCalm(
    'mail leaves',
    async () => (await rows("select from outbox where case_id = any($1) and state in ('waiting', 'underWay')")).length === 0,
  );
  await untilCalm(
    'effects are done',
    async () => (await rows("select from effect_marks where case_id = any($1) and how <> 'done'")).length === 0,
  );

  const found = await rows<CaseAtLedger>('select procedure, case_id as "caseId", staff, state, closed from cases where case_id = any($1)');
  const access: string[] = [];
  for (const one of found)
    if (one.procedure === 'registration') {
      await untilCalm('access is as the ledger says', async () => {
        const last = (await sources.groupChangesOf(one.staff)).at(-1);
        return (last === 'granted') === hasAccess(one.state as Registration);
      });
      access.push(...(await sources.groupChangesOf(one.staff)).map((change) => `${caseOf(one.caseId)} ${change}`));
    }
  const events = await rows<{ case_id: string; event: LedgerEvent }>(
    "select case_id, body->'event' as event from events where case_id = any($1) order by case_id, seq",
  );
  const cases = found.map(({ caseId, state, closed }) => {
    const timeline = events
      .filter((one) => one.case_id === caseId)
      .map(({ event }) => named(`${event.name} by ${event.input.by}${behalf(event)}`));
    return [caseOf(caseId), JSON.parse(named(JSON.stringify({ ...comparable(state), closed, timeline })))] as const;
  });
  const apart: string[] = [];
  for (const one of found)
    if (!(await workflowIsAt(sources, one))) apart.push(`${caseOf(one.caseId)}: workflow and ledger stand at different places`);
  const delivery = await deliveryOf(sources, ids);
  return {
    cases: Object.fromEntries(cases.sort(([a], [b]) => (a < b ? -1 : 1))),
    devices: (
      await pool.query('select asset_tag, status from devices where asset_tag = any($1) order by asset_tag', [performance.devices])
    ).rows.map(({ asset_tag, status }) => named(`${asset_tag} ${status}`)),
    reservations: await lines("select case_id || ' has ' || asset_tag as line from reservations where case_id = any($1)"),
    custody: await lines("select case_id || ' holds ' || asset_tag as line from custody where case_id = any($1) and until is null"),
    queue: await lines('select case_id as line from queue where case_id = any($1)'),
    mails: await lines("select case_id || ' ' || template || ' to ' || recipient as line from outbox where case_id = any($1)"),
    effects: await lines("select case_id || ' ' || name || ' ' || how as line from effect_marks where case_id = any($1)"),
    access,
    apart: [...apart, ...delivery.apart],
    delivery: delivery.counts,
  };
}

interface CaseAtLedger {
  procedure: ProcedureName;
  caseId: string;
  staff: string;
  state: Loan | Registration | TeleworkDay;
  closed: boolean;
}

const behalf = ({ input }: LedgerEvent): string => ('onBehalfOf' in input ? ` for ${input.onBehalfOf}` : '');

/** How the case stands, without dates and without the rows in which its words lie. */
function comparable(state: Loan | Registration | TeleworkDay): object {
  if ('presence' in state) return { status: state.status };
  if ('version' in state) {
    const { status, cause, version, remoteAccess, windingUp } = state;
    return { status, cause, version, remoteAccess, windingUp };
  }
  const { status, until: _until, request: _request, device, ...rest } = state;
  return { status, device: device?.assetTag, ...rest };
}

/** What differs, line by line; nothing when the outcomes are the same. */
export function differences(expected: Outcome, found: Outcome): readonly string[] {
  const { delivery: _, ...compared } = expected;
  return Object.entries(compared).flatMap(([part, value]) => {
    const other = found[part as keyof Outcome];
    return canonicalJson(value) === canonicalJson(other) ? [] : [`${part}: ${canonicalJson(value)} became ${canonicalJson(other)}`];
  });
}

/** Staff numbers, asset tags and case ids become the parts that they play. */
function namesFor({ cast, devices, cases }: Played): { caseOf(id: string): string; named(text: string): string } {
  const names: readonly (readonly [string, string])[] = [
    ...Object.entries(cast.people).map(([role, number]) => [number, role] as const),
    ...devices.map((tag, index) => [tag, `device ${index + 1}`] as const),
    ...[...cases].map(([name, { id }]) => [id, name] as const),
    [`head:${cast.department}`, 'the head'],
  ];
  const parts = new Map(names);
  const anyName = new RegExp(`(?<![\\w-])(${names.map(([from]) => from).join('|')})(?![\\w-])`, 'g');
  return { caseOf: (id) => parts.get(id) ?? id, named: (text) => text.replaceAll(anyName, (from) => parts.get(from) ?? from) };
}

/** The workflow shows the same case as the ledger. One that is closed need not be at Temporal any more, and a telework day never is. */
async function workflowIsAt({ temporal, pool }: Sources, found: CaseAtLedger): Promise<boolean> {
  if (!hasWorkflow(found)) return true;
  const { procedure, caseId, closed } = found;
  const handle = temporal.workflow.getHandle(caseWorkflowId({ procedure, caseId }));
  const shows = async (): Promise<boolean> => {
    try {
      const atTemporal = await handle.query<object, []>(queries[procedure]);
      const { rows } = await pool.query<{ state: object }>('select state from cases where case_id = $1', [caseId]);
      return canonicalJson(atTemporal) === canonicalJson(rows[0]?.state);
    } catch (failure) {
      return closed && failure instanceof WorkflowNotFoundError;
    }
  };
  return untilCalm('workflow and ledger agree', shows).then(
    () => true,
    () => false,
  );
}

/** Every copy that the ledger counts as sent lies in the mailbox; one that lies there twice was sent again at the wrong moment, under the same id. */
async function deliveryOf(
  { pool, arrived }: Sources,
  ids: readonly string[],
): Promise<{ apart: readonly string[]; counts: Outcome['delivery'] }> {
  const { rows } = await pool.query<{ copy: string; how: string; template: string }>(
    'select copy, how, template from mail_copies join outbox using (message_id) where case_id = any($1)',
    [ids],
  );
  const there = await arrived();
  const times = rows.map(({ copy }) => there.get(copy) ?? 0);
  const apart = rows.flatMap(({ how, template }, at) => {
    if (how === 'refused') return [`${template} was refused`];
    if (how === 'sent' && !times[at]) return [`${template} was sent and never arrived`];
    return [];
  });
  const counts = {
    sent: rows.length,
    arrived: times.filter(Boolean).length,
    again: times.reduce((sum, one) => sum + Math.max(0, one - 1), 0),
  };
  return { apart, counts };
}

async function untilCalm(what: string, calm: () => Promise<boolean>): Promise<void> {
  const since = performance.now();
  while (!(await calm())) {
    if (performance.now() - since > calmWithinMs) throw new Differs(`too long until ${what}`);
    await pause(50);
  }
}
