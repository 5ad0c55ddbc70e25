import type { Language } from '../../config/texts.js';
import { goals } from './chapters/goals.js';
import { ict } from './chapters/ict.js';
import { organisation } from './chapters/organisation.js';
import { pdca } from './chapters/pdca.js';
import { principles } from './chapters/principles.js';
import { rules } from './chapters/rules.js';
import { safety } from './chapters/safety.js';
import { situation } from './chapters/situation.js';
import { summary } from './chapters/summary.js';
import { survey } from './chapters/survey.js';
import type { Document } from './document.js';
import { readerOf } from './reader.js';
import type { ShownReport } from './report.js';

/** The report in words: after its summary one chapter for each that the plan has (004 ch. 2-4). */
export function documentOf(shown: ShownReport, language: Language): Document {
  const reader = readerOf(shown, language);
  const { report, decision } = shown;
  const chapters = [
    ...[situation(reader, report), survey(reader, report), principles(reader, report), goals(reader, report, decision)],
    ...[rules(reader, report), ict(reader, report), safety(reader, report)],
    ...[organisation(reader, shown), pdca(reader, report, decision)],
  ].map(({ title, blocks }, at) => ({ title: reader.say('chapter', { number: `${at + 1}`, title }), blocks }));
  return {
    title: reader.say('title', { year: reader.year(report.review.fiscalYear) }),
    author: reader.own(report.municipality),
    on: decision?.on ?? report.on,
    language,
    chapters: [summary(reader, shown), ...chapters],
  };
}
