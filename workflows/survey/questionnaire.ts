import type { Refusal } from '../../activities/ledger/port.js';
import { distinct } from '../shared/sets.js';
import type { Answer, Answers, Branch, Choice, Question, Questionnaire } from './contract.js';

/** Most characters (UTF-16 code units) of one text: twenty-five pages of manuscript paper. */
export const longestText = 10_000;

const article = '調査票';

export const questionsOf = ({ parts }: Questionnaire): readonly Question[] => parts.flatMap(({ questions }) => questions);

/** The choice of the question that may be filled in. */
export const freeChoice = ({ choices }: Question): Choice | undefined => choices.find(({ free }) => free);

/** Everything that keeps a questionnaire from being used: the question is the `field`, the rule the code. */
export function problemsOf(questionnaire: Questionnaire): readonly Refusal[] {
  const questions = questionsOf(questionnaire);
  const reached = new Set<Question>();
  return questions.flatMap((question, at) => {
    const before = questions.slice(0, at);
    const twice = before.some(({ id }) => id === question.id) ? [{ code: 'questionTwice', limit: question.id }] : [];
    const wrong = [...twice, ...problemsOfChoices(question), ...problemsOfBranch(question, questions, before)];
    if (leads(question, before, reached)) reached.add(question);
    else if (!wrong.some(({ code }) => code.startsWith('branch'))) wrong.push({ code: 'unreachable' });
    return wrong.map((problem): Refusal => ({ ...problem, article, field: question.id }));
  });
}

type Problem = Pick<Refusal, 'code' | 'limit'>;

function problemsOfChoices({ kind, most, choices }: Question): readonly Problem[] {
  const ids = choices.map(({ id }) => id);
  const twice = distinct(ids.filter((id, at) => ids.indexOf(id) < at)).map((limit) => ({ code: 'choiceTwice', limit }));
  if (kind === 'text') return choices.length || most !== undefined ? [{ code: 'choicesOnText' }] : [];
  const problems: Problem[] = [...twice];
  if (choices.length < 2) problems.push({ code: 'choicesNeeded' });
  if (choices.filter(({ free }) => free).length > 1) problems.push({ code: 'oneFreeChoice' });
  if (most !== undefined && kind === 'single') problems.push({ code: 'mostOnlyOfMultiple' });
  if (most !== undefined && most > choices.length) problems.push({ code: 'mostTooLarge', limit: `${choices.length}` });
  return problems;
}

function problemsOfBranch({ when }: Question, questions: readonly Question[], before: readonly Question[]): readonly Problem[] {
  if (!when) return [];
  const limit = when.question;
  const target = questions.find(({ id }) => id === limit);
  if (!target) return [{ code: 'branchUnknown', limit }];
  if (!before.includes(target)) return [{ code: 'branchNotBefore', limit }];
  if (target.kind === 'text') return [{ code: 'branchOnText', limit }];
  const unknown = namedBy(when).filter((choice) => !target.choices.some(({ id }) => id === choice));
  return unknown.map((choice) => ({ code: 'branchChoiceUnknown', limit: choice }));
}

const namedBy = (when: Branch): readonly string[] => ('chose' in when ? when.chose : when.choseOtherThan);

/** Whether some answers lead to the question: its branch can be taken, and somebody is asked the question from which it branches. */
function leads({ when }: Question, before: readonly Question[], reached: ReadonlySet<Question>): boolean {
  if (!when) return true;
  const target = before.find(({ id }) => id === when.question);
  return target !== undefined && reached.has(target) && target.choices.some(({ id }) => takes(when, [id]));
}

/** Whether who chose these is asked. */
const takes = (when: Branch, chose: readonly string[]): boolean =>
  chose.some((id) => ('chose' in when ? when.chose.includes(id) : !when.choseOtherThan.includes(id)));

const chosenIn = (answer: Answer | undefined): readonly string[] => (answer && 'chose' in answer ? answer.chose : []);

/** Whether somebody who answered so is asked the question; whoever is asked counts in its n, also if they leave it blank (004:810-822). */
export const isAsked = ({ when }: Question, answers: Answers): boolean => !when || takes(when, chosenIn(answers[when.question]));

/** Everything that is wrong with what somebody sent back: the question is the `field`, with `.other` where it is what was filled in. */
export function refuseAnswers(questionnaire: Questionnaire, answers: Answers): readonly Refusal[] {
  const questions = questionsOf(questionnaire);
  const unknown = Object.keys(answers).filter((id) => !questions.some((question) => question.id === id));
  return [
    ...unknown.map((id): Refusal => ({ code: 'questionUnknown', article, field: id, limit: id })),
    ...questions.flatMap((question) => {
      const answer = answers[question.id];
      return answer ? problemsOfAnswer(question, answer, answers) : [];
    }),
  ];
}

function problemsOfAnswer(question: Question, answer: Answer, answers: Answers): readonly Refusal[] {
  const { id, kind, when } = question;
  const wrong = (code: string, limit?: string, field = id): Refusal => ({ code, article, field, ...(limit !== undefined && { limit }) });
  if (when && !isAsked(question, answers)) return [wrong('notAskedOfYou', when.question)];
  if ('text' in answer !== (kind === 'text')) return [wrong('wrongKindOfAnswer')];
  if ('text' in answer) return problemsOfText(answer.text, wrong);

  const { choices, most = choices.length } = question;
  const { chose, other } = answer;
  const known = choices.filter((choice) => chose.includes(choice.id));
  const free = freeChoice(question);
  const problems = [
    ...chose.filter((one) => !choices.some((choice) => choice.id === one)).map((one) => wrong('choiceUnknown', one)),
    ...distinct(chose.filter((one, at) => chose.indexOf(one) < at)).map((one) => wrong('choiceRepeated', one)),
  ];
  if (kind === 'single' && chose.length > 1) problems.push(wrong('oneChoiceOnly'));
  if (kind === 'multiple' && chose.length > most) problems.push(wrong('tooManyChoices', `${most}`));
  if (kind === 'multiple' && chose.length > 1)
    problems.push(...known.filter(({ alone }) => alone).map((choice) => wrong('standsAlone', choice.id)));
  if (other === undefined) return problems;
  if (!free) return [...problems, wrong('wrongKindOfAnswer', undefined, `${id}.other`)];
  if (!known.includes(free)) problems.push(wrong('otherNotChosen', free.id, `${id}.other`));
  return [...problems, ...problemsOfText(other, (code, limit) => wrong(code, limit, `${id}.other`))];
}

/** Control characters and halves of surrogate pairs could be neither kept nor shown. */
const printable = /^(?:[^\p{Cc}\p{Cs}]|[\n\r\t])*$/u;

function problemsOfText(text: string, wrong: (code: string, limit?: string) => Refusal): readonly Refusal[] {
  if (text.length > longestText) return [wrong('textTooLong', `${longestText}`)];
  return printable.test(text) ? [] : [wrong('textNotPrintable')];
}
