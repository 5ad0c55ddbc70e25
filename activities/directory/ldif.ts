/** One value of an entry and the line of the file on which it begins, from 1. */
export interface LdifValue {
  name: string;
  value: string;
  line: number;
}

export interface LdifRecord {
  dn: string;
  line: number;
  values: readonly LdifValue[];
}

/** A line that is none; never what stands in it. */
export interface LdifProblem {
  line: number;
  field: string;
  problem: string;
}

/**
 * Reads an LDIF content file (RFC 2849): folded lines, comments and base64. `wanted`: only these attributes are kept, whatever their case, and the values of others are
 * not even decoded; what is kept must be UTF-8. URLs as values (`:<`) and change records are problems.
 */
export function readLdif(text: string, wanted?: ReadonlySet<string>): { records: LdifRecord[]; problems: LdifProblem[] } {
  const records: LdifRecord[] = [];
  const problems: LdifProblem[] = [];
  let record: { dn: string; line: number; values: LdifValue[] } | undefined;
  const isWanted = (name: string) => !wanted || name === 'dn' || wanted.has(name.toLowerCase());
  for (const { line, content } of unfolded(text)) {
    if (content === '') record = undefined;
    else if (!content.startsWith('#')) {
      const [, name = '', mark = '', written = ''] = /^([^:]+):([:<]?) *(.*)$/s.exec(content) ?? [];
      if (!name) problems.push({ line, field: '', problem: 'is not a line of LDIF' });
      else if (mark === '<' || name.toLowerCase() === 'changetype')
        problems.push({ line, field: '', problem: mark ? 'must hold the value, not its address' : 'must be an entry, not a change' });
      else if (isWanted(name)) {
        const value = mark ? decoded(written) : written;
        if (value === undefined) problems.push({ line, field: name, problem: 'must be UTF-8 in base64' });
        else if (name === 'dn') records.push((record = { dn: value, line, values: [] }));
        else if (record) record.values.push({ name, value, line });
        else if (name !== 'version') problems.push({ line, field: name, problem: 'stands in no entry: its dn is missing' });
      }
    }
  }
  return { records, problems };
}

/** The lines with what goes on in the next ones; a line that begins with a space goes on (RFC 2849 §2). */
function* unfolded(text: string): Generator<{ line: number; content: string }> {
  let open: { line: number; content: string[] } | undefined;
  let line = 0;
  for (const written of text.replace(/^\ufeff/, '').split(/\r?\n/)) {
    line += 1;
    if (written.startsWith(' ') && open) open.content.push(written.slice(1));
    else {
      if (open) yield { line: open.line, content: open.content.join('') };
      open = { line, content: [written] };
    }
  }
  if (open) yield { line: open.line, content: open.content.join('') };
}

function decoded(base64: string): string | undefined {
  if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(base64)) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.from(base64, 'base64'));
  } catch {
    return undefined;
  }
}
