import { Temporal } from 'temporal-polyfill';
import { type Act, cases, type Rival, refused, type Scene, type Seen } from './script.js';

/** What people write in their own words: what they carry out, how they lost it, why it is given up. */
export interface FreeTexts {
  carried: string;
  report: string;
  reason: string;
}
const usualTexts: FreeTexts = {
  carried: '研修資料の案、議事録の書式（個人情報なし）',
  report: '帰宅の電車で網棚に置き忘れた。駅と警察に届け出た。',
  reason: '三週間見つからない。',
};

/** A date so many days after the municipality's. */
export const daysFrom =
  (today: string) =>
  (days: number): string =>
    Temporal.PlainDate.from(today).add({ days }).toString();

/** What is asked for, and what is filled in when a device goes out and comes back. */
export const laptop = { kind: 'laptop', accessories: ['wire', 'mouse'], personalData: false };
export const ready = ({ state }: Seen) => ({
  assetTag: state.device?.assetTag,
  fingerprintEnrolled: true,
  accessories: ['wire', 'mouse'],
});
export const signed = ({ terms }: Seen) => ({ terms });
export const purged = { method: 'purge', tool: 'nvme sanitize', toolVersion: '2.11', dataClass: 'confidential' };

/**
 * The whole loan once, as people play it: two laptops, four borrowers. `lost` takes one and loses it; `first` takes the last one, `next` waits for it; `later` has it promised for other days,
 * so that `first` cannot keep it as long as wished. `first` gives it back without the wire, and the moment its data is confirmed erased it is `next`'s.
 * (要綱第5条第5項・第6項、第6条、利用手順③～⑤・⑩、端末機等借用願: domain.md §2.3.)
 * `today`: the municipality's date. All days lie far enough ahead that no answer is urgent, whatever day of the week it is.
 */
export function loanScript(today: string, { carried, report, reason }: FreeTexts = usualTexts): readonly Scene[] {
  const day = daysFrom(today);
  const fortnight = { ...laptop, from: day(14), until: day(18) };
  return [
    {
      staffNumber: '*)(uid=*',
      password: 'x',
      refused: refused(400, 'malformed', 'wrongForm', 'staffNumber'),
      why: 'ログインに検索条件を書く / LDAP metacharacters as a login',
    },
    {
      staffNumber: '10001',
      password: '',
      refused: refused(400, 'malformed', 'tooSmall', 'password'),
      why: '空のパスワード / an empty password',
    },

    { who: 'lost', on: 'lost', step: 'request', body: { ...laptop, from: day(14), until: day(30) }, becomes: 'requested' },
    { who: 'head', on: 'lost', step: 'approve', becomes: 'reserved' },

    {
      who: 'first',
      on: 'first',
      step: 'request',
      body: { ...fortnight, status: 'released' },
      refused: refused(400, 'malformed', 'unknownField', 'status'),
      why: '借用願に無い項目 / a field that the form does not have',
    },
    {
      who: 'first',
      on: 'first',
      step: 'request',
      body: { ...fortnight, data: carried, personalData: true },
      refused: refused(422, 'ruleRefuses', 'personalData', 'personalData'),
      why: '個人情報の持出し / personal data among what is carried out',
    },
    {
      who: 'first',
      on: 'first',
      step: 'request',
      body: fortnight,
      key: 'none',
      refused: refused(428, 'keyNeeded'),
      why: '鍵のない提出 / filed without an Idempotency-Key',
    },
    { who: 'first', on: 'first', step: 'request', body: { ...fortnight, data: carried }, becomes: 'requested' },
    {
      who: 'first',
      on: 'first',
      step: 'request',
      body: { ...fortnight, until: day(20) },
      key: 'again',
      refused: refused(422, 'keyReused'),
      why: '同じ鍵、別の内容 / the same key, another form',
    },
    {
      who: 'first',
      on: 'first',
      step: 'approve',
      refused: refused(403, 'forbidden'),
      why: '自分の借用願を自分で承認 / approving one’s own request',
    },
    {
      who: 'otherHead',
      on: 'first',
      step: 'approve',
      refused: refused(404, 'notFound'),
      why: '他課の所属長が承認 / the head of another department',
    },
    { who: 'head', on: 'first', step: 'approve', becomes: 'reserved' },
    { who: 'next', on: 'next', step: 'request', body: fortnight, becomes: 'requested' },
    { who: 'head', on: 'next', step: 'approve', becomes: 'approved' },
    { who: 'later', on: 'later', step: 'request', body: { ...laptop, from: day(26), until: day(28) }, becomes: 'requested' },
    { who: 'head', on: 'later', step: 'approve', becomes: 'reserved' },

    {
      who: 'it',
      on: 'first',
      step: 'handOver',
      refused: refused(409, 'notDue'),
      why: '準備の前に引渡し / handed over before it is prepared',
    },
    {
      who: 'it',
      on: 'first',
      step: 'prepare',
      body: (seen) => ({ ...ready(seen), fingerprintEnrolled: false }),
      refused: refused(422, 'ruleRefuses', 'fingerprintNeeded', 'fingerprintEnrolled'),
      why: '指紋認証設定をせずに準備 / prepared without the fingerprint',
    },
    { who: 'it', on: 'first', step: 'prepare', body: ready, becomes: 'prepared' },
    { who: 'it', on: 'first', step: 'handOver', becomes: 'handedOver' },
    {
      who: 'first',
      on: 'first',
      step: 'receive',
      body: { terms: '1999-01-01' },
      refused: refused(422, 'ruleRefuses', 'otherTerms', 'terms'),
      why: '古い利用条件に署名 / signing for other terms',
    },
    { who: 'first', on: 'first', step: 'receive', body: signed, becomes: 'handedOver' },
    {
      who: 'first',
      on: 'first',
      step: 'askExtension',
      body: { until: day(24) },
      refused: refused(422, 'ruleRefuses', 'devicePromised', 'until'),
      why: '次の人に約束された日まで延長 / an extension into days promised to another',
    },
    { who: 'first', on: 'first', step: 'askExtension', body: { until: day(21) }, becomes: 'handedOver' },
    { who: 'head', on: 'first', step: 'decideExtension', body: { granted: true }, becomes: 'handedOver' },
    { who: 'later', on: 'later', step: 'withdraw', becomes: 'withdrawn' },

    { who: 'it', on: 'lost', step: 'prepare', body: ready, becomes: 'prepared' },
    { who: 'it', on: 'lost', step: 'handOver', becomes: 'handedOver' },
    { who: 'lost', on: 'lost', step: 'receive', body: signed, becomes: 'handedOver' },
    {
      who: 'lost',
      on: 'lost',
      step: 'reportLoss',
      body: { how: 'loss', report },
      becomes: 'lost',
    },
    { who: 'it', on: 'lost', step: 'writeOff', body: { reason }, becomes: 'writtenOff' },
    { who: 'it', on: 'lost', step: 'accountFor', body: { accessory: 'wire', how: 'writtenOff' }, becomes: 'writtenOff' },
    { who: 'it', on: 'lost', step: 'accountFor', body: { accessory: 'mouse', how: 'back' }, becomes: 'writtenOff' },

    {
      who: 'it',
      on: 'first',
      step: 'takeBack',
      body: { accessories: ['mouse'] },
      refused: refused(422, 'ruleRefuses', 'dataNotListed', 'data'),
      why: '持ち出したデータを確かめずに返却 / given back without the list of the data',
    },
    { who: 'it', on: 'first', step: 'takeBack', body: { accessories: ['mouse'], data: carried }, becomes: 'returned' },
    {
      who: 'it',
      on: 'first',
      step: 'erase',
      body: { ...purged, method: 'initialise' },
      refused: refused(422, 'ruleRefuses', 'methodTooWeak', 'method'),
      why: 'OSの初期化だけで消去 / initialising the operating system alone',
    },
    { who: 'it', on: 'first', step: 'erase', body: purged, becomes: 'erased' },
    {
      who: 'it',
      on: 'first',
      step: 'confirmErasure',
      refused: refused(422, 'ruleRefuses', 'secondPerson'),
      why: '消去した本人が確認 / confirmed by the one who erased',
    },
    { who: 'secondIt', on: 'first', step: 'confirmErasure', becomes: 'released', leadsTo: [{ on: 'next', event: 'reserve' }] },
    { who: 'it', on: 'first', step: 'accountFor', body: { accessory: 'wire', how: 'writtenOff' }, becomes: 'released' },

    { who: 'it', on: 'next', step: 'prepare', body: ready, becomes: 'prepared' },
    { who: 'it', on: 'next', step: 'handOver', becomes: 'handedOver' },
    { who: 'next', on: 'next', step: 'receive', body: signed, becomes: 'handedOver' },
    { who: 'it', on: 'next', step: 'takeBack', body: { accessories: ['wire', 'mouse'] }, becomes: 'returned' },
    { who: 'secondIt', on: 'next', step: 'erase', body: purged, becomes: 'erased' },
    { who: 'it', on: 'next', step: 'confirmErasure', becomes: 'released' },
  ];
}

/** Who comes first instead. The borrower's own steps are taken by the borrower of the loan. */
export function rivalInLoan({ step, on, who }: Act): Rival | undefined {
  const reason = { reason: '別の人が先に' };
  switch (step) {
    case 'request':
      return { who: 'head', step: 'refuse', body: reason };
    case 'approve':
    case 'prepare':
      return { who: cases[on].whose, step: 'withdraw' };
    case 'handOver':
    case 'askExtension':
      return { who: 'head', step: 'recall', body: reason };
    case 'receive':
    case 'decideExtension':
      return { who: 'it', step: 'recall', body: reason };
    case 'reportLoss':
      return { who: 'it', step: 'find', body: { accessories: ['wire'] } };
    case 'takeBack':
      return { who: 'secondIt', step: 'failErasure', body: reason };
    case 'erase':
      return { who: who === 'it' ? 'secondIt' : 'it', step: 'rejectErasure', body: reason };
    default:
      return undefined;
  }
}
