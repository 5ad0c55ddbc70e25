import { Command } from 'commander';
import { playPrivacy } from './privacy.js';
import { playQueue } from './queue.js';
import { playLoan } from './show.js';
import { ownTown, townHere } from './stage.js';

/** What is played, and whether all was as it should be. It says itself what it shows. */
const tours = { loan: playLoan, queue: playQueue, privacy: playPrivacy } as const;
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

const stage = here ? await townHere() : await ownTown();
try {
  process.exitCode = (await tours[name as keyof typeof tours](stage)) ? 0 : 1;
} catch (failure) {
  console.error(`違います / differs: ${failure instanceof Error ? failure.message : failure}`);
  process.exitCode = 1;
} finally {
  await stage.close();
}
process.exit();
