import { setTimeout as pause } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/common';
import type pg from 'pg';
import { canonicalJson } from '../activities/ledger/canonical.js';
import type { LedgerEvent } from '../activities/ledger/port.js';
import type { ReceivedMail } from '../embedded/mailbox.js';
import { getLoan } from '../workflows/device-loan/contract.js';
import type { Loan } from '../workflows/device-loan/rules.js';
import { caseWorkflowId } from '../workflows/shared/procedures.js';
import type { Cast } from './cast.js';
import type { LoanName } from './loan.js';
import { Differs, type KnownLoan } from './player.js';

/** Where the outcome is looked up, past the API. */
export interface Sources {
  pool: pg.Pool;
  temporal: Client;
  /** The mailbox's page. */
  mailbox: string;
  mailAddressOf(staffNumber: string): string;
}

export interface Played {
  cast: Cast;
  devices: readonly string[];
  loans: ReadonlyMap<LoanName, KnownLoan>;
}

/**
 * What came of a performance, with roles for people, numbers for devices and names for loans, and without instants: what must be the same whatever was killed on the way. `apart`: where parts of
 * the town contradict each other; nothing, ever.
 */
export interface Outcome {
  loans: Readonly<Record<string, object>>;
  devices: readonly string[];
  reservations: readonly string[];
  custody: readonly string[];
  queue: readonly string[];
  /** Logical mails, each once. */
  mails: readonly string[];
  effects: readonly string[];
  apart: readonly string[];
}

/** Longer than mail stands still after its worker was killed. */
const calmWithinMs = 90_000;

/** Waits until everything begun is done (mail out, effects outside done, workflows where the ledger is), then reads what came of it. @throws Differs */
export async function outcomeOf(performance: Played, sources: Sources): Promise<Outcome> {
  const { pool } = sources;
  const ids = [...performance.loans.values()].map(({ id }) => id);
  const { loanOf, named } = namesFor(performance);
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

  const cases = await rows<{ case_id: string; state: Loan; closed: boolean }>(
    `select case_id, state, closed from cases where case_id = any($1)`,
  );
  const events = await rows<{ case_id: string; event: LedgerEvent }>(
    "select case_id, body->'event' as event from events where case_id = any($1) order by case_id, seq",
  );
  const loans = cases.map(({ case_id, state, closed }) => {
    const timeline = events.filter((one) => one.case_id === case_id).map(({ event }) => named(`${event.name} by ${event.input.by}`));
    const { status, until: _until, request: _request, device, ...rest } = state;
    return [loanOf(case_id), JSON.parse(named(JSON.stringify({ status, device: device?.assetTag, ...rest, closed, timeline })))] as const;
  });
  const apart: string[] = [];
  for (const { case_id, closed } of cases)
    if (!(await workflowIsAt(sources, { caseId: case_id, closed })))
      apart.push(`${loanOf(case_id)}: workflow and ledger stand at different places`);
  apart.push(...(await mailsApart(performance, sources, ids)));
  return {
    loans: Object.fromEntries(loans.sort(([a], [b]) => (a < b ? -1 : 1))),
    devices: (
      await pool.query('select asset_tag, status from devices where asset_tag = any($1) order by asset_tag', [performance.devices])
    ).rows.map(({ asset_tag, status }) => named(`${asset_tag} ${status}`)),
    reservations: await lines("select case_id || ' has ' || asset_tag as line from reservations where case_id = any($1)"),
    custody: await lines("select case_id || ' holds ' || asset_tag as line from custody where case_id = any($1) and until is null"),
    queue: await lines('select case_id as line from queue where case_id = any($1)'),
    mails: await lines("select case_id || ' ' || template || ' to ' || recipient as line from outbox where case_id = any($1)"),
    effects: await lines("select case_id || ' ' || name || ' ' || how as line from effect_marks where case_id = any($1)"),
    apart,
  };
}

/** What differs, line by line; nothing when the outcomes are the same. */
export function differences(expected: Outcome, found: Outcome): readonly string[] {
  return Object.entries(expected).flatMap(([part, value]) => {
    const other = found[part as keyof Outcome];
    return canonicalJson(value) === canonicalJson(other) ? [] : [`${part}: ${canonicalJson(value)} became ${canonicalJson(other)}`];
  });
}

/** Staff numbers, asset tags and case ids become the parts that they play. */
function namesFor({ cast, devices, loans }: Played): { loanOf(id: string): string; named(text: string): string } {
  const names: readonly (readonly [string, string])[] = [
    ...Object.entries(cast.people).map(([role, number]) => [number, role] as const),
    ...devices.map((tag, index) => [tag, `device ${index + 1}`] as const),
    ...[...loans].map(([name, { id }]) => [id, name] as const),
    [`head:${cast.department}`, 'the head'],
  ];
  const parts = new Map(names);
  const anyName = new RegExp(`(?<![\\w-])(${names.map(([from]) => from).join('|')})(?![\\w-])`, 'g');
  return { loanOf: (id) => parts.get(id) ?? id, named: (text) => text.replaceAll(anyName, (from) => parts.get(from) ?? from) };
}

/** The workflow shows the same case as the ledger. One that is closed need not be at Temporal any more. */
async function workflowIsAt({ temporal, pool }: Sources, { caseId, closed }: { caseId: string; closed: boolean }): Promise<boolean> {
  const handle = temporal.workflow.getHandle(caseWorkflowId({ procedure: 'device-loan', caseId }));
  const shows = async (): Promise<boolean> => {
    try {
      const atTemporal = await handle.query(getLoan);
      const { rows } = await pool.query<{ state: Loan }>('select state from cases where case_id = $1', [caseId]);
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
async function mailsApart({ cast }: Played, sources: Sources, ids: readonly string[]): Promise<readonly string[]> {
  const arrived = new Map<string, number>();
  for (const number of new Set(Object.values(cast.people))) {
    const answer = await fetch(`${sources.mailbox}/mails.json?to=${encodeURIComponent(sources.mailAddressOf(number))}`);
    const { mails } = (await answer.json()) as { mails: readonly ReceivedMail[] };
    for (const { messageId } of mails) arrived.set(messageId, (arrived.get(messageId) ?? 0) + 1);
  }
  const { rows } = await sources.pool.query<{ copy: string; how: string; template: string }>(
    `select copy, how, template from mail_copies join outbox using (message_id)
     where case_id = any($1) and recipient <> 'it'`,
    [ids],
  );
  return rows.flatMap(({ copy, how, template }) => {
    if (how === 'refused') return [`${template} was refused`];
    if (how === 'sent' && !arrived.has(copy)) return [`${template} was sent and never arrived`];
    return [];
  });
}

async function untilCalm(what: string, calm: () => Promise<boolean>): Promise<void> {
  const since = performance.now();
  while (!(await calm())) {
    if (performance.now() - since > calmWithinMs) throw new Differs(`too long until ${what}`);
    await pause(50);
  }
}
