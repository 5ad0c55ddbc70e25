import { z } from 'zod';
import { readCsv } from '../ledger/csv.js';
import type { Clock } from '../ledger/port.js';
import { above, keyOf } from './dn.js';
import { presets } from './ldap-presets.js';
import { type LdifRecord, type LdifValue, readLdif } from './ldif.js';
import type { DirectoryFiles, DirectoryPort, FileProblem, FuturePerson, Organisation } from './port.js';

interface FileOptions {
  baseDn: string;
  unitsDn?: string;
  preset: keyof typeof presets;
  clock: Clock;
  /** For a CSV, which does not say how units lie in each other. */
  directory: Pick<DirectoryPort, 'unit'>;
}

interface FutureUnit {
  head?: string;
  /** The unit above; absent at the top. */
  above?: string;
}

/** Who is where, who heads what, and who heads the whole. */
interface Whole {
  people: Map<string, FuturePerson>;
  units: Map<string, FutureUnit>;
  top?: string;
}

/** Files of whole directories: LDIF in the terms of the municipality's preset, or CSV of its posts. */
export function createDirectoryFiles(options: FileOptions): DirectoryFiles {
  return {
    async read(text, format) {
      const { problems, ...whole } = format === 'csv' ? await fromCsv(text, options) : fromLdif(text, options);
      if (!whole.people.size) problems.push({ line: 1, field: '', problem: 'holds nobody with a staff number' });
      if (!whole.units.size) problems.push({ line: 1, field: '', problem: 'holds no unit' });
      return { organisation: organisationOf(whole), problems: problems.sort((one, other) => one.line - other.line) };
    },
  };
}

function organisationOf({ people, units, top }: Whole): Organisation {
  const active = (staff: string | undefined) => (staff === undefined || people.get(staff)?.disabled !== false ? undefined : staff);
  const headsAbove = (unit: FutureUnit | undefined): (string | undefined)[] => {
    if (!unit) return [];
    return unit.above === undefined ? [top] : [units.get(unit.above)?.head, ...headsAbove(units.get(unit.above))];
  };
  return {
    units: [...units.keys()],
    person: (staff) => people.get(staff),
    holder(post) {
      const [role, id = ''] = post.split(':');
      const unit = units.get(id);
      if (role === 'head') return active(unit?.head);
      // The head of the nearest unit above that has another head.
      return role === 'superior' ? active(headsAbove(unit).find((head) => head !== undefined && head !== unit?.head)) : undefined;
    },
  };
}

type Read = Whole & { problems: FileProblem[] };
const mayBeNumber = (text: string) => /^\d{1,8}$/.test(text);

function fromLdif(text: string, { baseDn, unitsDn = `ou=units,${baseDn}`, preset, clock }: FileOptions): Read {
  const { person, unit } = presets[preset];
  const top = keyOf(unitsDn);
  const { records, problems } = readLdif(
    text,
    new Set([person.staffNumber, ...person.departments, ...person.state, unit.id, unit.head].map((name) => name.toLowerCase())),
  );
  const read: Read = { people: new Map(), units: new Map(), problems };
  const isBelow = ({ dn }: LdifRecord) => keyOf(dn).endsWith(`,${top}`);
  const idsByDn = new Map<string, string>();
  const numbersByDn = new Map<string, string>();
  const once = (place: ReadonlyMap<string, unknown>, { name, value, line }: LdifValue): boolean => {
    if (place.has(value)) problems.push({ line, field: name, problem: 'stands in an earlier entry already' });
    return !place.has(value);
  };
  for (const record of records) {
    const [number] = valuesOf(record, person.staffNumber);
    const [id] = isBelow(record) ? valuesOf(record, unit.id) : [];
    if (number && !mayBeNumber(number.value))
      problems.push({ line: number.line, field: number.name, problem: 'must be a staff number of at most 8 digits' });
    else if (number && once(read.people, number)) {
      const of = (name: string) => valuesOf(record, name).map(({ value }) => value);
      numbersByDn.set(keyOf(record.dn), number.value);
      read.people.set(number.value, {
        departments: [...new Set(person.departments.flatMap(of))],
        disabled: person.disabled(of, clock.now()),
      });
    }
    if (id && once(read.units, id)) {
      idsByDn.set(keyOf(record.dn), id.value);
      read.units.set(id.value, {});
    }
  }
  for (const record of records) {
    const id = idsByDn.get(keyOf(record.dn));
    const [head] = id !== undefined || keyOf(record.dn) === top ? valuesOf(record, unit.head) : [];
    const number = head && numbersByDn.get(keyOf(head.value));
    if (head && number === undefined) problems.push({ line: head.line, field: head.name, problem: 'is nobody in this file' });
    const over = idsByDn.get(keyOf(above(record.dn)));
    if (id !== undefined) read.units.set(id, { ...(number && { head: number }), ...(over !== undefined && { above: over }) });
    else if (number) read.top = number;
    if (numbersByDn.has(keyOf(record.dn)))
      for (const { name, value, line } of person.departments.flatMap((name) => valuesOf(record, name)))
        if (!read.units.has(value)) problems.push({ line, field: name, problem: 'is no unit of this file' });
  }
  return read;
}

const valuesOf = ({ values }: LdifRecord, wanted: string): readonly LdifValue[] =>
  values.filter(({ name }) => name.toLowerCase() === wanted.toLowerCase());

/** One line a post, the first of a person being the main one; without a department: somebody who has none, or heads the whole. */
const post = z.strictObject({
  staff_number: z.string().refine(mayBeNumber, 'must be a staff number of at most 8 digits'),
  department: z.string().max(64, 'must be a unit'),
  head: z.enum(['yes', ''], 'must be yes or empty'),
});

async function fromCsv(text: string, { directory }: FileOptions): Promise<Read> {
  const unique = ({ staff_number, department }: z.output<typeof post>) => ({ department: `${staff_number} ${department}` });
  const { rows, problems } = readCsv(text, { schema: post, heading: ['staff_number', 'department', 'head'], unique });
  const read: Read = { people: new Map(), units: new Map(), problems };
  const known = new Map<string, Promise<{ parent?: string } | undefined>>();
  const unitOf = (id: string) => {
    const asked = known.get(id) ?? directory.unit(id);
    known.set(id, asked);
    return asked;
  };
  /** The unit and all above it: a unit of which no post is told has nobody, and is there. */
  async function place(id: string): Promise<boolean> {
    const unit = await unitOf(id);
    if (!unit || read.units.has(id)) return unit !== undefined;
    read.units.set(id, unit.parent === undefined ? {} : { above: unit.parent });
    return unit.parent === undefined || place(unit.parent);
  }
  for (const { line, row } of rows) {
    const { staff_number: staff, department, head } = row;
    const before = read.people.get(staff)?.departments ?? [];
    read.people.set(staff, { departments: department ? [...before, department] : before, disabled: false });
    if (department && !(await place(department))) problems.push({ line, field: 'department', problem: 'is no unit of the directory' });
    else if (head) {
      const unit = read.units.get(department);
      if (department ? unit?.head : read.top)
        problems.push({ line, field: 'head', problem: 'the unit has a head in an earlier line already' });
      else if (unit) read.units.set(department, { ...unit, head: staff });
      else read.top = staff;
    }
  }
  return read;
}
