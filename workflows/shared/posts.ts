import type { Capacity } from '../../activities/directory/port.js';

/** The posts of somebody who is there: the departments, the main one first, and the units that they head. */
export interface Posts {
  departments: readonly string[];
  heads: readonly string[];
}

/** Who decides for whom, as a case keeps it. */
export interface Line {
  department: string;
  approver: Capacity;
}

/** What a successor in the post finds on the desk, of all procedures. */
export const handedOver: readonly string[] = ['approve', 'decideChange', 'decideExtension', 'renew'];

/** 引継ぎ: the post that decides in the case has passed to another, or is vacant; `former` and `holder` are staff numbers. The capacity stays what it was (design §4.7). */
export interface Succession {
  name: 'succeed';
  input: { by: 'system'; post: Capacity; former?: string; holder?: string };
  key: string;
}

/** Who decides for somebody of the department: its head; for the head, the next superior (004:745). */
export const approverOf = ({ heads }: Pick<Posts, 'heads'>, department: string): Capacity =>
  heads.includes(department) ? `superior:${department}` : `head:${department}`;

/** Where a case goes to follow its person; undefined while it is where it belongs. Who has no post now is nobody's case to take over. */
export function following({ department, approver }: Line, posts: Posts): Line | undefined {
  const to = posts.departments.includes(department) ? department : posts.departments[0];
  if (to === undefined) return undefined;
  const now = { department: to, approver: approverOf(posts, to) };
  return now.department === department && now.approver === approver ? undefined : now;
}
