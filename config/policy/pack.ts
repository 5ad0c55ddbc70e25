import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Document, isMap, isNode, isScalar, LineCounter, type Pair, parseDocument, visit, type YAMLMap } from 'yaml';
import type { z } from 'zod';
import { canonicalJson, sha256 } from '../../activities/ledger/canonical.js';
import type { FigurePolicy } from '../../activities/ledger/port.js';
import type { LoanPolicy } from '../../workflows/device-loan/contract.js';
import type { RegistrationPolicy } from '../../workflows/registration/contract.js';
import type { SurveyPolicy } from '../../workflows/survey/contract.js';
import type { TeleworkDayPolicy } from '../../workflows/telework-day/contract.js';
import type { Draft, TrialPolicy } from '../../workflows/trial-campaign/contract.js';
import type { Counter } from '../../workflows/trial-section/contract.js';
import type { ReviewPolicy, Stages, Target } from '../../workflows/yearly-review/contract.js';
import { employmentKinds, type PolicyDocument, type PolicyValues, policySchema } from './schema.js';

/** A municipality's rules, resolved. */
export interface PolicyPack {
  name: string;
  /** SHA-256 of the canonical JSON of `document`: the pack's version, which a case keeps for ever. */
  hash: string;
  document: PolicyDocument;
  values: PolicyValues;
}

/** Every problem of a pack at once, each with file, line and field. */
export class PolicyError extends Error {
  override readonly name = 'PolicyError';
  constructor(readonly problems: readonly string[]) {
    super(`the policy pack is not usable:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
  }
}

/**
 * Loads a pack by its name in this folder, or by the path of a YAML file, and resolves what it `extends` (likewise a name, or a path from that file). A pack
 * replaces values together with their sources, and says only what differs.
 * @throws PolicyError
 */
export function loadPack(nameOrPath: string): PolicyPack {
  const places: Places = new Map();
  const file = packFile(nameOrPath, process.cwd());
  const yaml = assemble([file], places);
  const parsed = policySchema.safeParse(yaml.toJS(), { error: ({ input }) => (input === undefined ? 'is missing' : undefined) });
  if (!parsed.success) throw new PolicyError(parsed.error.issues.flatMap((issue) => problemsOf(issue, yaml, places)));
  return {
    name: basename(file, '.yaml'),
    hash: sha256(canonicalJson(parsed.data)).toString('hex'),
    document: parsed.data,
    values: valuesOf(parsed.data) as PolicyValues,
  };
}

/** The loan's section, as it enters a case. */
export function loanPolicy({ hash, values: { deviceLoan } }: PolicyPack): LoanPolicy {
  return { pack: hash, ...deviceLoan, terms: digested(deviceLoan.terms) };
}

/** The registration's section, as it enters a case. Each of the four methods opens the network from outside, and so has a group to grant. */
export function registrationPolicy({ hash, values: { registration, ictMethod } }: PolicyPack): RegistrationPolicy {
  const { ownRequest: _superior, renewalOpens: _calendars, pledge, checklist, ...rules } = registration;
  return {
    pack: hash,
    ...rules,
    remoteAccess: ictMethod !== 'none',
    checklist: checklist.required,
    ...(pledge.required && { pledge: digested(pledge) }),
  };
}

/** The section for telework days, as it enters each; forms and places are those that one can register for. */
export function dayPolicy({ hash, values: { teleworkDay, registration } }: PolicyPack): TeleworkDayPolicy {
  const { forms, workplaces } = registration;
  return { pack: hash, ...teleworkDay, tasks: teleworkDay.tasks.map(({ id }) => id), forms, workplaces };
}

/** What the figures of a month depend on: the eligible are those who may register. */
export function figurePolicy({ values: { registration, deviceLoan } }: PolicyPack): FigurePolicy {
  const { employment, excludedOccupations } = registration;
  return { employment, excludedOccupations, erasureWithinDays: deviceLoan.erasureWithinDays };
}

/** The section for trial periods, as it enters a campaign. */
export function trialPolicy({ hash, values: { trialPeriod } }: PolicyPack): TrialPolicy {
  const { extendDays, questionnaireDays, smallGroup } = trialPeriod;
  return { pack: hash, extendDays, questionnaireDays, smallGroup };
}

/** The section for surveys, as it enters one. */
export function surveyPolicy({ hash, values: { surveys } }: PolicyPack): SurveyPolicy {
  return { pack: hash, ...surveys };
}

/** The section for yearly reviews, as it enters one. */
export function reviewPolicy(pack: PolicyPack): ReviewPolicy {
  const { targets: _targets, stages: _stages, ...rules } = pack.values.yearlyReview;
  const [first, last] = rules.planYears;
  const years = Array.from({ length: last - first + 1 }, (_, nth) => first + nth);
  const planned = years.map((year) => ({ fiscalYear: year, targets: reviewTargets(pack, year), stages: reviewStages(pack, year) }));
  return { pack: pack.hash, ...rules, planned };
}

/** What the pack has as targets of the fiscal year; none where it says nothing. */
export const reviewTargets = ({ values }: Pick<PolicyPack, 'values'>, year: number): readonly Target[] =>
  values.yearlyReview.targets.flatMap(({ fiscalYear, ...target }) => (fiscalYear === year ? [target] : []));

/** In which stage the pack has each form in the fiscal year; a form that is to begin later has none. */
export function reviewStages({ values }: Pick<PolicyPack, 'values'>, year: number): Stages {
  const begun = values.yearlyReview.stages.filter(({ from }) => from <= year);
  return Object.fromEntries(begun.toSorted((one, other) => one.from - other.from).map(({ form, stage }) => [form, stage]));
}

/** What a draft of a campaign begins with. */
export interface TrialProposal {
  draft: Pick<Draft, 'groups' | 'excluded' | 'unit' | 'devices' | 'daysOff'>;
  /** Business days of the period. */
  days: number;
  /** With `satellite` HR chooses the office. */
  place: 'registered' | 'satellite';
  /** For each section whose counter HR names. */
  counter: Counter;
}

/** The pack's proposal: who may not register is no target. */
export function trialDraft({ values: { trialPeriod, registration } }: PolicyPack): TrialProposal {
  const { groups, unit, devices, days, place, counter } = trialPeriod;
  const employment = employmentKinds.filter((kind) => !registration.employment.includes(kind));
  const excluded = { departments: [], occupations: registration.excludedOccupations, employment };
  return { draft: { groups, excluded, unit, devices, daysOff: [] }, days, place, counter };
}

/** What a person agreed to: the version, and the SHA-256 of both texts, which stand in the pack. */
const digested = ({ version, ja, en }: Record<'version' | 'ja' | 'en', string>) => ({
  version,
  digest: sha256(`${ja}\n${en}`).toString('hex'),
});

type ChecklistItem = PolicyValues['registration']['checklist']['items'][number];

/** The items that hold on the date: of each the latest that is valid by then, in the pack's order. */
export function checklistOn({ values }: Pick<PolicyPack, 'values'>, date: string): readonly ChecklistItem[] {
  const holding = new Map<string, ChecklistItem>();
  for (const item of values.registration.checklist.items) {
    const other = holding.get(item.id);
    if (item.validFrom <= date && (!other || other.validFrom < item.validFrom)) holding.set(item.id, item);
  }
  return [...holding.values()];
}

/**
 * Where the pack has a value from, as people quote it: `要綱第4条第2項 (004:634-638)` for `registration.employment`. Undefined for what is no value of a pack, such as
 * an article that a rule names itself.
 */
export function sourceOf({ document }: Pick<PolicyPack, 'document'>, field: string): string | undefined {
  const inside = (section: unknown, name: string): unknown =>
    typeof section === 'object' && section !== null ? Object.entries(section).find(([key]) => key === name)?.[1] : undefined;
  const source = inside(field.split('.').reduce(inside, document), 'source');
  return typeof source === 'string' ? source.replace(/(^|; )(00[0-4]:[\d-]+) ([^;]+)/g, '$1$3 ($2)') : undefined;
}

/** File and line of each field, and of each file; one pack's fields come from several files. */
type Places = Map<Pair | Yaml, string>;
type Fields = YAMLMap<unknown, unknown>;
type Yaml = Document<Fields, false>;

/** The last file of the chain laid over what it extends. */
function assemble(chain: readonly [...string[], string], places: Places): Yaml {
  const file = chain[chain.length - 1] ?? '';
  const yaml = read(file, places);
  const parent = yaml.get('extends');
  if (parent === undefined) return yaml;
  const at = placeOf(['extends'], yaml, places);
  if (typeof parent !== 'string') throw new PolicyError([`${at}: extends: must be the name or path of a pack`]);
  yaml.delete('extends');
  const parentFile = packFile(parent, dirname(file), `${at}: extends: `);
  if (chain.includes(parentFile)) throw new PolicyError([`${at}: extends: goes round in a circle`]);
  const base = assemble([...chain, parentFile], places);
  overlay(base.contents, yaml.contents);
  return base;
}

function overlay(base: Fields, over: Fields): void {
  for (const pair of over.items) {
    const below = base.items.find(({ key }) => String(key) === String(pair.key));
    if (!below) base.items.push(pair);
    else if (isMap(below.value) && isMap(pair.value) && !isSourced(pair.value)) overlay(below.value, pair.value);
    else base.items.splice(base.items.indexOf(below), 1, pair);
  }
}

const isSourced = (fields: Fields) => fields.has('value') || fields.has('source');

function read(file: string, places: Places): Yaml {
  const name = basename(file);
  const lines = new LineCounter();
  const yaml = parseDocument<Fields, false>(readFileSync(file, 'utf8'), { lineCounter: lines, prettyErrors: false });
  const problems = [...yaml.errors, ...yaml.warnings].map(({ pos, message }) => `${name}:${lines.linePos(pos[0]).line}: ${message}`);
  const placeOfNode = (node: unknown) => `${name}:${lines.linePos((isNode(node) && node.range?.[0]) || 0).line}`;
  places.set(yaml, `${name}:1`);
  visit(yaml.contents, {
    Pair: (_, pair) => {
      places.set(pair, placeOfNode(pair.key));
      if (!isScalar(pair.key)) problems.push(`${placeOfNode(pair.key)}: a field's name must be a word`);
    },
    Alias: (_, alias) => {
      problems.push(`${placeOfNode(alias)}: an alias is not for packs: a value stands where it is read`);
    },
  });
  if (problems.length === 0 && !isMap(yaml.contents)) problems.push(`${name}:1: must hold the sections of a policy pack`);
  if (problems.length > 0) throw new PolicyError(problems);
  return yaml;
}

/** A bare word names a pack of this folder, anything else is a path. */
function packFile(nameOrPath: string, from: string, prefix = ''): string {
  const folder = dirname(fileURLToPath(import.meta.url));
  const file = /^[a-z0-9-]+$/.test(nameOrPath) ? join(folder, `${nameOrPath}.yaml`) : resolve(from, nameOrPath);
  if (existsSync(file)) return file;
  const known = readdirSync(folder)
    .filter((name) => name.endsWith('.yaml'))
    .sort();
  throw new PolicyError([
    `${prefix}there is no pack ${nameOrPath}; known by name: ${known.map((name) => basename(name, '.yaml')).join(', ')}`,
  ]);
}

/** Names the fields of one issue. An unknown field is an issue of the section that holds it. */
function problemsOf(issue: z.core.$ZodIssue, yaml: Yaml, places: Places): string[] {
  const found =
    issue.code === 'unrecognized_keys' ? issue.keys.map((key) => ({ path: [...issue.path, key], message: 'is not known' })) : [issue];
  return found.map(({ path, message }) => `${placeOf(path, yaml, places)}: ${path.join('.')}: ${message}`);
}

/** Where the field stands; where it is missing, the section that should hold it. */
function placeOf(path: readonly PropertyKey[], yaml: Yaml, places: Places): string | undefined {
  let node: unknown = yaml.contents;
  let place = places.get(yaml);
  for (const field of path) {
    const pair = isMap(node) ? node.items.find(({ key }) => String(key) === String(field)) : undefined;
    if (!pair) break;
    place = places.get(pair);
    node = pair.value;
  }
  return place;
}

function valuesOf(section: unknown): unknown {
  if (Array.isArray(section)) return section.map(valuesOf);
  if (typeof section !== 'object' || section === null) return section;
  if ('value' in section && 'source' in section) return section.value;
  return Object.fromEntries(Object.entries(section).map(([field, inner]) => [field, valuesOf(inner)]));
}
