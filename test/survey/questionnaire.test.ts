import { describe, expect, it, test } from 'vitest';
import { questionnaireSchema } from '../../config/surveys/schema.js';
import type { Answers, Question, Questionnaire } from '../../workflows/survey/contract.js';
import { isAsked, longestText, problemsOf, questionsOf, refuseAnswers } from '../../workflows/survey/questionnaire.js';

const questionnaire = (...questions: unknown[]): Questionnaire =>
  questionnaireSchema.parse({ title: '調査', source: 'ours: a test', parts: [{ title: 'I', questions }] });
const one = (over: object = {}) => ({ id: 'Q1', text: '設問', kind: 'single', choices: ['はい', 'いいえ'], ...over });
const named = (problems: readonly { field?: string; code: string; limit?: string }[]) =>
  problems.map(({ field, code, limit }) => [field, code, ...(limit === undefined ? [] : [limit])].join(' '));

describe('a questionnaire is read', () => {
  test('from bare texts, which are numbered as they are printed', () => {
    const [question] = questionsOf(
      questionnaire(one({ choices: ['はい', { text: 'その他', free: true }, { id: 'x', text: { ja: '不明', en: 'unknown' } }] })),
    );
    expect(question?.choices).toEqual([
      { id: '1', text: { ja: 'はい' } },
      { id: '2', text: { ja: 'その他' }, free: true },
      { id: 'x', text: { ja: '不明', en: 'unknown' } },
    ]);
  });

  it.each([
    ['a question without an id', one({ id: undefined })],
    ['an id that is none', one({ id: '<b>' })],
    ['another kind', one({ kind: 'matrix' })],
    ['no most at all', one({ kind: 'multiple', most: 0 })],
    ['a branch that is two', one({ when: { question: 'Q0', chose: ['1'], choseOtherThan: ['2'] } })],
    ['a branch for nobody', one({ when: { question: 'Q0', chose: [] } })],
    ['what it does not know', one({ color: 'red' })],
  ])('but not with %s', (_what, question) => expect(() => questionnaire(question)).toThrow());
});

describe('everything that is wrong with a questionnaire is named by question and rule', () => {
  const text = { id: 'T', text: '自由記述', kind: 'text' };
  const branching = (over: object) => questionnaire(one(), one({ id: 'Q2', when: { question: 'Q1', chose: ['1'], ...over } }));
  it.each<[string, Questionnaire, readonly string[]]>([
    ['nothing', questionnaire(one(), one({ id: 'Q2', when: { question: 'Q1', choseOtherThan: ['2'] } }), text), []],
    ['a doubled question', questionnaire(one(), one()), ['Q1 questionTwice Q1']],
    ['a doubled choice', questionnaire(one({ choices: ['a', { id: '1', text: 'b' }, { id: '1', text: 'c' }] })), ['Q1 choiceTwice 1']],
    ['no choices', questionnaire(one({ choices: [] })), ['Q1 choicesNeeded']],
    ['one choice', questionnaire(one({ choices: ['はい'] })), ['Q1 choicesNeeded']],
    ['choices in one’s own words', questionnaire({ ...text, choices: ['a', 'b'] }), ['T choicesOnText']],
    ['a limit in one’s own words', questionnaire({ ...text, most: 2 }), ['T choicesOnText']],
    ['a limit of a single choice', questionnaire(one({ most: 1 })), ['Q1 mostOnlyOfMultiple']],
    ['a limit beyond the choices', questionnaire(one({ kind: 'multiple', most: 3 })), ['Q1 mostTooLarge 2']],
    [
      'two that can be filled in',
      questionnaire(one({ choices: ['a', { text: 'b', free: true }, { text: 'c', free: true }] })),
      ['Q1 oneFreeChoice'],
    ],
    ['a branch from nowhere', branching({ question: 'Q9' }), ['Q2 branchUnknown Q9']],
    [
      'a branch from a later question',
      questionnaire(one({ when: { question: 'Q2', chose: ['1'] } }), one({ id: 'Q2' })),
      ['Q1 branchNotBefore Q2'],
    ],
    ['a branch from itself', questionnaire(one({ when: { question: 'Q1', chose: ['1'] } })), ['Q1 branchNotBefore Q1']],
    ['a branch from words', questionnaire(text, one({ when: { question: 'T', chose: ['1'] } })), ['Q1 branchOnText T']],
    ['a branch by a choice that is none', branching({ chose: ['1', '7'] }), ['Q2 branchChoiceUnknown 7']],
    [
      'a question that nobody is asked, and what hangs on it',
      questionnaire(
        one(),
        one({ id: 'Q2', when: { question: 'Q1', choseOtherThan: ['1', '2'] } }),
        one({ id: 'Q3', when: { question: 'Q2', chose: ['1'] } }),
      ),
      ['Q2 unreachable', 'Q3 unreachable'],
    ],
    [
      'several things at once',
      questionnaire(one({ choices: [] }), one({ kind: 'multiple', most: 9 })),
      ['Q1 choicesNeeded', 'Q1 questionTwice Q1', 'Q1 mostTooLarge 2'],
    ],
  ])('%s', (_what, asked, expected) => expect(named(problemsOf(asked))).toEqual(expected));
});

describe('everything that is wrong with an answer is named by question and rule', () => {
  const asked = questionnaire(
    one(),
    one({
      id: 'Q2',
      when: { question: 'Q1', chose: ['1'] },
      kind: 'multiple',
      most: 2,
      choices: ['a', 'b', { text: 'その他', free: true }, { text: '特にない', alone: true }],
    }),
    one({ id: 'Q3', when: { question: 'Q2', choseOtherThan: ['1'] } }),
    { id: 'T', text: '自由記述', kind: 'text' },
  );
  const yes = { Q1: { chose: ['1'] } };
  it.each<[string, Answers, readonly string[]]>([
    ['nothing at all is answered', {}, []],
    ['all is', { ...yes, Q2: { chose: ['2', '3'], other: '在庫の確認' }, Q3: { chose: ['2'] }, T: { text: '特になし' } }, []],
    ['a question that is none', { Q9: { chose: ['1'] } }, ['Q9 questionUnknown Q9']],
    ['a choice that is none', { Q1: { chose: ['3'] } }, ['Q1 choiceUnknown 3']],
    ['two of one', { Q1: { chose: ['1', '2'] } }, ['Q1 oneChoiceOnly']],
    ['the same twice', { ...yes, Q2: { chose: ['1', '1'] } }, ['Q2 choiceRepeated 1']],
    ['three of two', { ...yes, Q2: { chose: ['1', '2', '3'] } }, ['Q2 tooManyChoices 2']],
    ['what stands alone beside others', { ...yes, Q2: { chose: ['1', '4'] } }, ['Q2 standsAlone 4']],
    ['what stands alone, alone', { ...yes, Q2: { chose: ['4'] } }, []],
    ['who is not asked', { Q1: { chose: ['2'] }, Q2: { chose: ['1'] } }, ['Q2 notAskedOfYou Q1']],
    ['who left blank what decides', { Q2: { chose: ['1'] } }, ['Q2 notAskedOfYou Q1']],
    ['who chose nothing beside it', { ...yes, Q2: { chose: ['1'] }, Q3: { chose: ['1'] } }, ['Q3 notAskedOfYou Q2']],
    ['who chose something beside it', { ...yes, Q2: { chose: ['1', '2'] }, Q3: { chose: ['1'] } }, []],
    ['filled in without the choice', { ...yes, Q2: { chose: ['1'], other: 'x' } }, ['Q2.other otherNotChosen 3']],
    ['filled in where nothing is to be', { Q1: { chose: ['1'], other: 'x' } }, ['Q1.other wrongKindOfAnswer']],
    ['words for choices', { Q1: { text: 'はい' } }, ['Q1 wrongKindOfAnswer']],
    ['choices for words', { T: { chose: ['1'] } }, ['T wrongKindOfAnswer']],
    ['as many words as can be', { T: { text: 'あ'.repeat(longestText) } }, []],
    ['a character more', { T: { text: 'あ'.repeat(longestText + 1) } }, [`T textTooLong ${longestText}`]],
    [
      'too many where it is filled in',
      { ...yes, Q2: { chose: ['3'], other: 'a'.repeat(longestText + 1) } },
      [`Q2.other textTooLong ${longestText}`],
    ],
    ['several lines with tabs', { T: { text: '一\n二\t三' } }, []],
    ['a control character', { T: { text: '一\u0000二' } }, ['T textNotPrintable']],
    ['half a surrogate pair', { T: { text: '\ud842' } }, ['T textNotPrintable']],
    ['rare names', { T: { text: '𠮷田 髙橋' } }, []],
  ])('%s', (_what, answers, expected) => expect(named(refuseAnswers(asked, answers))).toEqual(expected));

  test('blanks are answers too: whoever is asked stays in n', () => {
    const [, q2, q3] = questionsOf(asked) as [Question, Question, Question];
    expect([isAsked(q2, yes), isAsked(q2, {}), isAsked(q3, yes), isAsked(q3, { ...yes, Q2: { chose: ['2'] } })]).toEqual([
      true,
      false,
      false,
      true,
    ]);
  });
});
