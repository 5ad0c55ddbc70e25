import { z } from 'zod';

/**
 * The building blocks of everything that is handed in. Strings that PostgreSQL or a later reader could not keep or show as they are, with control characters
 * or halves of surrogate pairs, are refused; lengths count UTF-16 code units.
 */
const printable = /^[^\p{Cc}\p{Cs}]*$/u;
const lines = /^(?:[^\p{Cc}\p{Cs}]|[\n\r\t])*$/u;

/** One line: a name, a version, a number of a certificate. */
export const line = (longest: number) => z.string().min(1).max(longest).regex(printable);

/** Free text as it was handed in, until it is put apart from the case and a reference takes its place (design §2). */
export class Words {
  constructor(readonly text: string) {}
  toJSON(): string {
    return this.text;
  }
}

/** Free text of several lines, kept apart from the case so that it can be erased. */
export const words = z
  .string()
  .min(1)
  .max(2_000)
  .regex(lines)
  .transform((text) => new Words(text))
  .meta({ description: 'Free text; kept apart, and erased once retention has ended.' });

/** A day that exists, as Tokyo counts it. */
export const date = z.iso.date().meta({ examples: ['2026-11-24'] });

/** 職員番号. */
export const staffNumber = z
  .string()
  .regex(/^\d{1,8}$/)
  .meta({ description: '職員番号', examples: ['4021'] });

/** One line that may be empty. */
export const remark = (longest: number) => z.string().max(longest).regex(printable);

/** Opaque. */
export const caseId = z.string().regex(/^[A-Za-z0-9_-]{22}$/);

/** PC管理番号. */
export const assetTag = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$/)
  .meta({ description: 'PC管理番号', examples: ['PC-0001'] });

/** A department of the directory. */
export const department = z
  .string()
  .regex(/^[\p{L}\p{N}._-]{1,64}$/u)
  .meta({ examples: ['tax'] });

/** A set: in any order, each once. */
export const setOf = <Item extends z.ZodType>(item: Item, most: number) =>
  z
    .array(item)
    .max(most)
    .refine((items) => new Set(items).size === items.length, { params: { code: 'repeated' } })
    .meta({ uniqueItems: true });

/** A keyset page of a list. */
export const paging = {
  cursor: line(400).exactOptional().meta({ description: 'From the page before; opaque.' }),
  limit: z.coerce.number().int().min(1).max(200).default(50),
};

/** A page of a list. */
export const pageOf = <Item extends z.ZodType>(item: Item) =>
  z.object({ items: z.array(item), cursor: z.string().optional().meta({ description: 'Absent on the last page.' }) });

/** What somebody acts as. */
export const capacity = z.string().meta({ examples: ['staff:4021', 'head:tax', 'it'] });

const instant = z.iso.datetime();
export const person = z
  .object({ staffNumber, name: z.string().optional() })
  .meta({ id: 'Person', description: 'As the directory names them now.' });
const shownDue = z
  .object({
    step: z.string(),
    who: z.string().optional(),
    until: z.string().optional(),
    at: instant.optional(),
    from: z.string().optional(),
    mine: z.literal(true).optional().meta({ description: 'The caller may take it.' }),
  })
  .meta({ id: 'Due', description: 'A step that somebody can take, that falls due at an instant, or that comes as news.' });

export const shownSummary = z
  .object({
    id: caseId,
    procedure: z.string(),
    receiptNumber: z.string().meta({ description: '受付番号', examples: ['令和8-貸-0123'] }),
    status: z.string(),
    department: z.string(),
    staff: person,
    openedAt: instant,
    changedAt: instant,
    date: date.optional().meta({ description: 'In a list by dates.' }),
  })
  .meta({ id: 'CaseSummary' });

export const shownCase = shownSummary
  .extend({
    seq: z.int(),
    closed: z.boolean(),
    state: z.looseObject({}),
    due: z.array(shownDue),
    effects: z.array(
      z.object({ name: z.string(), how: z.enum(['waiting', 'done', 'stuck']), reason: z.string().optional(), since: instant }),
    ),
  })
  .meta({ id: 'Case' });

export const shownEvent = z
  .object({
    seq: z.int(),
    at: instant,
    name: z.string(),
    by: z.union([person, z.literal('system')]),
    as: z.string().optional(),
    onBehalfOf: person.optional().meta({ description: '代決: the absent holder of the capacity.' }),
    input: z.looseObject({}),
  })
  .meta({ id: 'Event' });

/** A form, or one field of it, as JSON Schema says it, as far as forms go: a code, yes or no, text, a number, a list, or fields within. */
export interface FormField {
  type?: string;
  format?: string;
  enum?: readonly (string | number)[];
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  minItems?: number;
  maxItems?: number;
  examples?: readonly unknown[];
  items?: FormField;
  properties?: Readonly<Record<string, FormField>>;
  required?: readonly string[];
}

/** The form for who builds one of another kind from it. */
export const shapeOf = (form: z.ZodType): FormField => z.toJSONSchema(form, { io: 'input', unrepresentable: 'any' }) as FormField;

/** Its fields by name. */
export const fieldsOf = (form: z.ZodType): Readonly<Record<string, FormField>> => shapeOf(form).properties ?? {};
