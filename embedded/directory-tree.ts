import { closeSync, existsSync, fsyncSync, openSync, readFileSync, truncateSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { keyOf } from '../activities/directory/dn.js';
import { type DirectoryEntry, readLdif } from './ldif.js';

/** A search filter (RFC 4511 §4.5.1.7). */
export type Filter =
  | { kind: 'and' | 'or'; clauses: readonly Filter[] }
  | { kind: 'not'; clause: Filter }
  | { kind: 'equal'; attribute: string; value: string }
  | { kind: 'present'; attribute: string }
  | { kind: 'substring'; attribute: string; initial: string; any: readonly string[]; final: string }
  | { kind: 'unsupported' };

export interface Search {
  base: string;
  scope: 'base' | 'one' | 'sub';
  filter: Filter;
}

/** One change of one attribute (RFC 4511 §4.6). */
export interface Change {
  operation: 'add' | 'delete' | 'replace';
  attribute: string;
  values: readonly string[];
}

/** Why the directory refuses an operation: a result code of RFC 4511 §4.1.9. */
export class Refused extends Error {
  constructor(readonly code: 16 | 18 | 20 | 32 | 65) {
    super(`refused with result code ${code}`);
  }
}

const noSuchAttribute = 16;
const inappropriateMatching = 18;
const attributeOrValueExists = 20;
const noSuchObject = 32;
const objectClassViolation = 65;

/** Attributes that are looked up by value; everything else is found by walking the entries in scope. */
const indexed = new Set(['uid', 'employeenumber', 'departmentnumber', 'member', 'seealso', 'ou', 'cn', 'mail']);

/** The part of an attribute description before its options: `cn` of `cn;lang-ja-hira` (RFC 4512 §2.5). */
const typeOf = (description: string) => description.toLowerCase().split(';', 1)[0] ?? '';

/** The town's directory in memory: its LDIF and every change made since, each on disk before it counts. */
export class DirectoryTree {
  readonly #entries = new Map<string, DirectoryEntry>();
  readonly #children = new Map<string, string[]>();
  /** `attribute=value` → keys of the entries that have it. */
  readonly #index = new Map<string, Set<string>>();
  readonly #log: number;

  /** @param folder holds `directory.ldif`; the changes are appended to `directory-changes.ndjson` beside it */
  constructor(folder: string) {
    for (const entry of readLdif(readFileSync(join(folder, 'directory.ldif'), 'utf8'))) this.#add(entry);
    const log = join(folder, 'directory-changes.ndjson');
    for (const { dn, changes } of readLog(log)) this.#put(keyOf(dn), this.#changed(dn, changes));
    this.#log = openSync(log, 'a');
  }

  get size(): number {
    return this.#entries.size;
  }

  find(dn: string): DirectoryEntry | undefined {
    return this.#entries.get(keyOf(dn));
  }

  /** The entries in scope that match. @throws Refused when there is no such base */
  *search({ base, scope, filter }: Search): Generator<DirectoryEntry> {
    const top = keyOf(base);
    if (!this.#entries.has(top)) throw new Refused(noSuchObject);
    for (const key of this.#candidates(filter) ?? this.#walk(top, scope)) {
      const entry = this.#entries.get(key);
      if (entry && inScope(key, top, scope) && matches(entry, filter)) yield entry;
    }
  }

  /** Makes all changes or none; when this returns they are on disk. @throws Refused */
  modify(dn: string, changes: readonly Change[]): void {
    const entry = this.#changed(dn, changes);
    writeSync(this.#log, `${JSON.stringify({ dn, changes })}\n`);
    fsyncSync(this.#log);
    this.#put(keyOf(dn), entry);
  }

  close(): void {
    closeSync(this.#log);
  }

  #add(entry: DirectoryEntry): void {
    const key = keyOf(entry.dn);
    const siblings = this.#children.get(parentOf(key));
    if (siblings) siblings.push(key);
    else this.#children.set(parentOf(key), [key]);
    this.#put(key, entry);
  }

  #put(key: string, entry: DirectoryEntry): void {
    const before = this.#entries.get(key);
    if (before) for (const term of terms(before)) this.#index.get(term)?.delete(key);
    for (const term of terms(entry)) {
      const keys = this.#index.get(term);
      if (keys) keys.add(key);
      else this.#index.set(term, new Set([key]));
    }
    this.#entries.set(key, entry);
  }

  #changed(dn: string, changes: readonly Change[]): DirectoryEntry {
    const entry = this.find(dn);
    if (!entry) throw new Refused(noSuchObject);
    const attributes = changes.reduce(withChange, entry.attributes);
    // RFC 4519 §3.5: a groupOfNames has at least one member.
    if (valuesOf(entry.attributes, 'member').length > 0 && valuesOf(attributes, 'member').length === 0)
      throw new Refused(objectClassViolation);
    return { dn: entry.dn, attributes };
  }

  /** Keys of all entries that can match, by the index; undefined where the index does not help. */
  #candidates(filter: Filter): ReadonlySet<string> | undefined {
    switch (filter.kind) {
      case 'equal':
        return indexed.has(filter.attribute.toLowerCase())
          ? (this.#index.get(term(filter.attribute, filter.value)) ?? new Set())
          : undefined;
      case 'and':
        return filter.clauses
          .flatMap((clause) => this.#candidates(clause) ?? [])
          .reduce<ReadonlySet<string> | undefined>((best, one) => (best && best.size <= one.size ? best : one), undefined);
      case 'or': {
        const all = filter.clauses.map((clause) => this.#candidates(clause));
        return all.includes(undefined) ? undefined : new Set(all.flatMap((one) => [...(one ?? [])]));
      }
      default:
        return undefined;
    }
  }

  *#walk(top: string, scope: Search['scope']): Generator<string> {
    if (scope !== 'one') yield top;
    if (scope === 'base') return;
    for (const child of this.#children.get(top) ?? []) {
      if (scope === 'one') yield child;
      else yield* this.#walk(child, scope);
    }
  }
}

/** The changes that were acknowledged. A line that a power cut left unfinished was not: it is cut off, so that the next one begins a line. */
function readLog(file: string): { dn: string; changes: readonly Change[] }[] {
  if (!existsSync(file)) return [];
  const log = readFileSync(file);
  const end = log.lastIndexOf('\n') + 1;
  if (end < log.length) truncateSync(file, end);
  return log
    .subarray(0, end)
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as { dn: string; changes: readonly Change[] });
}

const parentOf = (key: string) => key.slice(key.indexOf(',') + 1);

const inScope = (key: string, top: string, scope: Search['scope']) =>
  scope === 'base' ? key === top : scope === 'one' ? parentOf(key) === top : key === top || key.endsWith(`,${top}`);

/** Values are compared as the directory's string and DN syntaxes do: case does not count. */
const folded = (attribute: string, value: string) =>
  ['member', 'seealso'].includes(attribute.toLowerCase()) ? keyOf(value) : value.toLowerCase();

const term = (attribute: string, value: string) => `${attribute.toLowerCase()}=${folded(attribute, value)}`;

const terms = ({ attributes }: DirectoryEntry) =>
  Object.entries(attributes).flatMap(([name, values]) =>
    indexed.has(typeOf(name)) ? values.map((value) => term(typeOf(name), value)) : [],
  );

/** Values of the attribute and of its subtypes: `cn` finds `cn;lang-ja-hira` too. */
const valuesOf = (attributes: DirectoryEntry['attributes'], wanted: string): string[] =>
  Object.entries(attributes).flatMap(([name, values]) => (isOrBelow(name, wanted) ? values : []));

/** The attribute description is the wanted one, or one of its subtypes (RFC 4512 §2.5.2). */
export const isOrBelow = (name: string, wanted: string) => `${name.toLowerCase()};`.startsWith(`${wanted.toLowerCase()};`);

function matches(entry: DirectoryEntry, filter: Filter): boolean {
  switch (filter.kind) {
    case 'and':
      return filter.clauses.every((clause) => matches(entry, clause));
    case 'or':
      return filter.clauses.some((clause) => matches(entry, clause));
    case 'not':
      return !matches(entry, filter.clause);
    case 'present':
      return valuesOf(entry.attributes, filter.attribute).length > 0;
    case 'equal': {
      const wanted = folded(filter.attribute, filter.value);
      return (
        readable(filter.attribute) &&
        valuesOf(entry.attributes, filter.attribute).some((value) => folded(filter.attribute, value) === wanted)
      );
    }
    case 'substring':
      return (
        readable(filter.attribute) && valuesOf(entry.attributes, filter.attribute).some((value) => hasParts(value.toLowerCase(), filter))
      );
    case 'unsupported':
      throw new Refused(inappropriateMatching);
  }
}

/** Passwords are checked by binding, and are neither searched nor shown. */
export const readable = (attribute: string) => typeOf(attribute) !== 'userpassword';

function hasParts(value: string, { initial, any, final }: Extract<Filter, { kind: 'substring' }>): boolean {
  if (!value.startsWith(initial.toLowerCase())) return false;
  let from = initial.length;
  for (const part of any) {
    const at = value.indexOf(part.toLowerCase(), from);
    if (at < 0) return false;
    from = at + part.length;
  }
  return value.length - final.length >= from && value.endsWith(final.toLowerCase());
}

function withChange(attributes: DirectoryEntry['attributes'], { operation, attribute, values }: Change): DirectoryEntry['attributes'] {
  const name = Object.keys(attributes).find((one) => one.toLowerCase() === attribute.toLowerCase()) ?? attribute;
  const had = attributes[name] ?? [];
  const has = (value: string) => had.some((one) => folded(name, one) === folded(name, value));
  const now = { replace: () => values, add: () => added(had, values, has), delete: () => removed(had, values, name) }[operation]();
  const { [name]: _, ...others } = attributes;
  return now.length > 0 ? { ...others, [name]: now } : others;
}

function added(had: readonly string[], values: readonly string[], has: (value: string) => boolean): readonly string[] {
  if (values.some(has)) throw new Refused(attributeOrValueExists);
  return [...had, ...values];
}

function removed(had: readonly string[], values: readonly string[], name: string): readonly string[] {
  const gone = new Set(values.map((value) => folded(name, value)));
  const left = had.filter((value) => !gone.has(folded(name, value)));
  if (had.length === 0 || had.length - left.length < gone.size) throw new Refused(noSuchAttribute);
  return values.length === 0 ? [] : left;
}
