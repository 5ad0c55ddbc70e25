import { Command } from 'commander';
import { playPrivacy } from './privacy.js';
import { playQueue } from './queue.js';
import { playLoan, playRegistration } from './show.js';
import { ownTown, packs, townHere } from './stage.js';

/** What is played, under which rules; it says itself what it shows, and whether all was as it should be. */
const tours = {
  loan: { play: playLoan, pack: packs.loan },
  queue: { play: playQueue, pack: packs.loan },
  privacy: { play: playPrivacy, pack: packs.loan },
  registration: { play: playRegistration, pack: packs.registration },
} as const;
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

const { play, pack } = tours[name as keyof typeof tours];
const stage = here ? await townHere() : await ownTown(pack);
try {
  process.exitCode = (await play(stage)) ? 0 : 1;
} catch (failure) {
  console.error(`違います / differs: ${failure instanceof Error ? failure.message : failure}`);
  process.exitCode = 1;
} finally {
  await stage.close();
}
process.exit();
