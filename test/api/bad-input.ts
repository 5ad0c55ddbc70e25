import { fc } from '@fast-check/vitest';

/** What of the OpenAPI document a request is made from. */
export interface Operation {
  method: string;
  /** Template below /api/v1. */
  path: string;
  parameters: readonly { in: 'path' | 'query' | 'header'; name: string; required?: boolean; schema: Schema }[];
  body?: { type: string; schema: Schema };
}

export interface Schema {
  anyOf?: readonly Schema[];
  oneOf?: readonly Schema[];
  type?: string;
  enum?: readonly unknown[];
  const?: unknown;
  pattern?: string;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  items?: Schema;
  minItems?: number;
  maxItems?: number;
  uniqueItems?: boolean;
  properties?: Readonly<Record<string, Schema>>;
  required?: readonly string[];
}

export interface BadRequest {
  method: string;
  path: string;
  headers: Readonly<Record<string, string>>;
  body?: string | Buffer;
}

/** What people with bad intentions have tried elsewhere, and what machines send by mistake. */
const hostile = [
  ...[
    '',
    ' ',
    '\u0000',
    'a\u0000b',
    '\ud800',
    'a\udfff',
    '\u202eabc',
    '\ufeff',
    '\uffff',
    '\r\nX: y',
    "' or 1=1 --",
    '"; drop table cases; --',
    '*',
    '*)(uid=*',
    '\\2a',
  ],
  ...[
    '../../etc/passwd',
    '%00',
    '$'.concat('{jndi:ldap://x}'),
    '{{7*7}}',
    '<script>',
    '__proto__',
    'constructor',
    'null',
    'NaN',
    '1e999',
    '0x10',
    '-1',
    '令和9年',
    '2026-02-30',
  ],
  'x'.repeat(5_000),
];
const strings = fc.oneof(
  fc.constantFrom(...hostile),
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.string({ unit: 'grapheme', maxLength: 30 }),
);
const values = fc.oneof(
  strings,
  fc.constantFrom<unknown>(null, true, false, 0, -1, 1.5, 1e21, 2 ** 53, Number.MAX_VALUE, [], {}, [[]], { a: 1 }),
  fc.jsonValue({ maxDepth: 2 }),
);

/** What a value may be, where that is one of several things. */
const waysOf = ({ anyOf, oneOf }: Schema): readonly Schema[] | undefined => anyOf ?? oneOf;

/** Whether the value is what the schema asks for; as far as the schemas of this API go. */
function fits(schema: Schema, value: unknown): boolean {
  if (schema.const !== undefined) return value === schema.const;
  if (schema.enum) return schema.enum.includes(value);
  const ways = waysOf(schema);
  if (ways) return ways.some((one) => fits(one, value));
  switch (schema.type) {
    case 'string': {
      const { minLength = 0, maxLength = Number.POSITIVE_INFINITY, pattern } = schema;
      return (
        typeof value === 'string' &&
        value.length >= minLength &&
        value.length <= maxLength &&
        (!pattern || new RegExp(pattern, 'u').test(value))
      );
    }
    case 'integer': {
      const { minimum = Number.MIN_SAFE_INTEGER, maximum = Number.MAX_SAFE_INTEGER } = schema;
      return Number.isSafeInteger(value) && Number(value) >= minimum && Number(value) <= maximum;
    }
    case 'boolean':
      return typeof value === 'boolean';
    case 'array': {
      const { items = {}, minItems = 0, maxItems = Number.POSITIVE_INFINITY } = schema;
      return Array.isArray(value) && value.length >= minItems && value.length <= maxItems && value.every((item) => fits(items, item));
    }
    case 'object': {
      if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
      const { properties = {}, required = [] } = schema;
      const given = Object.entries(value);
      return (
        required.every((name) => Object.hasOwn(value, name)) &&
        given.every(([name, inner]) => fits(properties[name] ?? { enum: [] }, inner))
      );
    }
    default:
      throw new Error(`no schema of this API was of type ${schema.type}`);
  }
}

/** A value that fits. */
function good(schema: Schema): fc.Arbitrary<unknown> {
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum) return fc.constantFrom(...schema.enum);
  const ways = waysOf(schema);
  if (ways) return fc.oneof(...ways.map(good));
  switch (schema.type) {
    case 'string':
      return fc
        .constantFrom('2027-01-05', 'tax', 'head:tax', '4021', 'PC-0001', 'A'.repeat(22), '"1"', '08:30', '2027-04', '2027-01-05T00:00:00Z')
        .filter((value) => fits(schema, value));
    case 'integer':
      return fc.integer({ min: schema.minimum ?? 0, max: Math.min(schema.maximum ?? 100, (schema.minimum ?? 0) + 100) });
    case 'boolean':
      return fc.boolean();
    case 'array':
      return fc.array(good(schema.items ?? {}), { minLength: schema.minItems ?? 0, maxLength: 2 });
    default:
      return fc.record(Object.fromEntries(Object.entries(schema.properties ?? {}).map(([name, inner]) => [name, good(inner)])));
  }
}

/** A value that does not fit: another altogether, or a good one with something in it that is bad, missing or unknown. */
function bad(schema: Schema): fc.Arbitrary<unknown> {
  const other = values.filter((value) => !fits(schema, value));
  if (schema.type === 'array' && schema.items)
    return fc.oneof(
      other,
      bad(schema.items).map((item) => [item]),
      fc.constant(Array.from({ length: (schema.maxItems ?? 0) + 1 }, () => 'x')),
    );
  if (schema.type !== 'object') return other;
  const { properties = {}, required = [] } = schema;
  const whole = good(schema) as fc.Arbitrary<object>;
  const unknownName = fc
    .oneof(fc.constantFrom('status', 'by', 'as', 'id', '__proto__', 'constructor', 'toString'), strings)
    .filter((name) => !Object.hasOwn(properties, name));
  const changes: fc.Arbitrary<unknown>[] = [
    other,
    fc
      .tuple(whole, unknownName, values)
      .map(([value, name, extra]) => Object.defineProperty({ ...value }, name, { value: extra, enumerable: true })),
    ...Object.entries(properties).map(([name, inner]) =>
      fc.tuple(whole, bad(inner)).map(([value, wrong]) => ({ ...value, [name]: wrong })),
    ),
    ...required.map((name) => whole.map((value) => Object.fromEntries(Object.entries(value).filter(([field]) => field !== name)))),
  ];
  return fc.oneof(...changes);
}

/** Requests of which each has one thing that cannot be: in path, query, key or body. Without any of these: unknown query fields and headers only. */
export function badRequests(operation: Operation, known: Readonly<Record<string, string>>): fc.Arbitrary<BadRequest> {
  const { method, path, parameters, body } = operation;
  const wellFormed = fc
    .record({
      path: fc.record(
        Object.fromEntries(parameters.flatMap((one) => (one.in === 'path' ? [[one.name, pathValue(one.schema, known[one.name])]] : []))),
      ),
      headers: fc.record(Object.fromEntries(parameters.flatMap((one) => (one.in === 'header' ? [[one.name, good(one.schema)]] : [])))),
      body: body ? good(body.schema) : fc.constant(undefined),
    })
    .map((parts): Draft => ({ ...(parts as Draft), query: '', type: body?.type }));
  const spoil = (change: (draft: Draft, wrong: unknown) => Draft, wrong: fc.Arbitrary<unknown>) =>
    fc.tuple(wellFormed, wrong).map(([draft, value]) => change(draft, value));
  const spoiled: fc.Arbitrary<Draft>[] = [];
  for (const { in: place, name, required, schema } of parameters) {
    // Halves of surrogate pairs do not come through percent-encoding: what arrives is U+FFFD.
    const arrives = (value: string) => Buffer.from(value).toString();
    const text = strings.map(arrives).filter((value) => !fits(schema, schema.type === 'integer' ? Number(value || Number.NaN) : value));
    if (place === 'path')
      spoiled.push(
        spoil(
          (draft, wrong) => ({ ...draft, path: { ...draft.path, [name]: wrong as string } }),
          text.filter((value) => !/^\.{0,2}$/.test(value)),
        ),
      );
    if (place === 'query') spoiled.push(spoil((draft, wrong) => ({ ...draft, query: `${name}=${percent(String(wrong))}` }), text));
    if (place === 'header') {
      spoiled.push(
        spoil(
          (draft, wrong) => ({ ...draft, headers: { ...draft.headers, [name]: wrong } }),
          fc.constantFrom(' ', 'a b', '\u00e9', 'x'.repeat(200), '"', '"x"', '""').filter((value) => !fits(schema, value)),
        ),
      );
      if (required) spoiled.push(wellFormed.map((draft) => ({ ...draft, headers: {} })));
    }
  }
  if (parameters.some((one) => one.in === 'query'))
    spoiled.push(spoil((draft, wrong) => ({ ...draft, query: `${percent(`x${wrong}`)}=1` }), strings));
  if (body) {
    const broken = [
      Buffer.from('{"a":'),
      Buffer.from([0x22, 0xff, 0x22]),
      Buffer.from('\u0000'),
      Buffer.from(`{"a":"${'x'.repeat(70_000)}"}`),
    ];
    const content = body.type === 'text/csv' ? strings.map((text) => `asset_tag\n${text}`) : bad(body.schema);
    spoiled.push(spoil((draft, wrong) => ({ ...draft, body: wrong }), content));
    spoiled.push(spoil((draft, wrong) => ({ ...draft, body: wrong }), content));
    spoiled.push(
      spoil(
        (draft, wrong) => ({ ...draft, type: wrong as string }),
        fc.constantFrom('text/plain', 'application/xml', 'application/json; charset=utf-32', 'x'),
      ),
    );
    spoiled.push(spoil((draft, wrong) => ({ ...draft, raw: wrong as Buffer }), fc.constantFrom(...broken)));
  }
  if (!spoiled.length)
    spoiled.push(spoil((draft, wrong) => ({ ...draft, query: `${percent(String(wrong))}=${percent(String(wrong))}` }), strings));
  return fc.oneof(...spoiled).map((draft) => requestOf(method, path, draft));
}

interface Draft {
  path: Readonly<Record<string, string>>;
  query: string;
  headers: Readonly<Record<string, unknown>>;
  type: string | undefined;
  body?: unknown;
  raw?: Buffer;
}

/** A path that leads somewhere, so that what comes after it is looked at, or nowhere. */
const pathValue = (schema: Schema, known: string | undefined) =>
  (known === undefined ? good(schema) : fc.constantFrom(known, known, known)) as fc.Arbitrary<string>;

function requestOf(method: string, template: string, { path, query, headers, type, body, raw }: Draft): BadRequest {
  const place = template.replaceAll(/\{(\w+)\}/g, (_all, name: string) => percent(String(path[name] ?? '')));
  const content = raw ?? (typeof body === 'string' && type === 'text/csv' ? body : body === undefined ? undefined : JSON.stringify(body));
  return {
    method,
    path: `/api/v1${place}${query && `?${query}`}`,
    headers: { ...(headers as Record<string, string>), ...(type !== undefined && content !== undefined && { 'Content-Type': type }) },
    ...(content !== undefined && { body: content }),
  };
}

/** Percent-encoding of whatever a string can hold. */
const percent = (text: string): string =>
  [...Buffer.from(text, 'utf8')]
    .map((byte) => (/[\w-]/.test(String.fromCharCode(byte)) ? String.fromCharCode(byte) : `%${byte.toString(16).padStart(2, '0')}`))
    .join('');
