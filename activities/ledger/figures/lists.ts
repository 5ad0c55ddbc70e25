import { z } from 'zod';
import type { Tables } from '../database.js';
import type { List } from '../lists.js';
import { day, staffNumber } from '../personnel.js';

const yesOrNo = z.enum(['yes', 'no']);

/** 性別・子どもの有無・介護の有無, as the personnel office knows them. */
export const situations: List<Tables['situations']> = {
  kind: 'situations',
  table: 'situations',
  schema: z
    .strictObject({ staff_number: staffNumber, sex: z.enum(['female', 'male', 'other']), child: yesOrNo, care: yesOrNo })
    .transform(({ staff_number: staff, ...rest }) => ({ staff, ...rest })),
  heading: ['staff_number', 'sex', 'child', 'care'],
  key: ['staff'],
  unique: ({ staff }) => ({ staff_number: staff }),
  goes: () => true,
};

const department = z.string().regex(/^[\p{L}\p{N}._-]{1,64}$/u, 'must be the id of a department');

/** 組織改編: which department became which. */
export const successions: List<Tables['successions']> = {
  kind: 'successions',
  table: 'successions',
  schema: z
    .strictObject({ on: day, before: department, after: department })
    .transform(({ on: on_day, ...rest }) => ({ on_day, ...rest }))
    .refine(({ before, after }) => before !== after, { path: ['after'], error: 'must be another department' }),
  heading: ['on', 'before', 'after'],
  key: ['on_day', 'before', 'after'],
  unique: ({ on_day, before, after }) => ({ before: `${on_day} ${before} ${after}` }),
  goes: () => true,
};
