import { asProblem } from './errors.js';

/** Enough to keep all connections of the ledger and the directory's busy; more at once only wait for each other, and are late together. */
const usual = 40;

/** Does a piece of work when it is its turn. `begun`: it goes on with what has had a turn before, and goes before what has not. */
export type InTurn = <Result>(work: () => Promise<Result>, begun?: 'begun') => Promise<Result>;

/**
 * Lets so many pieces of work be under way at once, the others in the order in which they came: when a thousand come at 8:30, the first are answered at once and nobody is refused for having
 * waited behind the others. Once a part turns out to be away everybody who waits is let in, to be told so at once too.
 */
export function createTurns(most = usual): InTurn {
  const [fresh, begun]: [(() => void)[], (() => void)[]] = [[], []];
  let underWay = 0;
  const admit = (next: () => void): void => {
    underWay += 1;
    next();
  };
  return async (work, standing) => {
    const waiting = standing === 'begun' ? begun : fresh;
    await new Promise<void>((resolve) => (underWay < most ? admit(resolve) : waiting.push(resolve)));
    try {
      return await work();
    } catch (failure) {
      if (asProblem(failure).type === 'away') [...begun.splice(0), ...fresh.splice(0)].forEach(admit);
      throw failure;
    } finally {
      underWay -= 1;
      const next = underWay < most ? (begun.shift() ?? fresh.shift()) : undefined;
      if (next) admit(next);
    }
  };
}
