import { playLoan, type Stage } from './loan.js';
import type { Finding } from './report.js';
import { addDevices, deviceIn, type Servers, startWorker } from './servers.js';
import { median, quantile, ratioOf } from './statistics.js';

/** As many at once as a city's counters are busy with on the morning of 1 April, and enough to keep two cores busy. */
const atOnce = 20;
const loansARound = 30;
const rounds = 6;

type Contender = Stage['workflow'];
interface Round {
  loansPerSecond: number;
  stepsMs: readonly number[];
}

const contenders: readonly Contender[] = ['deviceLoan', 'bareLoan', 'silentLoan', 'textbookLoan'];
const names: Readonly<Record<Contender, string>> = {
  deviceLoan: 'this project',
  bareLoan: 'bare SDK, same steps and writes',
  silentLoan: 'bare SDK, nothing written',
  textbookLoan: 'textbook: an activity per effect',
};

/**
 * Loans per second and the latency of a step, beside the same loan on the bare SDK and by the textbook. One driver, one worker, one ledger; the contenders
 * take turns, forwards and backwards, and are compared round by round.
 */
export async function measureLoans(servers: Servers): Promise<Finding[]> {
  const { databaseUrl, ledger, sql } = await servers.freshLedger();
  await addDevices(sql, 2 * atOnce);
  const worker = await startWorker(servers, databaseUrl, 'bench-loans');
  const stageOf = (workflow: Contender): Stage => ({
    client: servers.client,
    taskQueue: 'bench-loans',
    workflow,
    deviceOf: workflow === 'silentLoan' ? async () => 'PC-0000' : deviceIn(ledger),
  });
  const measured: Record<Contender, Round[]> = { deviceLoan: [], bareLoan: [], silentLoan: [], textbookLoan: [] };
  try {
    for (const contender of contenders) await playRound(stageOf(contender)); // Warm: connections, compiled code, plans.
    for (let round = 0; round < rounds; round += 1) {
      const order = round % 2 ? [...contenders].reverse() : contenders;
      for (const contender of order) measured[contender].push(await playRound(stageOf(contender)));
    }
  } finally {
    await worker.stop();
  }
  return [
    ...contenders.map((one) => speed(one, measured[one])),
    compared('loans/s beside the bare SDK', measured.deviceLoan, measured.bareLoan, 0.95),
    compared('loans/s beside the bare SDK that writes nothing', measured.deviceLoan, measured.silentLoan),
    compared('loans/s beside the textbook', measured.deviceLoan, measured.textbookLoan, 1.5),
  ];
}

async function playRound(stage: Stage): Promise<Round> {
  const stepsMs: number[] = [];
  let left = loansARound;
  const begun = performance.now();
  const people = Array.from({ length: atOnce }, async () => {
    while (left-- > 0) await playLoan(stage, (_step, ms) => stepsMs.push(ms));
  });
  await Promise.all(people);
  return { loansPerSecond: (loansARound * 1_000) / (performance.now() - begun), stepsMs };
}

function speed(contender: Contender, measured: readonly Round[]): Finding {
  const stepsMs = measured.flatMap((round) => round.stepsMs);
  return {
    what: names[contender],
    figures: {
      'loans/s': median(measured.map(({ loansPerSecond }) => loansPerSecond)),
      'step p50 ms': quantile(stepsMs, 0.5),
      'step p95 ms': quantile(stepsMs, 0.95),
    },
    note: `${rounds} rounds of ${loansARound} loans, ${atOnce} at once`,
  };
}

function compared(what: string, ours: readonly Round[], theirs: readonly Round[], target?: number): Finding {
  const ratio = ratioOf(ours.map(({ loansPerSecond }, round) => ({ of: loansPerSecond, to: theirs[round]?.loansPerSecond ?? Number.NaN })));
  return {
    what,
    figures: { ratio: ratio.median, least: ratio.least, most: ratio.most },
    ...(target !== undefined && { target: { figure: 'ratio', atLeast: target } }),
  };
}
