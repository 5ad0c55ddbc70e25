import { describe, expect, it } from 'vitest';
import { loadPack, registrationPolicy, sourceOf } from '../../config/policy/pack.js';
import type { Employment, RegistrationForm, RegistrationRequest } from '../../workflows/registration/contract.js';
import { refuseForm } from '../../workflows/registration/rules.js';
import { words } from './cases.js';

type Person = Pick<RegistrationRequest, 'employment' | 'occupation'>;

const clerk: Person = { employment: 'regular', occupation: 'clerical' };
const atHome: RegistrationForm = {
  forms: ['home'],
  workplace: 'ownHome',
  address: words('address'),
  phone: words('phone'),
  frequency: { days: 1, per: 'week' },
};

/** A municipality as its pack is read from its file, and what becomes of a form that somebody files there: `undefined` is accepted. */
function town(name: string) {
  const pack = loadPack(name);
  const policy = registrationPolicy(pack);
  return {
    policy,
    loans: pack.values.deviceLoan,
    filed(person: Person, form: RegistrationForm) {
      const refusal = refuseForm({ ...person, policy }, form);
      return refusal && { code: refusal.code, field: refusal.field, source: sourceOf(pack, refusal.article) };
    },
  };
}

/** 職員: everybody but special posts (地方公務員法 Art. 4(2)). */
const staff: readonly Employment[] = [
  'regular',
  'conditional',
  'temporary',
  'partTime',
  'fiscalYearAppointee',
  'reEmployed',
  'fixedTerm',
  'seconded',
];

describe('小山市 (004:600-724)', () => {
  const { policy, loans, filed } = town('oyama');
  const form = { ...atHome, reason: 'care' as const };

  it.each([
    ['conditional', '004:636 (1) 条件付採用期間中の職員'],
    ['temporary', '004:637 (2) 臨時的に任用された職員'],
    ['partTime', '004:638 (3) 非常勤職員及び会計年度任用職員'],
    ['fiscalYearAppointee', '004:638 (3) 非常勤職員及び会計年度任用職員'],
  ] as const)('Art. 4-2 does not apply to %s staff: %s', (employment, _item) => {
    expect(filed({ employment }, form)).toEqual({
      code: 'notEligible',
      field: 'employment',
      source: '要綱第4条第2項 (004:634-638); 004:1317',
    });
  });

  it.each(['regular', 'reEmployed', 'fixedTerm', 'seconded'] as const)(
    '%s staff are staff (004:1317 正規職員, 再任用職員, 任期付職員, 出向職員)',
    (employment) => {
      expect(filed({ employment }, form)).toBeUndefined();
    },
  );

  it.each([
    ['child', '004:629 (1) 中学校就学前及び義務教育学校6年生までの子を養育する職員'],
    ['care', '004:630 (2) 介護が必要な親族を介護する職員'],
    ['pregnancy', '004:631 (3) 妊娠中の職員'],
  ] as const)('Art. 4-1: %s is a reason: %s', (reason, _item) => {
    expect(filed(clerk, { ...atHome, reason })).toBeUndefined();
  });

  it('Art. 4-1: the fourth is one that the head recognises, and form 1 has a box for it (004:632 その他、所属長が特に認める職員; 004:714 所属長が認めた事由を記載してください)', () => {
    expect(filed(clerk, { ...atHome, reason: 'other' })).toMatchObject({ code: 'reasonTextNeeded', field: 'reasonText' });
    expect(filed(clerk, { ...atHome, reason: 'other', reasonText: words('reason') })).toBeUndefined();
  });

  it('form 1 asks for one main reason (004:714 主たるものを一つ選択)', () => {
    expect(filed(clerk, atHome)).toEqual({ code: 'reasonNotRecognised', field: 'reason', source: '要綱第4条第1項 (004:629-632)' });
  });

  it('Art. 2: work at home is all that the guideline knows (004:611 自宅等で行う勤務形態), at the address of form 1 (004:712 自宅住所（在宅勤務実施場所）)', () => {
    expect(filed(clerk, { ...form, forms: ['home', 'mobile'] })).toEqual({
      code: 'formNotOffered',
      field: 'forms',
      source: '要綱第2条 (004:611)',
    });
    expect(filed(clerk, { ...form, workplace: 'carersHome' })).toMatchObject({ code: 'workplaceNotAllowed', field: 'workplace' });
  });

  it('a pledge and a description of the place are planned, and not asked for yet (004:1270 執務環境の明記、誓約書の提出を義務付ける)', () => {
    expect([policy.pledge, policy.checklist]).toEqual([undefined, false]);
  });

  it('nobody reaches the network from outside (004:1115 ネットワークにつなげない在宅勤務; 004:785 貸出用PCに移行したうえで)', () => {
    expect(policy.remoteAccess).toBe(false);
  });

  it('Art. 5-3: the head revokes, HR is only told (004:647 所属長は…承認を取り消すことができる; 004:648 職員活性課へ報告する)', () => {
    expect(policy.hrMayRevoke).toBe(false);
  });

  it('Art. 5-5: a device is asked for after the approval (004:649 登録承認を受けた後…借り受ける)', () => {
    expect(loans.requiresRegistration).toBe(true);
  });
});

describe('登別市 (003:561 消防士・保育士を除く正規職員を対象に、在宅勤務、モバイルワーク、サテライトオフィス（1か所）での勤務を許可)', () => {
  const { policy, loans, filed } = town('noboribetsu');

  it.each(['fireFighter', 'nurseryTeacher'])('%s: 消防士・保育士を除く', (occupation) => {
    expect(filed({ employment: 'regular', occupation }, atHome)).toEqual({
      code: 'occupationExcluded',
      field: 'occupation',
      source: '003:561',
    });
  });

  it.each(['temporary', 'partTime', 'fiscalYearAppointee', 'reEmployed', 'fixedTerm'] as const)(
    'not %s staff: 正規職員を対象に',
    (employment) => {
      expect(filed({ employment }, atHome)).toMatchObject({ code: 'notEligible' });
    },
  );

  it.each(['regular', 'conditional'] as const)(
    '%s staff without a reason, in all three forms; probation makes nobody less regular',
    (employment) => {
      expect(filed({ employment, occupation: 'publicHealthNurse' }, { ...atHome, forms: ['home', 'mobile', 'satellite'] })).toBeUndefined();
    },
  );

  it('has remote access (003:581 リモートアクセスシステム), and lends PCs and phones (003:562 貸し出し用PC; 003:563 公用スマホを貸与)', () => {
    expect([policy.remoteAccess, loans.kinds]).toEqual([true, ['laptop', 'smartphone']]);
  });
});

describe.each([
  [
    'minowa',
    '003:238 全職員を対象に、在宅勤務、モバイルワーク、サテライトオフィス（公民館15か所ほか）での勤務を許可',
    ['home', 'mobile', 'satellite'],
  ],
  ['asahi', '003:320 全職員を対象に在宅勤務を実施', ['home']],
  ['nagayo', '003:389 全職員を対象に、在宅勤務、モバイルワークでの勤務を許可', ['home', 'mobile']],
] as const)('%s (%s)', (name, _sentence, offered) => {
  const { policy, filed } = town(name);

  it.each(staff)('全職員: %s staff, of every occupation, without a reason', (employment) => {
    for (const occupation of ['clerical', 'fireFighter', 'nurseryTeacher'])
      expect(filed({ employment, occupation }, atHome)).toBeUndefined();
  });

  it('but not a mayor, who is no 職員 of the Act (地方公務員法 Art. 4(2))', () => {
    expect(filed({ employment: 'specialPost' }, atHome)).toMatchObject({ code: 'notEligible' });
  });

  it.each(['home', 'mobile', 'satellite'] as const)('%s, where the casebook names it', (form) => {
    const refused = { code: 'formNotOffered', source: expect.stringMatching(/^003:(238|320|389)$/) };
    if ((offered as readonly string[]).includes(form)) expect(filed(clerk, { ...atHome, forms: [form] })).toBeUndefined();
    else expect(filed(clerk, { ...atHome, forms: ['home', form] })).toMatchObject(refused);
  });

  it('reaches the network from outside (003:240, 003:322 仮想デスクトップに接続する方式; 003:391 セキュリティブラウザに接続)', () => {
    expect(policy.remoteAccess).toBe(true);
  });
});

describe('what is lent', () => {
  it.each([
    ['minowa', '003:263 タブレット型PC（正規職員分+貸し出し用）', ['tablet']],
    ['asahi', '003:321 テレワーク専用端末; 003:332 貸出用のWi-Fiルーター', ['laptop', 'wifiRouter']],
    ['nagayo', '003:390 テレワーク専用端末は56台用意', ['laptop']],
    ['ehime', '004:254 携帯性に優れたタブレット形状でも利用できる端末; 004:294 端末機の延べ貸出日数', ['laptop']],
  ] as const)('%s: %s', (name, _sentence, kinds) => {
    expect(town(name).loans.kinds).toEqual(kinds);
  });

  it('朝日村: who is HR is IT too, so another head can be the second who confirms an erasure (003:329 総務人事係が情報担当を兼務)', () => {
    expect(town('asahi').loans.confirmers).toEqual(['it', 'head:soumu']);
    expect(town('nagayo').loans.confirmers).toEqual(['it']);
  });
});

describe('愛媛県 (004:227-232)', () => {
  const { policy, filed } = town('ehime');

  it.each(['temporary', 'partTime', 'fiscalYearAppointee'] as const)(
    '%s staff are not meant (004:229 全職員（臨時職員等を除く）)',
    (employment) => {
      expect(filed({ employment }, atHome)).toMatchObject({ code: 'notEligible', source: expect.stringContaining('004:229') });
    },
  );

  it.each(['regular', 'conditional', 'reEmployed', 'fixedTerm', 'seconded'] as const)(
    '%s staff are (004:229 知事部局・諸局の全職員)',
    (employment) => {
      expect(filed({ employment }, atHome)).toBeUndefined();
    },
  );

  it.each([
    ['carersHome', '要介護者の自宅'],
    ['spousesHome', '単身赴任者の場合の配偶者の住居'],
  ] as const)('%s counts as the own home (004:230 %sは自宅とみなす)', (workplace, _words) => {
    expect(filed(clerk, { ...atHome, workplace })).toBeUndefined();
  });

  it('another place does not (004:230)', () => {
    expect(filed(clerk, { ...atHome, workplace: 'approvedPlace' })).toEqual({
      code: 'workplaceNotAllowed',
      field: 'workplace',
      source: '004:230',
    });
  });

  it('offers all three forms (004:219-221) and works as at one’s desk from outside (004:225 自席のパソコンとほぼ同じ機能が利用可能)', () => {
    expect(filed(clerk, { ...atHome, forms: ['home', 'mobile', 'satellite'] })).toBeUndefined();
    expect(policy.remoteAccess).toBe(true);
  });
});

describe('サントリー (004:525-591)', () => {
  const { policy, filed } = town('suntory');

  it('any place that the head has approved will do (004:558 自宅 → 所属長に事前申告して承認を受けた場所)', () => {
    expect(filed(clerk, { ...atHome, workplace: 'approvedPlace' })).toBeUndefined();
    expect(filed(clerk, atHome)).toBeUndefined();
  });

  it('without a reason of child or care (004:536 育児・介護事由以外へ適用拡大)', () => {
    expect(policy.reasons).toEqual([]);
  });
});
