import * as loans from '../../workflows/device-loan/rules.js';
import * as registrations from '../../workflows/registration/rules.js';
import { following, handedOver, type Line, type Posts } from '../../workflows/shared/posts.js';
import type { Capacity, DirectoryPort } from '../directory/port.js';
import type { LedgerEvent, PersonnelPort, PostsPort, RoundsPort, Waiting } from './port.js';

interface FollowParts {
  ledger: PostsPort & Pick<RoundsPort, 'leaveNews'> & Pick<PersonnelPort, 'absentOn'>;
  directory: Pick<DirectoryPort, 'staffMember' | 'holdersOf'>;
  waiting(procedure: 'device-loan' | 'registration', steps: readonly string[]): AsyncIterable<Waiting>;
}

/**
 * 人事異動: has the cases follow the directory (design §4.7, 1 April). Whoever has gone from it, or is disabled without being on leave, has left; whoever is in
 * another department, or heads their own now, has moved, and is followed when back from leave; whoever holds a post that decides inherits what waits there. Answers how
 * many cases were told.
 */
export async function followDirectory({ ledger, directory, waiting }: FollowParts, date: string): Promise<number> {
  const asked = new Map<Capacity, string | undefined>();
  const holderOf = async (post: Capacity): Promise<string | undefined> => {
    if (!asked.has(post)) asked.set(post, (await directory.holdersOf(post))[0]?.staffNumber);
    return asked.get(post);
  };

  async function placeOf(staff: string): Promise<Posts | 'left' | 'onLeave'> {
    const member = await directory.staffMember(staff);
    if (!member || member.disabled) return member && (await ledger.absentOn([staff], date)).length ? 'onLeave' : 'left';
    const heads: string[] = [];
    for (const unit of member.departments) if ((await holderOf(`head:${unit}`)) === staff) heads.push(unit);
    return { departments: member.departments, heads };
  }

  const moved = (line: Line, posts: Posts): Omit<LedgerEvent, 'key'> | undefined => {
    const to = following(line, posts);
    return to && { name: 'transfer', input: { by: 'system', ...to } };
  };

  let told = 0;
  const tell = async (caseId: string, news: Omit<LedgerEvent, 'key'> | undefined): Promise<void> => {
    if (!news) return;
    await ledger.leaveNews(caseId, { ...news, key: `${caseId}/${news.name}/${date}` });
    told += 1;
  };
  for await (const { caseId, state } of waiting('registration', registrations.followed)) {
    const { request } = state as registrations.Registration;
    const place = await placeOf(request.staff);
    if (place === 'left') await tell(caseId, { name: 'leave', input: { by: 'system' } });
    else if (place !== 'onLeave') await tell(caseId, moved(request, place));
  }
  for await (const { caseId, state } of waiting('device-loan', loans.followed)) {
    const { request } = state as loans.Loan;
    const place = await placeOf(request.borrower);
    if (typeof place !== 'string') await tell(caseId, moved(request, place)); // Who has left with a device is called back by the registration, and by the reminders.
  }
  for (const post of await ledger.decidingPosts())
    told += await ledger.noteHolder({ post, holder: (await holderOf(post)) ?? null }, { steps: handedOver, date });
  return told;
}
