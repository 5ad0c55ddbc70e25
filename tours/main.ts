import { Command } from 'commander';
import { ApiProblem } from '../cli/client.js';
import { sentences } from '../cli/print.js';
import { playCampaign } from './campaign.js';
import { playMonth } from './month.js';
import { playPrivacy } from './privacy.js';
import { playProgramme } from './programme.js';
import { playQueue } from './queue.js';
import { playRegistrationYear } from './registration-year.js';
import { playDay, playLoan, playRegistration } from './show.js';
import { ownTown, packs, type Stage, townHere } from './stage.js';
import { playYears } from './year.js';

/** What is played, under which rules, each in a town of its own; it says itself what it shows, and whether all was as it should be. */
const tours = {
  loan: { play: playLoan, under: [packs.loan] },
  queue: { play: playQueue, under: [packs.loan] },
  privacy: { play: playPrivacy, under: [packs.loan] },
  programme: { play: playProgramme, under: [packs.programme], staff: 213 },
  registration: { play: playRegistration, under: [packs.registration] },
  day: { play: playDay, under: [packs.day] },
  'registration-year': { play: playRegistrationYear, under: [packs.registration, packs.oyama] },
  year: { play: playYears, under: [packs.years], staff: 57 },
  month: { play: playMonth, under: [packs.day], staff: 4_000 },
  campaign: { play: playCampaign, under: [packs.trial], staff: 213 },
} as const satisfies Record<string, { play(stage: Stage): Promise<boolean>; under: readonly string[]; staff?: number }>;
const isTour = (name: string): name is keyof typeof tours => Object.hasOwn(tours, name);

const program = new Command('npm run tour --')
  .description('手続を最初から最後まで、人がするように API で行う / plays a whole procedure through the API, as people do')
  .argument('[tour]', Object.keys(tours).join(', '), 'loan')
  .option('--here', 'いま動いている町で（loan のみ） / in the town that runs, not in one of its own (loan only)')
  .parse();
const [name = 'loan'] = program.processedArgs as [string];
const { here } = program.opts<{ here?: true }>();
if (!isTour(name)) program.error(`${name}: ${Object.keys(tours).join(', ')}`);
if (here && name !== 'loan') program.error('--here: loan');

const { play, under, staff }: (typeof tours)[keyof typeof tours] & { staff?: number } = tours[name as keyof typeof tours];
let right = true;
for (const pack of under) {
  const stage = here ? await townHere() : await ownTown(pack, staff);
  if (under.length > 1) console.log(`\n■ ${pack}`);
  try {
    right = (await play(stage)) && right;
  } catch (failure) {
    console.error(`違います / differs: ${explained(failure)}`);
    right = false;
  } finally {
    await stage.close();
  }
}
process.exit(right ? 0 : 1);

function explained(failure: unknown): unknown {
  if (failure instanceof ApiProblem) return sentences(failure.problem);
  return failure instanceof Error ? failure.message : failure;
}
