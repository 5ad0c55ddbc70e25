/** One thing that must not be found, in every form in which it could lie somewhere. */
export interface Needle {
  /** What it is, for the table. */
  what: string;
  forms: readonly Buffer[];
}

/** The words as UTF-8, in base64 at each of its three alignments, in hex, as JSON escapes, percent-encoded and as quoted-printable. */
export function needle(what: string, words: string): Needle {
  const bytes = Buffer.from(words);
  const hex = bytes.toString('hex');
  const escaped = (upper: boolean) => Array.from({ length: words.length }, (_, at) => unit(words.charCodeAt(at), upper)).join('');
  const texts = [
    ...[0, 1, 2].flatMap((shift) => inBase64(bytes, shift)),
    hex,
    hex.toUpperCase(),
    escaped(false),
    escaped(true),
    encodeURIComponent(words),
    hex.toUpperCase().replaceAll(/../g, '=$&'),
  ];
  return { what, forms: [...new Set([words, ...texts])].map((text) => Buffer.from(text)) };
}

export const isIn = ({ forms }: Needle, hay: Buffer): boolean => forms.some((form) => hay.includes(form));

/** As `JSON.stringify` of other languages writes what is not ASCII. */
const unit = (code: number, upper: boolean): string => {
  if (code < 0x80) return String.fromCharCode(code);
  const hex = code.toString(16).padStart(4, '0');
  return `\\u${upper ? hex.toUpperCase() : hex}`;
};

/** What of the base64 of any text that holds the bytes, `shift` bytes after a multiple of three, does not depend on what stands before and after; in both alphabets. */
function inBase64(bytes: Buffer, shift: number): readonly string[] {
  const before = [0, 2, 3][shift] ?? 0;
  const whole = Math.floor((shift + bytes.length) / 3) * 4;
  const core = Buffer.concat([Buffer.alloc(shift), bytes])
    .toString('base64')
    .slice(before, whole);
  return [core, core.replaceAll('+', '-').replaceAll('/', '_')];
}
