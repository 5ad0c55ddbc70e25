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

/** Reads an LDIF content file (RFC 2849): folded lines, comments and base64; values are UTF-8. URLs as values (`:<`) and change records are not read. */
export function readLdif(text: string): DirectoryEntry[] {
  const records = text
    .replaceAll('\r\n', '\n')
    .replaceAll('\n ', '')
    .split(/\n{2,}/);
  return records.flatMap((record) => {
    let dn: string | undefined;
    const attributes: Record<string, string[]> = {};
    for (const [name, value] of record.split('\n').flatMap(nameAndValue)) {
      if (name === 'dn') dn = value;
      else if (dn !== undefined) (attributes[name] ??= []).push(value);
    }
    return dn === undefined ? [] : [{ dn, attributes }];
  });
}

function nameAndValue(text: string): [name: string, value: string][] {
  if (text === '' || text.startsWith('#')) return [];
  const [, name, encoded, value] = /^([^:]+):(:?) *(.*)$/s.exec(text) ?? [];
  if (name === undefined || value === undefined) throw new Error('not a line of LDIF');
  return [[name, encoded ? Buffer.from(value, 'base64').toString('utf8') : value]];
}
