import { randomUUID } from 'node:crypto';
import { fc } from '@fast-check/vitest';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { badRequests, type Operation } from './bad-input.js';
import { pipelined } from './pipeline.js';
import { ApiTown } from './town.js';

/** The same inputs at each run. Thirty a route in each; `GENERATED_INPUTS=1000` is the full measure and takes thirty times as long. */
const [seed, perRoute] = [20_261_124, Number(process.env.GENERATED_INPUTS ?? 30)];
/** More would wait for a connection to the ledger for so long that the answer is 503. */
const atOnce = 50;

let town: ApiTown;
beforeAll(async () => {
  town = await ApiTown.open();
});
afterAll(() => town.close());

test(
  `${perRoute} bad inputs a route: each is refused, none is an error of ours, no row has changed`,
  async () => {
    const {
      borrower,
      admin,
      hr,
      personnel,
      emergencyAuthority,
      it: [it],
    } = town.accounts;
    await town.devices('common', 'PC-0001');
    const known = { id: (await town.file(borrower)).body.id, tag: 'PC-0001', number: '1', link: randomUUID() };
    await town.send(it, 'POST', '/stocktakings', { body: { pool: 'common' } });
    const hrs: Readonly<Record<string, string>> = {
      '/imports/absences': hr,
      '/imports/employment': hr,
      '/registrations/pack-changes': hr,
      '/unattended': hr,
      '/imports/training': hr,
      '/imports/seats': hr,
      '/imports/observed': hr,
      '/imports/situations': hr,
      '/imports/successions': hr,
      '/imports/survey-answers': hr,
    };
    const who: Readonly<Record<string, string>> = {
      operations: admin,
      devices: it,
      stocktakings: it,
      imports: it,
      transfers: personnel,
      exports: hr,
      training: hr,
      emergencies: emergencyAuthority,
      'trial-campaign': hr,
      figures: hr,
      'yearly-review': hr,
      survey: hr,
    };
    await Promise.all([...Object.values(who), borrower, hr].map((one) => town.token(one)));
    const operations = operationsOf((await town.send(undefined, 'GET', '/openapi.json')).body);
    const before = await town.checksum();
    const unexpected: object[] = [];

    for (const operation of operations) {
      const headers = operation.isPublic
        ? undefined
        : { Authorization: `Bearer ${await town.token(hrs[operation.path] ?? who[operation.tag] ?? borrower)}` };
      const inputs = fc.sample(badRequests(operation, known), { numRuns: perRoute, seed });
      const statuses: number[] = [];
      for (let first = 0; first < inputs.length; first += atOnce)
        statuses.push(...(await pipelined(town.url, inputs.slice(first, first + atOnce), { ...headers })));
      unexpected.push(...inputs.flatMap((input, index) => (isRefusal(statuses[index]) ? [] : [{ status: statuses[index], ...input }])));
    }

    expect(operations.length).toBeGreaterThan(60);
    expect(unexpected.slice(0, 5)).toEqual([]);
    expect(await town.checksum()).toBe(before);
  },
  perRoute * 8_000,
);

/** Of the caller, and for what was handed in: nobody is logged out, unknown, or told to come back later. */
const isRefusal = (status = 0): boolean => [400, 404, 413, 415, 422, 428].includes(status);

type Described = Operation & { tag: string; isPublic: boolean };

interface Document {
  paths: Readonly<Record<string, Readonly<Record<string, DocumentedOperation>>>>;
}
interface DocumentedOperation {
  parameters?: Operation['parameters'];
  requestBody?: { content: Readonly<Record<string, { schema: NonNullable<Operation['body']>['schema'] }>> };
  security?: readonly object[];
  tags: readonly [string];
}

function operationsOf({ paths }: Document): readonly Described[] {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(
      ([
        method,
        {
          parameters = [],
          requestBody,
          security,
          tags: [tag],
        },
      ]): Described => {
        const [content] = Object.entries(requestBody?.content ?? {});
        const isPublic = security?.length === 0;
        return {
          method: method.toUpperCase(),
          path,
          parameters,
          tag,
          isPublic,
          ...(content && { body: { type: content[0], schema: content[1].schema } }),
        };
      },
    ),
  );
}
