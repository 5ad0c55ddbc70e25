import { Problem } from './problems.js';

/** What is not UTF-8 is Shift_JIS, as spreadsheets of Japanese offices write it; no text is valid in both unless it is ASCII. @throws Problem malformed */
export function textOf(bytes: Uint8Array): string {
  for (const encoding of ['utf-8', 'shift_jis']) {
    try {
      return new TextDecoder(encoding, { fatal: true }).decode(bytes);
    } catch {
      // Not in this one.
    }
  }
  throw new Problem('malformed', { errors: [{ field: 'body', code: 'wrongEncoding' }] });
}
