import type { Request, Response } from 'express';
import { timeOf } from '../../config/calendar.js';
import { dateInWords, type Language, say } from '../../config/texts.js';
import type { Answers, Branch, Choice, Question } from '../../workflows/survey/contract.js';
import { freeChoice, longestText, questionsOf } from '../../workflows/survey/questionnaire.js';
import { asProblem, languageOf, type ProblemDocument } from '../errors.js';
import type { SurveyForm } from '../routes/survey-links.js';
import { textIn } from '../survey/tables.js';
import type { Values } from './fields.js';
import { type Frame, valuesFrom } from './frame.js';
import { type Html, html, sendPage } from './html.js';

/** What was handed in and refused. */
interface Refused {
  problem: ProblemDocument;
  values: Values;
}

const path = '/survey-links/{link}';
/** In the form; a question could be called like something else that it hands in. */
const nameOf = (question: string): string => `answer.${question}`;
const otherOf = (question: string): string => `answer.${question}.other`;

/**
 * The form of a survey at a link of one's own, without login and without script. What somebody typed is never lost: it stays in the form where something is wrong, and is shown to be kept where
 * the survey has closed meanwhile.
 */
export function surveyPages({ page, ask, routeAt, documentOf }: Frame): void {
  const [form, sending] = [routeAt('get', path), routeAt('post', path)];

  async function show(request: Request, response: Response, refused?: Refused): Promise<void> {
    const language = languageOf(request);
    const { body } = await ask(form, request, { params: request.params });
    const survey = body as SurveyForm;
    const content =
      survey.questionnaire === undefined
        ? endPage(language, survey, { sent: request.query.sent !== undefined, ...(refused && { refused }) })
        : formPage(language, { ...survey, questionnaire: survey.questionnaire }, refused);
    sendPage(response, language, { heading: textIn(language, survey.title), body: content });
  }

  async function send(request: Request, response: Response): Promise<void> {
    const values = valuesFrom(request.body);
    try {
      const { body } = await ask(form, request, { params: request.params });
      const answers = answersIn((body as SurveyForm).questionnaire, values);
      await ask(sending, request, { params: request.params, body: { answers } });
      response.redirect(303, `${request.path}?sent`);
    } catch (failure) {
      const problem = asProblem(failure);
      if (['internal', 'notFound'].includes(problem.type)) throw failure;
      const document = documentOf(problem, request);
      if (document.errors?.some(({ code }) => code === 'answeredBefore')) response.redirect(303, request.path);
      else await show(request, response.status(document.status), { problem: document, values });
    }
  }

  page(path, show, { act: send, limit: '4mb' }); // As much as the route itself takes.
}

/** What the form hands in, as the API takes it. */
function answersIn(questionnaire: SurveyForm['questionnaire'], values: Values): Answers {
  const questions = questionnaire ? questionsOf(questionnaire) : [];
  return Object.fromEntries(
    questions.map(({ id, kind }) => {
      const [given, [other]] = [(values.get(nameOf(id)) ?? []).filter(Boolean), values.get(otherOf(id)) ?? []];
      return [id, kind === 'text' ? { text: given[0] ?? '' } : { chose: given, ...(other && { other }) }];
    }),
  );
}

type Open = SurveyForm & Required<Pick<SurveyForm, 'questionnaire'>>;

function formPage(language: Language, { questionnaire, until }: Open, refused: Refused | undefined): Html {
  const { preface, parts } = questionnaire;
  const numbered = new Map(questionsOf(questionnaire).map((question) => [question.id, question]));
  const shown = { language, values: refused?.values ?? new Map(), errors: refused?.problem.errors ?? [] };
  return html`${refused && alert(language, refused.problem)}<p>${say(language, 'page', 'surveyPeriod', { until })}</p>
<p>${say(language, 'page', 'surveyPrivacy')}</p>
<p>${say(language, 'page', 'surveyOnce')}</p>
${preface && html`<p class="lines">${textIn(language, preface)}</p>\n`}<form method="post">
${parts.map(
  ({ title, questions }) => html`<h2>${textIn(language, title)}</h2>
${questions.map((question) => questionField(question, { ...shown, before: question.when && numbered.get(question.when.question) }))}`,
)}<button name="do" value="send">${say(language, 'page', 'send')}</button>
</form>`;
}

interface Shown {
  language: Language;
  values: Values;
  errors: NonNullable<ProblemDocument['errors']>;
  /** By whose answers it is decided who is asked. */
  before: Question | undefined;
}

function questionField(question: Question, { language, values, errors, before }: Shown): Html {
  const { id, text, note, kind, when, choices } = question;
  const [given, other] = [values.get(nameOf(id)) ?? [], values.get(otherOf(id))?.[0] ?? ''];
  const wrong = errors.filter(({ field }) => field === id || field === `${id}.other`).map(({ message }) => message);
  const free = freeChoice(question);
  const field = (type: string, value: string, words: string): Html =>
    html`<label class="choice"><input type="${type}" name="${nameOf(id)}" value="${value}"${given.includes(value) && html` checked`}> ${words}</label>\n`;
  const legend = html`${id} ${textIn(language, text)}【${kindWords(question, language)}】`;
  return html`<fieldset id="${id}"><legend>${legend}</legend>
${when && before && html`<p>${branchWords(when, before, language)}</p>\n`}${note && html`<p class="lines">${textIn(language, note)}</p>\n`}${wrong.map((one) => html`<p role="alert">${one}</p>\n`)}${
  kind === 'text'
    ? html`<textarea name="${nameOf(id)}" rows="6" maxlength="${longestText}" aria-label="${textIn(language, text)}">\n${given[0] ?? ''}</textarea>\n`
    : html`${choices.map((choice) => field(kind === 'single' ? 'radio' : 'checkbox', choice.id, choiceWords(choice, language)))}${kind === 'single' && field('radio', '', say(language, 'page', 'blank'))}`
}${free && html`<label>${say(language, 'page', 'filledIn', { choice: textIn(language, free.text) })}<textarea name="${otherOf(id)}" rows="2" maxlength="${longestText}">\n${other}</textarea></label>\n`}</fieldset>\n`;
}

const choiceWords = ({ id, text }: Choice, language: Language): string => `${id}. ${textIn(language, text)}`;

function kindWords({ kind, most }: Question, language: Language): string {
  if (kind === 'text') return say(language, 'page', 'freeText');
  if (kind === 'single') return say(language, 'page', 'oneOnly');
  return most === undefined ? say(language, 'page', 'allThatApply') : say(language, 'page', 'upTo', { most });
}

/** 「Q3で「1. できると思う」を選択した方にお伺いします。」 */
function branchWords(when: Branch, { choices }: Question, language: Language): string {
  const named = 'chose' in when ? when.chose : when.choseOtherThan;
  const words = choices.filter(({ id }) => named.includes(id)).map((choice) => choiceWords(choice, language));
  const params = { question: when.question, choices: words.join(language === 'ja' ? '」「' : '", "') };
  return say(language, 'page', 'chose' in when ? 'whoChose' : 'whoChoseOther', params);
}

/** When nothing can be sent (any more): why, and what was typed, to be kept. */
function endPage(language: Language, { status, closesAt }: SurveyForm, { sent, refused }: { sent: boolean; refused?: Refused }): Html {
  const at = `${dateInWords(closesAt, language)} ${timeOf(closesAt)}`;
  const words = {
    answered: say(language, 'page', sent ? 'sent' : 'answeredBefore'),
    closed: say(language, 'page', 'surveyClosed', { at }),
    notOpen: say(language, 'page', 'surveyNotOpen'),
    open: '',
  };
  const typed = [...(refused?.values ?? [])].flatMap(([name, given]) => {
    const question = /^answer\.(.+)$/.exec(name)?.[1];
    const filled = given.filter(Boolean);
    return question && filled.length ? [html`<dt>${question}</dt><dd class="lines">${filled.join(' ')}</dd>\n`] : [];
  });
  return html`<p role="status">${words[status]}</p>
${typed.length > 0 && html`<p>${say(language, 'page', 'typed')}</p>\n<dl>\n${typed}</dl>`}`;
}

const alert = (language: Language, { title, errors = [] }: ProblemDocument): Html => html`<div role="alert"><p>${title}</p>
<ul>${errors.map(({ field = '', message }) => html`<li><a href="#${field.replace(/\.other$/, '')}">${field.replace(/\.other$/, ` ${say(language, 'page', 'other')}`)}</a>: ${message}</li>`)}</ul></div>\n`;
