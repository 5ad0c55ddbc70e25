import { defineQuery, defineUpdate } from '@temporalio/workflow';
import type { WordsRef } from '../../activities/ledger/port.js';
import type { Signed, Taken } from '../shared/case.js';
import type { Survey } from './rules.js';

/** A text that people read, Japanese first. */
export interface Text {
  ja: string;
  en?: string;
}

export interface Choice {
  /** As printed: `1`. Unique within its question. */
  id: string;
  text: Text;
  /** 「その他（　）」: may be filled in. At most one of a question. */
  free?: true;
  /** 「特にない」「わからない」: stands alone. */
  alone?: true;
  /** The source does not print it. */
  invented?: true;
}

/** Who is asked: those who have chosen one of these in an earlier question, or something beside these. */
export type Branch = { question: string } & ({ chose: readonly string[] } | { choseOtherThan: readonly string[] });

/** One question, as data. Blanks are answers too: whoever was asked stays in n (004:810-822). */
export interface Question {
  /** As printed: `Q3-1`. */
  id: string;
  text: Text;
  /** ※. */
  note?: Text;
  /** 単一回答・複数回答・自由記述. `most`: 「主なもの3つまで」. */
  kind: 'single' | 'multiple' | 'text';
  most?: number;
  choices: readonly Choice[];
  when?: Branch;
  /** What of it is invented or incomplete, where the source does not print it. */
  invented?: true;
}

/** 調査票. */
export interface Questionnaire {
  title: Text;
  /** Where it is from, as in packs. */
  source: string;
  /** What people read before the first question. */
  preface?: Text;
  parts: readonly { title: Text; questions: readonly Question[] }[];
}

/** What somebody answered to one question; nothing where it was left blank. `other`: what was filled in with the choice that may be. */
export type Answer = { chose: readonly string[]; other?: string } | { text: string };

/** What somebody sent back, by question. */
export type Answers = Readonly<Record<string, Answer>>;

/** Whom it goes to; whoever is there when it opens gets a link. `everybody` is everybody who has a post in a department and an account that is not disabled. */
export type Audience = { of: 'everybody' } | { of: 'departments'; departments: readonly string[] } | { of: 'campaign'; campaign: string };

/** The surveys' section of a municipality's policy pack, resolved. */
export interface SurveyPolicy {
  pack: string;
  /** Business days before the last day on which who has not answered is reminded. */
  remindDays: readonly number[];
  /** Minutes for which somebody who had the form open when the survey closed may still send it. */
  graceMinutes: number;
  /** Fewest answers of which shares are shown. */
  smallGroup: number;
}

/** What is to be asked when. Dates are ISO dates, `…At` the instants at which the first begins and the last is over. */
export interface SurveyDraft {
  /** SHA-256 of the questionnaire's canonical JSON; the document lies in the ledger. */
  questionnaire: string;
  title: Text;
  audience: Audience;
  from: string;
  until: string;
  opensAt: string;
  closesAt: string;
}

/** 回収結果 (004:801-803): `returned` of `handedOut`. `results`: SHA-256 of the counts, whose document lies in the ledger. */
export interface Reported {
  handedOut: number;
  returned: number;
  results: string;
}

export const getSurvey = defineQuery<Survey>('getSurvey');

/** One Update per human decision; all are HR's. */
export const steps = {
  redraft: defineUpdate<Taken, [Signed & SurveyDraft]>('redraft'),
  /** 実施決定: it opens on its first date. From here on the questions stand. */
  schedule: defineUpdate<Taken, [Signed]>('schedule'),
  extend: defineUpdate<Taken, [Signed & { until: string; closesAt: string }]>('extend'),
  /** Closes it before its time, at once: `closesAt` is now. */
  closeEarly: defineUpdate<Taken, [Signed & { reason: WordsRef; closesAt: string }]>('closeEarly'),
  /** 結果報告: the counts are frozen with it. `papers`: copies that were handed out to people without a link. */
  report: defineUpdate<Taken, [Signed & Reported & { papers?: number }]>('report'),
  cancel: defineUpdate<Taken, [Signed & { reason: WordsRef }]>('cancel'),
};
