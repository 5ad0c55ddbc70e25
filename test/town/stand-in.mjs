// Stands in for a part of the town: notes what happens to it, listens on its port, and ends when asked to.
import { appendFileSync } from 'node:fs';
import { createServer } from 'node:http';

const { NAME, PORT, DIARY, BROKEN, DEAF } = process.env;
const note = (what) => appendFileSync(DIARY, `${NAME} ${what}\n`);

note('starts');
if (BROKEN) {
  process.stderr.write(`${BROKEN}\n`);
  process.exit(3);
}
process.on('SIGTERM', () => {
  if (DEAF) return note('is asked to end');
  note('stops');
  process.exit(0);
});
createServer((_, answer) => answer.end(`${process.pid}`)).listen(Number(PORT), '127.0.0.1', () => {
  note('is ready');
  process.stdout.write('{"ready":true}\n');
});
