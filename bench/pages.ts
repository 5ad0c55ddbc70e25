import type { LedgerReader, Page } from '../activities/ledger/port.js';
import type { Finding } from './report.js';
import { quantile, ratioOf } from './statistics.js';

/** A burst of something else on the machine spoils one round's p99, not the median of them. */
const [rounds, samplesARound] = [5, 120];

/** One page asked for, by name. */
export interface Question {
  what: string;
  ask(ledger: LedgerReader, cursor?: string): Promise<Page<unknown>>;
}

/** The p99 of the same page in a large ledger beside that in a small one, asked in turns; `few`: what the small one holds. */
export async function comparePages(
  what: string,
  [overMany, overFew]: readonly [() => Promise<unknown>, () => Promise<unknown>],
  few: string,
): Promise<Finding> {
  const warmUp = 20; // Caches, plans, connections.
  const sides = [
    { ask: overMany, ms: [] as number[] },
    { ask: overFew, ms: [] as number[] },
  ] as const;
  for (let sample = -warmUp; sample < rounds * samplesARound; sample += 1) {
    for (const { ask, ms } of sample % 2 ? sides : [sides[1], sides[0]]) {
      const begun = performance.now();
      await ask();
      if (sample >= 0) ms.push(performance.now() - begun);
    }
  }
  const [manyMs, fewMs] = [sides[0].ms, sides[1].ms];
  const p99s = (ms: readonly number[]) =>
    Array.from({ length: rounds }, (_, round) => quantile(ms.slice(round * samplesARound, (round + 1) * samplesARound), 0.99));
  const fewP99s = p99s(fewMs);
  const ratio = ratioOf(p99s(manyMs).map((of, round) => ({ of, to: fewP99s[round] ?? Number.NaN })));
  return {
    what,
    figures: {
      ratio: ratio.median,
      'p99 ms': quantile(manyMs, 0.99),
      'p50 ms': quantile(manyMs, 0.5),
      [`p50 ms over ${few}`]: quantile(fewMs, 0.5),
    },
    target: { figure: 'ratio', atMost: 2 },
  };
}

/** The cursor of the page in the middle; none where there is only one page. */
export async function middleOf(ask: Question['ask'], ledger: LedgerReader): Promise<string | undefined> {
  const cursors: string[] = [];
  for (let page = await ask(ledger); page.cursor; page = await ask(ledger, page.cursor)) cursors.push(page.cursor);
  return cursors[Math.floor(cursors.length / 2)];
}
