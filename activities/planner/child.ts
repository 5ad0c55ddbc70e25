import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type Plan, type PlanInput, type Planner, PlannerFailed } from './port.js';

/** A question to the child, and what it answers to it: the plan, why there is none, or the name of an error that nobody foresaw. */
export interface Asked {
  number: number;
  input: PlanInput;
}
export interface Answered {
  number: number;
  plan?: Plan;
  failed?: string;
  broken?: string;
}

/** The solver's memory never shrinks: a child that nobody has asked for so long goes, and its memory with it. */
const idleMs = 5_000;

/** A child, and who waits for its answers, by the number of the question. */
interface Asking {
  child: ChildProcess;
  waiting: Map<number, { resolve(plan: Plan): void; reject(failure: Error): void }>;
}

/**
 * The planner in a process of its own, which begins with a question: a city's plan takes seconds, in which whoever asks has other things to do. (Not a thread: from its sources, a thread of Node 20 cannot be
 * started.)
 */
export function createPlannerChild(): Planner {
  let current: Asking | undefined;
  let idle: NodeJS.Timeout | undefined;
  let asked = 0;

  function begin(): Asking {
    const fromSources = import.meta.url.endsWith('.ts');
    const entry = fileURLToPath(new URL(fromSources ? './child-main.ts' : './child-main.js', import.meta.url));
    const child = fork(entry, { execArgv: fromSources ? ['--import', 'tsx'] : [], serialization: 'advanced' });
    const begun: Asking = { child, waiting: new Map() };
    child.on('message', ({ number, plan, failed, broken }: Answered) => {
      const asker = begun.waiting.get(number);
      begun.waiting.delete(number);
      if (plan) asker?.resolve(plan);
      else asker?.reject(failed === undefined ? new Error(`the planner broke: ${broken}`) : new PlannerFailed(failed));
      if (!begun.waiting.size) rest(begun);
    });
    child.once('error', () => over(begun));
    child.once('exit', () => over(begun));
    return begun;
  }

  /** Whoever waits for it asks again. */
  function over(begun: Asking): void {
    if (current === begun) current = undefined;
    for (const { reject } of begun.waiting.values()) reject(new Error('the planner has ended before it answered'));
    begun.waiting.clear();
  }

  /** It keeps nobody's process alive while it has nothing to do. */
  function rest(begun: Asking): void {
    begun.child.unref();
    begun.child.channel?.unref();
    idle = setTimeout(() => {
      if (current === begun) current = undefined;
      begun.child.kill();
    }, idleMs).unref();
  }

  return {
    plan: (input) =>
      new Promise((resolve, reject) => {
        clearTimeout(idle);
        current ??= begin();
        current.child.ref();
        current.child.channel?.ref();
        asked += 1;
        current.waiting.set(asked, { resolve, reject });
        current.child.send({ number: asked, input } satisfies Asked);
      }),
  };
}
