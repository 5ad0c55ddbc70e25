import { BerReader, BerWriter } from 'ldapts';
import type { Change, Filter, Search } from './directory-tree.js';
import type { DirectoryEntry } from './ldif.js';

/** One request of a client (RFC 4511 §4), as far as the embedded directory answers it. */
export type LdapRequest = { id: number } & (
  | { operation: 'bind'; dn: string; password: string | undefined }
  | { operation: 'search'; search: Search; attributes: readonly string[]; sizeLimit: number }
  | { operation: 'modify'; dn: string; changes: readonly Change[] }
  | { operation: 'unbind' | 'abandon' }
  | { operation: 'other'; answer: number }
);

/** Tags of the answers (RFC 4511 appendix B). */
export const answerTag = { bind: 0x61, entry: 0x64, search: 0x65, modify: 0x67 } as const;

/** Longer than any honest request: what is announced as longer ends the connection. */
const longestMessage = 256 * 1024;

/** The first whole message in what has arrived, and what follows it; undefined while more has to come. @throws when it is not LDAP */
export function firstMessage(arrived: Buffer): { message: Buffer; rest: Buffer } | undefined {
  const reader = new BerReader(arrived);
  if (reader.readSequence(0x30) === null) return undefined;
  if (reader.length < 0 || reader.length > longestMessage) throw new Error('not a message of LDAP');
  const end = reader.offset + reader.length;
  return arrived.length < end ? undefined : { message: arrived.subarray(0, end), rest: arrived.subarray(end) };
}

/** Reads one message; its controls are not looked at. @throws when it is malformed */
export function readRequest(message: Buffer): LdapRequest {
  const reader = new BerReader(message);
  reader.readSequence(0x30);
  const id = given(reader.readInt());
  const tag = given(reader.readSequence());
  switch (tag) {
    case 0x60: {
      reader.readInt(); // The version of the protocol.
      const dn = text(reader);
      return { id, operation: 'bind', dn, password: reader.peek() === 0x80 ? text(reader, 0x80) : undefined };
    }
    case 0x63: {
      const base = text(reader);
      const scope = given((['base', 'one', 'sub'] as const)[given(reader.readEnumeration())]);
      reader.readEnumeration(); // Aliases: there are none.
      const sizeLimit = given(reader.readInt());
      reader.readInt(); // The time limit: nothing here takes a second.
      reader.readBoolean(); // Values are always sent.
      const filter = readFilter(reader);
      return { id, operation: 'search', search: { base, scope, filter }, attributes: listOf(reader, text), sizeLimit };
    }
    case 0x66: {
      const dn = text(reader);
      return { id, operation: 'modify', dn, changes: listOf(reader, readChange) };
    }
    case 0x42:
      return { id, operation: 'unbind' };
    case 0x50:
      return { id, operation: 'abandon' };
    default:
      return { id, operation: 'other', answer: tag === 0x4a ? 0x6b : tag + 1 }; // Every request but the deletion is answered by the next tag.
  }
}

/** How an operation ended, with a result code of RFC 4511 §4.1.9. */
export function writeResult(id: number, tag: number, code: number): Buffer {
  return messageOf(id, tag, (writer) => {
    writer.writeEnumeration(code);
    writer.writeString('');
    writer.writeString('');
  });
}

/** One entry that a search found. */
export function writeEntry(id: number, { dn, attributes }: DirectoryEntry): Buffer {
  return messageOf(id, answerTag.entry, (writer) => {
    writer.writeString(dn);
    writer.startSequence();
    for (const [name, values] of Object.entries(attributes)) {
      writer.startSequence();
      writer.writeString(name);
      writer.startSequence(0x31);
      writer.writeStringArray([...values]);
      writer.endSequence();
      writer.endSequence();
    }
    writer.endSequence();
  });
}

function messageOf(id: number, tag: number, content: (writer: BerWriter) => void): Buffer {
  const writer = new BerWriter();
  writer.startSequence();
  writer.writeInt(id);
  writer.startSequence(tag);
  content(writer);
  writer.endSequence();
  writer.endSequence();
  return writer.buffer;
}

function readFilter(reader: BerReader): Filter {
  const tag = given(reader.peek());
  switch (tag) {
    case 0xa0:
      return { kind: 'and', clauses: listOf(reader, readFilter) };
    case 0xa1:
      return { kind: 'or', clauses: listOf(reader, readFilter) };
    case 0xa2:
      reader.readSequence();
      return { kind: 'not', clause: readFilter(reader) };
    case 0xa3:
      reader.readSequence();
      return { kind: 'equal', attribute: text(reader), value: text(reader) };
    case 0xa4: {
      reader.readSequence();
      const attribute = text(reader);
      const parts = listOf(reader, (part) => ({ place: given(part.peek()), value: text(part, given(part.peek())) }));
      const at = (place: number) => parts.filter((part) => part.place === place).map(({ value }) => value);
      return { kind: 'substring', attribute, initial: at(0x80)[0] ?? '', any: at(0x81), final: at(0x82)[0] ?? '' };
    }
    case 0x87:
      return { kind: 'present', attribute: text(reader, 0x87) };
    default:
      text(reader, tag);
      return { kind: 'unsupported' };
  }
}

function readChange(reader: BerReader): Change {
  reader.readSequence(0x30);
  const operation = given((['add', 'delete', 'replace'] as const)[given(reader.readEnumeration())]);
  reader.readSequence(0x30);
  return { operation, attribute: text(reader), values: listOf(reader, text) };
}

/** Reads items one after the other until the sequence or set that begins here is over. */
function listOf<Item>(reader: BerReader, read: (reader: BerReader) => Item): Item[] {
  given(reader.readSequence());
  const end = reader.offset + reader.length;
  const items: Item[] = [];
  while (reader.offset < end) items.push(read(reader));
  return items;
}

const text = (reader: BerReader, tag = 0x04): string => given(reader.readString(tag));

function given<Value>(value: Value | null | undefined): Value {
  if (value === null || value === undefined) throw new Error('not a message of LDAP');
  return value;
}
