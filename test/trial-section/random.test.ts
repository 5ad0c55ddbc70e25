import { expect, it } from 'vitest';
import { runCampaign } from './world.js';

const campaigns = Number(process.env.TRIAL_CAMPAIGNS ?? 2_000);

it(
  `${campaigns} random campaigns: no counter understaffed by the plan, no device or person counted on twice, everybody in one status, one loan for each slot`,
  () => {
    const [taken, refused] = [new Map<string, number>(), new Map<string, number>()];
    for (let seed = 1; seed <= campaigns; seed += 1) {
      try {
        const told = runCampaign(seed);
        for (const [all, own] of [
          [taken, told.taken],
          [refused, told.refused],
        ] as const)
          for (const [name, times] of own) all.set(name, (all.get(name) ?? 0) + times);
      } catch (failure) {
        throw new Error(`campaign ${seed}: ${(failure as Error).message}`, { cause: failure });
      }
    }
    if (process.env.PRINT_CAMPAIGNS) process.stdout.write(`${JSON.stringify([...taken, ...refused])}\n`);
    // All of it has happened, and every rule has refused something.
    for (const name of [
      'askSwap',
      'answerSwap',
      'cannot',
      'move',
      'exempt',
      'replan',
      'join',
      'leave',
      'object',
      'close',
      'cancel',
      'campaign.pause',
      'campaign.secondRound',
    ])
      expect([name, (taken.get(name) ?? 0) > 0]).toEqual([name, true]);
    for (const code of [
      'counterUnstaffed',
      'slotInSwap',
      'notAvailable',
      'secondSlot',
      'outsideDuty',
      'enoughSlots',
      'slotPast',
      'notMember',
      'dateClosed',
    ])
      expect([code, (refused.get(code) ?? 0) > 0]).toEqual([code, true]);
  },
  60_000 + 100 * campaigns,
);
