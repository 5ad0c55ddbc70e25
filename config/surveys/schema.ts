import { z } from 'zod';
import type { Choice, Question, Questionnaire } from '../../workflows/survey/contract.js';

/** A text in Japanese alone, or in both languages. */
const text = z.union([
  z
    .string()
    .trim()
    .min(1)
    .max(2_000)
    .transform((ja) => ({ ja })),
  z.strictObject({ ja: z.string().trim().min(1).max(2_000), en: z.string().trim().min(1).max(2_000).exactOptional() }),
]);
const code = z.string().regex(/^[A-Za-z0-9][\w-]{0,19}$/);

/** A bare text is a choice whose id is its place: 1, 2, 3, as they are printed. */
const choice = z.union([
  text,
  z.strictObject({
    id: code.exactOptional(),
    text,
    free: z.literal(true).exactOptional(),
    alone: z.literal(true).exactOptional(),
    invented: z.literal(true).exactOptional(),
  }),
]);

const when = z.union([
  z.strictObject({ question: code, chose: z.array(code).min(1).max(100) }),
  z.strictObject({ question: code, choseOtherThan: z.array(code).min(1).max(100) }),
]);

const question = z
  .strictObject({
    id: code,
    text,
    note: text.exactOptional(),
    kind: z.enum(['single', 'multiple', 'text']),
    most: z.int().min(1).max(100).exactOptional(),
    choices: z.array(choice).max(100).default([]),
    when: when.exactOptional(),
    invented: z.literal(true).exactOptional(),
  })
  .transform(
    ({ choices, ...rest }): Question => ({
      ...rest,
      choices: choices.map((one, at): Choice => {
        const { id = `${at + 1}`, ...choice }: Omit<Choice, 'id'> & { id?: string } = 'text' in one ? one : { text: one };
        return { id, ...choice };
      }),
    }),
  );

/** A questionnaire as files and programs write it. What must be true of its questions together is the rules' matter (`problemsOf`). */
export const questionnaireSchema: z.ZodType<Questionnaire, unknown> = z.strictObject({
  title: text,
  source: z.string().trim().min(1).max(1_000),
  preface: text.exactOptional(),
  parts: z
    .array(z.strictObject({ title: text, questions: z.array(question).min(1).max(100) }))
    .min(1)
    .max(30),
});
