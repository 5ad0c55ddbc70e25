import { condition, defineSignal, proxyActivities, setHandler } from '@temporalio/workflow';
import type { MailActivities } from '../mail.js';

const mail = proxyActivities<MailActivities>({ startToCloseTimeout: '1 minute' });

/** What a member's workflow hears: the day was worked away from the office; another slot, so many days ahead; nothing more is to be done. */
const observed = defineSignal('observed');
const moved = defineSignal<[inDays: number]>('moved');
const excused = defineSignal('excused');

/** When the member's slot is, and how long a day lasts here. */
export interface MemberTrial {
  inDays: number;
  dayMs: number;
}

/**
 * The trial as a textbook would write it: a workflow for each member, with a timer until the reminder and one until the slot is over, an ordinary activity for each
 * mail and each write of where the member stands.
 */
export async function trialMember(memberId: string, { inDays, dayMs }: MemberTrial): Promise<void> {
  const send = (template: string) => mail.send(memberId, { to: 'hr', template });
  let [slot, done, over] = [inDays, false, false];
  setHandler(observed, () => void (done = true));
  setHandler(excused, () => void (over = true));
  setHandler(moved, (days) => void (slot = days));

  await send('announced');
  await send('written: planned');
  while (!done && !over) {
    const mine = slot;
    const changed = () => done || over || slot !== mine;
    if (await condition(changed, Math.max(1, (mine - 1) * dayMs))) continue;
    await send('reminder');
    if (await condition(changed, 2 * dayMs)) continue;
    await send('written: at risk');
    await condition(changed);
  }
  await send(done ? 'written: done' : 'written: exempt');
}
