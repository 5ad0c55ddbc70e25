import type { Chapter } from '../document.js';
import { monthlyChart, type Reader } from '../reader.js';
import type { ReviewReport } from '../report.js';

/** 第4章5 安全対策: erasures within their limit, losses, thefts and troubles. */
export function safety(reader: Reader, report: ReviewReport): Chapter {
  const { say } = reader;
  const { service, byMonth } = report;
  const { value, of, share } = service.erasures;
  return {
    title: say('safety.title'),
    blocks: [
      { kind: 'heading', text: say('safety.erasures') },
      share === undefined
        ? { kind: 'paragraph', text: say('safety.noErasures') }
        : {
            kind: 'figures',
            items: [{ name: say('safety.onTime'), value: say('partOf', { part: `${value}`, of: `${of}`, share: share.toFixed(1) }) }],
          },
      monthlyChart(reader, report, {
        ...{ name: 'incidents', as: 'stack', title: say('safety.incidents'), unit: 'cases' },
        lines: [
          { name: say('safety.loss'), values: byMonth.map((one) => one.losses?.loss), total: service.losses.loss },
          { name: say('safety.theft'), values: byMonth.map((one) => one.losses?.theft), total: service.losses.theft },
          { name: say('safety.troubles'), values: byMonth.map((one) => one.troubles), total: service.troubles },
        ],
      }),
    ],
  };
}
