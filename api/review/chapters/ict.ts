import type { Block, Chapter } from '../document.js';
import { decimal, monthly, monthlyChart, type Reader } from '../reader.js';
import type { ReviewReport } from '../report.js';

/** 第4章4 ICT環境: hours and days (Ehime's table, 004:287-296), how devices were used, and how long it took to get one. */
export function ict(reader: Reader, report: ReviewReport): Chapter {
  return {
    title: reader.say('ict.title'),
    blocks: [hoursAndDays(reader, report), ...devices(reader, report)],
  };
}

function hoursAndDays(reader: Reader, report: ReviewReport): Block {
  const { say, month, form } = reader;
  const { forms, days, total, months, growth } = report.hours;
  const frozen = months.filter(({ state }) => state === 'frozen');
  const [first, last] = [frozen[0], frozen.at(-1)];
  const grown = growth !== undefined && first && last && { growth: growth.toFixed(1), first: month(first.month), last: month(last.month) };
  return monthlyChart(reader, report, {
    ...{ name: 'hours', as: 'stack', title: say('ict.hours'), unit: 'hours', decimals: 1 },
    lines: forms.map((one) => ({
      ...{ name: say('ict.hoursOf', { form: form(one.form) }), values: one.hours.map(decimal), total: decimal(one.total) },
    })),
    below: [{ name: say('ict.days'), values: days, total: total.days }],
    ...(grown && { notes: [say('ict.growth', grown)] }),
  });
}

function devices(reader: Reader, report: ReviewReport): readonly Block[] {
  const { say } = reader;
  const { service, byMonth } = report;
  const { handOvers, average, median } = service.leadTime;
  const inDays = (days: number) => say('days', { count: days.toFixed(1) });
  return [
    {
      kind: 'table',
      table: {
        name: 'devices',
        caption: say('ict.devices'),
        ...monthly(reader, report, [
          { name: say('ict.lent'), values: byMonth.map((one) => one.deviceUse?.value), total: service.deviceUse.value },
          { name: say('ict.lendable'), values: byMonth.map((one) => one.deviceUse?.of), total: service.deviceUse.of },
          { name: say('ict.use'), values: byMonth.map((one) => decimal(one.deviceUse?.share)), total: decimal(service.deviceUse.share) },
        ]),
      },
    },
    { kind: 'heading', text: say('ict.leadTime') },
    {
      kind: 'figures',
      items: [
        { name: say('ict.handOvers'), value: reader.count('cases', handOvers) },
        ...(average === undefined ? [] : [{ name: say('ict.average'), value: inDays(average) }]),
        ...(median === undefined ? [] : [{ name: say('ict.median'), value: inDays(median) }]),
      ],
    },
  ];
}
