import { daysFrom, laptop, purged, ready, rivalInLoan, signed } from './loan.js';
import { type Act, cases, type Rival, refused, type Scene } from './script.js';

const form = {
  forms: ['home'],
  workplace: 'ownHome',
  address: '凪沢市浜辺町3-14-9',
  phone: '0550-00-7214',
  reason: 'care',
  frequency: { days: 2, per: 'week' },
  remarks: '研修資料の作成、統計データの入力',
};

/**
 * A registration once, as people play it: filed, sent back, filed again, approved by the deputy while the head is absent; access is granted, a device lent, another one asked for; then the head revokes
 * while the device is out, and all that hung on it comes to its end (要綱第4条、第5条、在宅勤務登録申請書: domain.md §2.1).
 * `today`: the municipality's date. All days lie far enough ahead that no answer is urgent.
 */
export function registrationScript(today: string): readonly Scene[] {
  const day = daysFrom(today);
  const mine = { who: 'first', on: 'registration' } as const;
  const head = { who: 'head', on: 'registration' } as const;
  const deputy = { who: 'deputy', on: 'registration' } as const;
  const file = { ...mine, step: 'file' } as const;
  const loan = { who: 'first', on: 'first', step: 'request', body: { ...laptop, from: day(14), until: day(18) } } as const;
  const revocation = { step: 'revoke', body: { reason: '業務の執行に支障が生じたため。' } } as const;
  const noRegistration = refused(422, 'ruleRefuses', 'noRegistration', undefined, { article: '第5条第5項' });

  return [
    {
      who: 'appointee',
      on: 'ineligible',
      step: 'file',
      body: { form },
      refused: refused(422, 'ruleRefuses', 'notEligible', 'employment', {
        article: '第4条第2項',
        limit: 'regular, reEmployed, fixedTerm, seconded',
      }),
      why: '会計年度任用職員の申請 / filed by a fiscal-year appointee',
    },
    { ...loan, refused: noRegistration, why: '登録なしの借用願 / a device without a registration' },
    {
      ...file,
      body: { form: { ...form, status: 'active' } },
      refused: refused(400, 'malformed', 'unknownField', 'form.status'),
      why: '申請書に無い項目 / a field that the form does not have',
    },
    {
      ...file,
      body: { form: { ...form, forms: ['mobile'] } },
      refused: refused(422, 'ruleRefuses', 'formNotOffered', 'forms', { article: '第2条', limit: 'home' }),
      why: 'モバイルワークの申請 / mobile work, which is not offered',
    },
    {
      ...file,
      body: { form: { ...form, workplace: 'approvedPlace' } },
      refused: refused(422, 'ruleRefuses', 'workplaceNotAllowed', 'workplace', { limit: 'ownHome' }),
      why: '自宅以外の勤務場所 / a place other than the home',
    },
    {
      ...file,
      body: { form: { ...form, reason: 'other' } },
      refused: refused(422, 'ruleRefuses', 'reasonTextNeeded', 'reasonText', { article: '第4条第1項' }),
      why: '内容のない「その他」の事由 / another reason, without saying which',
    },
    { ...file, body: { form }, key: 'none', refused: refused(428, 'keyNeeded'), why: '鍵のない提出 / filed without an Idempotency-Key' },
    { ...file, body: { form }, becomes: 'filed' },
    {
      ...file,
      body: { form: { ...form, frequency: { days: 3, per: 'week' } } },
      key: 'again',
      refused: refused(422, 'keyReused'),
      why: '同じ鍵、別の内容 / the same key, another form',
    },
    {
      ...file,
      body: { form },
      refused: refused(422, 'ruleRefuses', 'alreadyRegistered'),
      why: '二重の申請 / filed a second time',
    },
    { ...mine, step: 'approve', refused: refused(403, 'forbidden'), why: '自分の申請を自分で承認 / approving one’s own application' },
    {
      who: 'otherHead',
      on: 'registration',
      step: 'approve',
      refused: refused(404, 'notFound'),
      why: '他課の所属長が承認 / the head of another department',
    },
    {
      ...deputy,
      step: 'approve',
      refused: refused(404, 'notFound'),
      why: '所属長の在席中に課長補佐が承認 / the deputy, while the head is there',
    },
    { ...head, step: 'sendBack', body: { remarks: '勤務場所の部屋番号を記入してください。' }, becomes: 'sentBack' },
    { ...head, step: 'approve', refused: refused(409, 'notDue'), why: '差戻し中の承認 / approved while it is sent back' },
    {
      ...mine,
      step: 'refile',
      body: { form: { ...form, forms: ['home', 'satellite'] } },
      refused: refused(422, 'ruleRefuses', 'formNotOffered', 'forms', { article: '第2条', limit: 'home' }),
      why: '再提出で形態を追加 / filed again with a form that is not offered',
    },
    { ...mine, step: 'refile', body: { form: { ...form, address: '凪沢市浜辺町3-14-9-502' } }, becomes: 'filed' },
    { ...loan, refused: noRegistration, why: '承認前の借用願 / a device before the approval' },

    { absent: ['head'] },
    { ...deputy, step: 'approve', becomes: 'active', access: true },
    {
      ...deputy,
      ...revocation,
      refused: refused(422, 'ruleRefuses', 'neverActed', undefined, { limit: 'revoke' }),
      why: '承認取消しの代決 / a revocation in the head’s place',
    },
    { absent: [] },
    { lookedAtBy: 'head', on: 'registration', step: 'approve', takenBy: 'deputy' },

    { ...loan, becomes: 'requested' },
    { who: 'head', on: 'first', step: 'approve', becomes: 'reserved' },
    { ...loan, on: 'asked', body: { ...laptop, from: day(28), until: day(29) }, becomes: 'requested' },
    { who: 'it', on: 'first', step: 'prepare', body: ready, becomes: 'prepared' },
    { who: 'it', on: 'first', step: 'handOver', becomes: 'handedOver' },
    { who: 'first', on: 'first', step: 'receive', body: signed, becomes: 'handedOver' },

    { who: 'hr', on: 'registration', ...revocation, refused: refused(403, 'forbidden'), why: '人事担当課による取消し / revoked by HR' },
    {
      ...head,
      ...revocation,
      becomes: 'revoked',
      leadsTo: [
        { on: 'first', event: 'recall' },
        { on: 'asked', event: 'recall' },
      ],
      access: false,
    },
    {
      ...file,
      body: { form },
      refused: refused(422, 'ruleRefuses', 'alreadyRegistered'),
      why: '端末機の返却前の再申請 / filed anew before the device is back',
    },
    {
      who: 'first',
      on: 'first',
      step: 'askExtension',
      body: { until: day(20) },
      refused: refused(409, 'notDue'),
      why: '返却を求められた後の延長 / an extension after the recall',
    },
    { who: 'it', on: 'first', step: 'takeBack', body: { accessories: ['wire', 'mouse'] }, becomes: 'returned' },
    { who: 'it', on: 'first', step: 'erase', body: purged, becomes: 'erased' },
    {
      who: 'it',
      on: 'first',
      step: 'confirmErasure',
      refused: refused(422, 'ruleRefuses', 'secondPerson'),
      why: '消去した本人が確認 / confirmed by the one who erased',
    },
    {
      who: 'secondIt',
      on: 'first',
      step: 'confirmErasure',
      becomes: 'released',
      leadsTo: [{ on: 'registration', event: 'windUp' }],
    },
  ];
}

/** Who comes first instead; in the loan as there. A withdrawal with nothing lent leaves nothing to wait for. */
export function rivalInRegistration(act: Act): Rival | undefined {
  const { on, step } = act;
  if (cases[on].procedure === 'device-loan') return rivalInLoan(act);
  const reason = { reason: '別の人が先に' };
  switch (step) {
    case 'file':
    case 'refile':
      return { who: 'head', step: 'refuse', body: reason };
    case 'sendBack':
      return { who: cases[on].whose, step: 'withdraw' };
    case 'approve':
      return { who: cases[on].whose, step: 'withdraw', leadsTo: 'windUp' };
    default:
      return undefined;
  }
}
