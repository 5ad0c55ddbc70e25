import { BadCursor, type Page } from './port.js';

/** A page is what people scroll through; who wants more asks for the next one. */
const longestPage = 200;

export const pageSize = (limit: number): number => Math.min(Math.max(1, Math.trunc(limit)), longestPage);

type Key = readonly (string | number)[];

/** A page of the rows that were read, one more than it shows so that it is known whether there is a next one. `key`: where that one begins. */
export function pageOf<Row, Item>(rows: readonly Row[], size: number, item: (row: Row) => Item, key: (last: Row) => Key): Page<Item> {
  const shown = rows.slice(0, size);
  const last = shown.at(-1);
  const more = rows.length > size && last !== undefined;
  return { items: shown.map(item), ...(more && { cursor: writeCursor(key(last)) }) };
}

export const writeCursor = (key: Key): string => Buffer.from(JSON.stringify(key)).toString('base64url');

/** The key that a cursor holds. @throws BadCursor */
export function readCursor(cursor: string, types: readonly ('string' | 'number')[]): Key {
  const key = parsed(Buffer.from(cursor, 'base64url').toString());
  if (!Array.isArray(key) || key.length !== types.length || key.some((part, index) => typeof part !== types[index])) throw new BadCursor();
  return key;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
