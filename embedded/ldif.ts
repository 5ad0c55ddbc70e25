import { readLdif as readRecords } from '../activities/directory/ldif.js';

/** One entry of a directory: attribute descriptions as written, each with its values in order. */
export interface DirectoryEntry {
  dn: string;
  attributes: Readonly<Record<string, readonly string[]>>;
}

/** SAFE-STRING of RFC 2849; what is not one is written in base64. */
const safe = /^(?![ :<])[\x01-\x09\x0b\x0c\x0e-\x7f]*(?<! )$/;

const line = (name: string, value: string) =>
  safe.test(value) ? `${name}: ${value}` : `${name}:: ${Buffer.from(value, 'utf8').toString('base64')}`;

/** The entries as an LDIF content file (RFC 2849), UTF-8; without its version line, which OpenLDAP's `slapadd` refuses. */
export function writeLdif(entries: readonly DirectoryEntry[]): string {
  const records = entries.map(({ dn, attributes }) =>
    [line('dn', dn), ...Object.entries(attributes).flatMap(([name, values]) => values.map((value) => line(name, value)))].join('\n'),
  );
  return `${records.join('\n\n')}\n`;
}

/** Reads what `writeLdif` writes. */
export function readLdif(text: string): DirectoryEntry[] {
  const { records, problems } = readRecords(text);
  const [first] = problems;
  if (first) throw new Error(`line ${first.line} ${first.problem}`);
  return records.map(({ dn, values }) => {
    const attributes: Record<string, string[]> = {};
    for (const { name, value } of values) (attributes[name] ??= []).push(value);
    return { dn, attributes };
  });
}
