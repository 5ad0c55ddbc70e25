import type { Block, Chapter } from '../document.js';
import type { Reader } from '../reader.js';
import type { ShownReport } from '../report.js';
import { corrections } from './pdca.js';

/** What stands before the first chapter: how the report stands, its main figures, where the chapters are, and how to read it. */
export function summary(reader: Reader, { report, decision, corrected }: ShownReport): Chapter {
  const { say, date } = reader;
  const standing = decision
    ? say('decided', { on: date(decision.on), receiptNumber: report.receiptNumber })
    : say('provisional', { on: date(report.on) });
  return {
    title: say('summary.title'),
    blocks: [
      { kind: 'paragraph', text: `${reader.own(report.municipality)}　${standing}` },
      ...(corrected.length
        ? [{ kind: 'paragraph' as const, text: say('corrected.text') }, corrections(reader, 'corrected.title', corrected)]
        : []),
      { kind: 'figures', items: mainFigures(reader, report) },
      { kind: 'heading', text: say('contents') },
      { kind: 'contents' },
      { kind: 'heading', text: say('reading.title') },
      ...(['uses', 'people', 'frozen', 'shares', 'masked'] as const).map(
        (of): Block => ({ kind: 'paragraph', text: say(`reading.${of}`) }),
      ),
      ...(decision ? [{ kind: 'paragraph' as const, text: say('documentHash', { hash: decision.report }) }] : []),
    ],
  };
}

function mainFigures({ say, date, count }: Reader, { year, review, byMonth, national, survey }: ShownReport['report']) {
  const people = (of: number) => count('people', of);
  const all = year.targets?.find(({ form }) => form === 'all');
  const registered = byMonth.findLast((one) => one.registered !== undefined)?.registered;
  const { rate } = national;
  const found: readonly [string, string | undefined][] = [
    [say('summary.uses'), people(year.total.uses)],
    [say('summary.ordered'), people(year.total.orderedUses)],
    [say('summary.result', { by: say(`goals.by.${review.policy.countedBy}`) }), all && people(all.result)],
    [say('summary.target'), all && (all.value === null ? say('none') : people(all.value))],
    [say('summary.share'), all?.share === undefined ? undefined : say('percent', { share: all.share.toFixed(1) })],
    [say('summary.registered'), registered === undefined ? undefined : people(registered)],
    [
      say('summary.rate', { on: rate?.date === undefined ? say('none') : date(rate.date) }),
      rate?.share === undefined ? undefined : say('percent', { share: rate.share.toFixed(1) }),
    ],
    [say('summary.survey'), survey?.results?.rate === undefined ? undefined : say('percent', { share: survey.results.rate.toFixed(1) })],
    [say('summary.measures'), count('cases', review.measures.length)],
  ];
  return found.flatMap(([name, value]) => (value === undefined ? [] : [{ name, value }]));
}
