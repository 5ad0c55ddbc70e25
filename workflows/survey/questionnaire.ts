import type { Refusal } from '../../activities/ledger/port.js';
import { distinct } from '../shared/sets.js';
import type { Answer, Answers, Branch, Choice, Question, Questionnaire } from './contract.js';

/** Most characters (UTF-16 code units) of one text: twenty-five pages of manuscript paper. */
export const longestText = 10_000;

const article = '調査票';

export const questionsOf = ({ parts }: Questionnaire): readonly Question[] => parts.flatMap(({ questions }) => questions);

/** The choice of the question that may be filled in. */
export const freeChoice = ({ choices }: Question): Choice | undefined => choices.find(({ free }) => free);

type Problem = Omit<Refusal, 'field'>;

/** Everything that keeps a questionnaire from being used: the question is the `field`, the rule the code. */
export function problemsOf(questionnaire: Questionnaire): readonly Refusal[] {
  const questions = questionsOf(questionnaire);
  const reached = new Set<Question>();
  return questions.flatMap((question, at) => {
    const { id } = question;
    const before = questions.slice(0, at);
    const twice = before.some((other) => other.id === id) ? [{ code: 'questionTwice', article, limit: id }] : [];
    const branch = problemsOfBranch(question, questions, before);
    const isReached = leads(question, before, reached);
    if (isReached) reached.add(question);
    const lost = isReached || branch.length ? [] : [{ code: 'unreachable', article }];
    return [...twice, ...problemsOfChoices(question), ...branch, ...lost].map((problem): Refusal => ({ ...problem, field: id }));
  });
}

function problemsOfChoices({ kind, most, choices }: Question): readonly Problem[] {
  if (kind === 'text') return choices.length || most !== undefined ? [{ code: 'choicesOnText', article }] : [];
  const ids = choices.map(({ id }) => id);
  const problems: Problem[] = repeated(ids).map((limit) => ({ code: 'choiceTwice', article, limit }));
  if (choices.length < 2) problems.push({ code: 'choicesNeeded', article });
  if (choices.filter(({ free }) => free).length > 1) problems.push({ code: 'oneFreeChoice', article });
  if (most !== undefined && kind === 'single') problems.push({ code: 'mostOnlyOfMultiple', article });
  if (most !== undefined && most > choices.length) problems.push({ code: 'mostTooLarge', article, limit: `${choices.length}` });
  return problems;
}

const repeated = (ids: readonly string[]): readonly string[] => distinct(ids.filter((id, at) => ids.indexOf(id) < at));

function problemsOfBranch({ when }: Question, questions: readonly Question[], before: readonly Question[]): readonly Problem[] {
  if (!when) return [];
  const limit = when.question;
  const target = questions.find(({ id }) => id === limit);
  if (!target) return [{ code: 'branchUnknown', article, limit }];
  if (!before.includes(target)) return [{ code: 'branchNotBefore', article, limit }];
  if (target.kind === 'text') return [{ code: 'branchOnText', article, limit }];
  const unknown = namedBy(when).filter((choice) => !target.choices.some(({ id }) => id === choice));
  return unknown.map((choice) => ({ code: 'branchChoiceUnknown', article, limit: choice }));
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
      return answer ? refuseAnswer(question, answer, answers) : [];
    }),
  ];
}

function refuseAnswer(question: Question, answer: Answer, answers: Answers): readonly Refusal[] {
  const { id, kind, when } = question;
  const inField =
    (field: string) =>
    (problem: Problem): Refusal => ({ ...problem, field });
  if (when && !isAsked(question, answers)) return [{ code: 'notAskedOfYou', article, field: id, limit: when.question }];
  if ('text' in answer !== (kind === 'text')) return [{ code: 'wrongKindOfAnswer', article, field: id }];
  if ('text' in answer) return problemsOfText(answer.text).map(inField(id));
  const filledIn = answer.other === undefined ? [] : problemsOfOther(question, answer.chose, answer.other);
  return [...problemsOfChosen(question, answer.chose).map(inField(id)), ...filledIn.map(inField(`${id}.other`))];
}

function problemsOfChosen({ kind, choices, most = choices.length }: Question, chose: readonly string[]): readonly Problem[] {
  const unknown = chose.filter((one) => !choices.some(({ id }) => id === one));
  const problems: Problem[] = [
    ...unknown.map((limit) => ({ code: 'choiceUnknown', article, limit })),
    ...repeated(chose).map((limit) => ({ code: 'choiceRepeated', article, limit })),
  ];
  if (chose.length < 2) return problems;
  if (kind === 'single') return [...problems, { code: 'oneChoiceOnly', article }];
  if (chose.length > most) problems.push({ code: 'tooManyChoices', article, limit: `${most}` });
  const alone = choices.filter((choice) => choice.alone && chose.includes(choice.id));
  return [...problems, ...alone.map(({ id }) => ({ code: 'standsAlone', article, limit: id }))];
}

function problemsOfOther(question: Question, chose: readonly string[], other: string): readonly Problem[] {
  const free = freeChoice(question);
  if (!free) return [{ code: 'wrongKindOfAnswer', article }];
  const without = chose.includes(free.id) ? [] : [{ code: 'otherNotChosen', article, limit: free.id }];
  return [...without, ...problemsOfText(other)];
}

/** Control characters and halves of surrogate pairs could be neither kept nor shown. */
const printable = /^(?:[^\p{Cc}\p{Cs}]|[\n\r\t])*$/u;

function problemsOfText(text: string): readonly Problem[] {
  if (text.length > longestText) return [{ code: 'textTooLong', article, limit: `${longestText}` }];
  return printable.test(text) ? [] : [{ code: 'textNotPrintable', article }];
}
