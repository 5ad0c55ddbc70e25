import { describe, expect, it } from 'vitest';
import { Problem } from '../../api/problems.js';
import { createTurns } from '../../api/turns.js';

/** Pieces of work that go on until they are told to end, and the order in which they began. */
function pieces(most: number, count: number) {
  const inTurn = createTurns(most);
  const begun: number[] = [];
  const ends: PromiseWithResolvers[] = [];
  const outcomes = Array.from({ length: count }, (_, number) =>
    inTurn(() => {
      begun.push(number);
      return new Promise<void>((resolve, reject) => {
        ends[number] = { resolve, reject };
      });
    }).catch((failure: unknown) => (failure instanceof Problem ? failure.type : failure)),
  );
  /** Until everything has happened that follows by itself. */
  const settled = () => new Promise(setImmediate);
  return { begun, ends, outcomes, settled };
}
interface PromiseWithResolvers {
  resolve(): void;
  reject(failure: unknown): void;
}

describe('work in turns', () => {
  it('is under way so much at once, the rest in the order in which it came', async () => {
    const { begun, ends, outcomes, settled } = pieces(2, 5);
    await settled();
    expect(begun).toEqual([0, 1]);
    ends[1]?.resolve();
    await settled();
    expect(begun).toEqual([0, 1, 2]);
    for (const number of [0, 2, 3, 4]) {
      ends[number]?.resolve();
      await settled();
    }
    await Promise.all(outcomes);
    expect(begun).toEqual([0, 1, 2, 3, 4]);
  });

  it('lets what has begun go on before what has not', async () => {
    const inTurn = createTurns(1);
    const order: string[] = [];
    const note = (what: string) => async () => void order.push(what);
    await Promise.all([inTurn(note('first')), inTurn(note('fresh')), inTurn(note('begun'), 'begun')]);
    expect(order).toEqual(['first', 'begun', 'fresh']);
  });

  it('gives its turn on when it is refused, and to one only', async () => {
    const { begun, ends, outcomes, settled } = pieces(1, 3);
    await settled();
    ends[0]?.reject(new Problem('conflict'));
    expect(await outcomes[0]).toBe('conflict');
    await settled();
    expect(begun).toEqual([0, 1]);
  });

  it('lets everybody in who waits, once a part is away, and takes turns again afterwards', async () => {
    const { begun, ends, outcomes, settled } = pieces(1, 4);
    await settled();
    ends[0]?.reject(new Problem('away', { part: 'postgresql' }));
    expect(await outcomes[0]).toBe('away');
    await settled();
    expect(begun).toEqual([0, 1, 2, 3]);
    for (const { resolve } of ends.slice(1)) resolve();
    await Promise.all(outcomes);
  });
});
