import { randomUUID } from 'node:crypto';
import type { Task } from '../../activities/ledger/port.js';
import { lastDay, timeOf } from '../../config/calendar.js';
import { dateInWords, type Language, say } from '../../config/texts.js';
import { casePaths } from '../../workflows/shared/procedures.js';
import type { ProblemDocument } from '../errors.js';
import type { AnyRoute } from '../route.js';
import { shapeOf } from '../schemas.js';
import type { Person, ShownCase, ShownDue, ShownEvent } from '../views.js';
import { choicesOf } from './choices.js';
import { canShow, facts, fieldsFor, fieldWords, personWords, type Values, valuesOf } from './fields.js';
import { type Html, html } from './html.js';

interface Page {
  heading: string;
  body: Html;
}

/** A step that was refused, with what had been filled in. */
export interface Refused {
  step: string;
  problem: ProblemDocument;
  key: string;
  values: Values;
}

export interface Terms {
  version: string;
  text: string;
}

/** What a page of a case is made from. */
export interface CaseContent {
  shown: ShownCase;
  events: readonly ShownEvent[];
  /** The routes of the steps, and that which opens a case, where people do: their bodies are the forms. */
  steps: ReadonlyMap<string, AnyRoute>;
  opening?: AnyRoute;
  /** What the reader signs for, where that is due. */
  terms?: Terms;
  /** What the reader has just handed in. */
  taken?: string;
  refused?: Refused;
}

export type ShownTask = Omit<Task, 'caseId'> & { id: string; onBehalfOf?: Person };

/** For who is not logged in; afterwards they are where they wanted to go. */
export const logInPage = (language: Language, problem: ProblemDocument): Page => ({
  heading: say(language, 'page', 'logIn'),
  body: html`${problemWords(language, problem)}
<form method="post">
<p><label for="staffNumber">${say(language, 'field', 'staffNumber')}</label><input id="staffNumber" name="staffNumber" type="text" inputmode="numeric" autocomplete="username" required></p>
<p><label for="password">${say(language, 'field', 'password')}</label><input id="password" name="password" type="password" autocomplete="current-password" required></p>
<button name="do" value="logIn">${say(language, 'page', 'logIn')}</button>
</form>`,
});

export const problemPage = (language: Language, problem: ProblemDocument): Page => ({
  heading: problem.title,
  body: html`${problem.errors && problemWords(language, problem)}${toTasks(language)}`,
});

export const tasksPage = (language: Language, { items, cursor }: { items: readonly ShownTask[]; cursor?: string }): Page => ({
  heading: say(language, 'page', 'tasks'),
  body: html`${items.length === 0 && html`<p>${say(language, 'page', 'noTasks')}</p>`}<ul>
${items.map(
  ({
    id,
    procedure,
    receiptNumber,
    step,
    since,
    until,
    who,
    onBehalfOf,
  }) => html`<li><a href="/api/v1${casePaths[procedure]}/${id}">${receiptNumber}</a> ${stepWords(language, procedure, step)}
<br>${joined(language, [say(language, 'page', 'since', { since }), byWhen(language, until), whoWords(language, who), forWords(language, onBehalfOf)])}</li>\n`,
)}</ul>
${cursor !== undefined && html`<p><a href="?cursor=${encodeURIComponent(cursor)}">${say(language, 'page', 'more')}</a></p>`}${logOut(language)}`,
});

export function casePage(language: Language, content: CaseContent): Page {
  const { shown, events, taken, refused } = content;
  const { procedure, receiptNumber, status, staff, department, openedAt } = shown;
  const words = (code: string): string => say(language, 'page', code);
  const stands = taken !== undefined && events.some(({ name }) => name === taken);
  return {
    heading: `${say(language, 'procedure', procedure)} ${receiptNumber}`,
    body: html`${refused ? problemWords(language, refused.problem, [refused.step]) : taken !== undefined && html`<p role="status">${say(language, 'page', stands ? 'taken' : 'notYet', { step: stepWords(language, procedure, taken) })}</p>`}
<dl><dt>${words('status')}</dt><dd>${say(language, 'status', `${procedure}.${status}`)}</dd>
<dt>${words('staff')}</dt><dd><bdi>${personWords(staff)}</bdi></dd>
<dt>${say(language, 'field', 'department')}</dt><dd>${department}</dd>
<dt>${words('openedAt')}</dt><dd>${dateInWords(openedAt, language)}</dd></dl>
${formsOf(language, content)}
<h2>${words('due')}</h2>
${dueWords(language, procedure, shown.due)}
<h2>${words('happened')}</h2>
<ol>${events.map((event) => happened(language, content, event))}</ol>
${toTasks(language)}${logOut(language)}`,
  };
}

/** The steps that are the reader's, each with its form. What was refused stays as it was filled in. */
function formsOf(language: Language, { shown, steps, terms, refused }: CaseContent): Html {
  const mine = shown.due.flatMap((one) => ('mine' in one && one.mine ? [one.step] : []));
  const offered = [...new Set([...(refused ? [refused.step] : []), ...mine])];
  const before = [shown.state, 'request' in shown.state && shown.state.request].flatMap((state) => valuesOf(state));
  const choices = choicesOf(language, shown.state);
  return html`${offered.length > 0 && html`<h2>${say(language, 'page', 'yours')}</h2>\n`}${offered.map((step) => {
    const body = steps.get(step)?.body;
    const shape = body && shapeOf(body);
    const words = stepWords(language, shown.procedure, step);
    if (!shape || !canShow(shape)) return html`<h3>${words}</h3><p>${say(language, 'page', 'elsewhere')}</p>\n`;
    const signed = shape.properties?.terms && terms;
    const again = refused?.step === step ? refused : undefined;
    // A form that is filed again begins as it was; of what is asked for the first time nothing is said beforehand.
    const filedAgain = before.filter(([name]) => name.includes('.') && shape.required?.includes(name.split('.')[0] ?? ''));
    const filled = {
      language,
      id: step,
      values: again?.values ?? new Map([...filedAgain, ['terms', signed ? [signed.version] : []]]),
      errors: again?.problem.errors ?? [],
      choices,
    };
    return html`<form method="post"><h3>${words}</h3>
<input type="hidden" name="key" value="${again?.key ?? randomUUID()}">
${signed && html`<p class="lines">${signed.text}</p>\n`}${fieldsFor(shape, filled)}<button name="do" value="${step}">${words}</button></form>\n`;
  })}`;
}

function happened(language: Language, { shown, steps, opening }: CaseContent, event: ShownEvent): Html {
  const { seq, name, at, by, as, onBehalfOf, input } = event;
  const { body } = (seq === 1 ? opening : steps.get(name)) ?? {};
  const filed = body ? facts(shapeOf(body), input, language, [name]) : [];
  const capacity = as && whoWords(language, as);
  const who =
    by === 'system'
      ? say(language, 'page', 'system')
      : capacity
        ? say(language, 'page', 'by', { person: personWords(by), capacity })
        : personWords(by);
  return html`<li><strong>${stepWords(language, shown.procedure, name)}</strong>
<br><time datetime="${at}">${momentWords(language, at)}</time> <bdi>${joined(language, [who, forWords(language, onBehalfOf)])}</bdi>${filed.length > 0 && html`<dl>${filed}</dl>`}</li>\n`;
}

/** What somebody can do, and what the clock brings; news comes of itself. */
function dueWords(language: Language, procedure: ShownCase['procedure'], due: readonly ShownDue[]): Html {
  const lines = due.flatMap((one) => {
    const step = stepWords(language, procedure, one.step);
    if ('who' in one) return [joined(language, [step, whoWords(language, one.who), byWhen(language, one.until)])];
    return 'at' in one ? [joined(language, [step, say(language, 'page', 'comes', { at: limitWords(language, one.at) })])] : [];
  });
  return lines.length
    ? html`<ul>${lines.map((line) => html`<li>${line}</li>\n`)}</ul>`
    : html`<p>${say(language, 'page', 'nothingDue')}</p>`;
}

/** What was wrong, in sentences with article and limit. */
const problemWords = (
  language: Language,
  { title, errors = [] }: ProblemDocument,
  form: readonly string[] = [],
): Html => html`<div role="alert"><p>${title}</p>
<ul>${errors.map(({ field, message }) => html`<li>${field !== undefined && html`${fieldWords(language, [...form, ...field.split('.')])}: `}${message}</li>`)}</ul></div>\n`;

const stepWords = (language: Language, procedure: string, step: string): string => say(language, 'step', `${procedure}.${step}`);

/** 所属長（税務課）: the kind of a capacity, and of which department; never whose. */
function whoWords(language: Language, who: string): string {
  const [kind = '', of] = who.split(':');
  const words = say(language, 'capacity', kind);
  return of === undefined || kind === 'staff' ? words : say(language, 'page', 'of', { words, of });
}

const forWords = (language: Language, absent: Person | undefined): string | undefined =>
  absent && say(language, 'page', 'onBehalfOf', { person: personWords(absent) });

const byWhen = (language: Language, until: string | undefined): string | undefined =>
  until === undefined ? undefined : say(language, 'page', 'until', { until: limitWords(language, until) });

/** A deadline at midnight is the day that ends with it. */
const limitWords = (language: Language, limit: string): string =>
  !limit.includes('T') || timeOf(limit) === '00:00' ? dateInWords(lastDay(limit), language) : momentWords(language, limit);

const momentWords = (language: Language, at: string): string => `${dateInWords(at, language)} ${timeOf(at)}`;

const joined = (language: Language, parts: readonly (string | undefined)[]): string =>
  parts.filter((part) => part !== undefined).join(language === 'ja' ? '　' : ', ');

const toTasks = (language: Language): Html => html`<p><a href="/api/v1/me/tasks">${say(language, 'page', 'tasks')}</a></p>\n`;

const logOut = (language: Language): Html =>
  html`<form method="post"><button name="do" value="logOut">${say(language, 'page', 'logOut')}</button></form>`;
