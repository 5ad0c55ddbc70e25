import { createHash } from 'node:crypto';

/** One text for one value: keys sorted, absent ones left out, no white space. What the chains are made of. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) => {
    if (inner === null || typeof inner !== 'object' || Array.isArray(inner)) return inner;
    return Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}

export const sha256 = (...parts: readonly (string | Buffer)[]): Buffer => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
};

/** The id of the case that a case opens under a name: 132 bits that say nothing, in the letters of URLs. */
export const openedCaseId = (opener: string, name: string): string => sha256(`${opener}\n${name}`).toString('base64url').slice(0, 22);

/** What stands before a case's first event; the database computes the same (`case_root` in the migrations). */
export const caseRoot = (receiptNumber: string, filing: number): Buffer => sha256(`${receiptNumber}\n${filing}`);

/** The link of one event in its case's chain; the database computes the same (`event_link`). `at`: to the microsecond. */
export const eventLink = (previous: Buffer, place: { caseId: string; seq: number; at: string }, body: string): Buffer =>
  sha256(previous, `${place.caseId}\n${place.seq}\n${place.at}\n${body}`);
