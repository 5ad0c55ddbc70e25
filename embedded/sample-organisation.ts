/** A section (課) of the plan: its id, name, what most of its people do, and whether it keeps a counter (窓口). */
export interface SectionPlan {
  id: string;
  name: string;
  occupation: 'clerical' | 'engineer' | 'nurseryTeacher' | 'publicHealthNurse' | 'fireFighter';
  counter: boolean;
}

/** A division (部) and its sections. */
export interface DivisionPlan {
  id: string;
  name: string;
  sections: readonly SectionPlan[];
}

const section = (id: string, name: string, marks = '', occupation: SectionPlan['occupation'] = 'clerical'): SectionPlan => ({
  id,
  name,
  occupation,
  counter: marks.includes('窓口'),
});

/** What every town has comes first: a village has only the first five, and its general-affairs section does the work of HR and IT. */
const byImportance = 'soumu zeimu shimin fukushi kensetsu jinji joho kikaku kyoiku sangyo kenko zaisei hoiku kodomo suido kikikanri'.split(
  ' ',
);

const divisions: readonly DivisionPlan[] = [
  {
    id: 'somubu',
    name: '総務部',
    sections: [
      section('soumu', '総務課'),
      section('jinji', '人事課'),
      section('joho', '情報政策課'),
      section('kanzai', '管財課'),
      section('keiyaku', '契約検査課'),
      section('kikikanri', '危機管理課'),
    ],
  },
  {
    id: 'seisakubu',
    name: '総合政策部',
    sections: [
      section('kikaku', '企画政策課'),
      section('zaisei', '財政課'),
      section('hisho', '秘書課'),
      section('koho', '広報課'),
      section('kyodo', '市民協働課'),
    ],
  },
  {
    id: 'zeimubu',
    name: '税務部',
    sections: [section('zeimu', '税務課', '窓口'), section('nozei', '納税課', '窓口'), section('shisan', '資産税課', '窓口')],
  },
  {
    id: 'shiminbu',
    name: '市民生活部',
    sections: [
      section('shimin', '市民課', '窓口'),
      section('hoken', '国保年金課', '窓口'),
      section('seikatsu', '生活安心課', '窓口'),
      section('kankyo', '環境課'),
      section('kitashutcho', '北出張所', '窓口'),
      section('minamishutcho', '南出張所', '窓口'),
    ],
  },
  {
    id: 'fukushibu',
    name: '保健福祉部',
    sections: [
      section('fukushi', '福祉課', '窓口'),
      section('seikatsuhogo', '生活支援課', '窓口'),
      section('shogai', '障がい福祉課', '窓口'),
      section('korei', '高齢福祉課', '窓口'),
      section('kaigo', '介護保険課', '窓口'),
      section('kenko', '健康増進課', '窓口', 'publicHealthNurse'),
    ],
  },
  {
    id: 'kodomobu',
    name: 'こども部',
    sections: [
      section('kodomo', 'こども課', '窓口'),
      section('hoiku', '保育課', '', 'nurseryTeacher'),
      section('sodan', '家庭こども相談課', '窓口'),
      section('daiichihoiku', '第一保育所', '', 'nurseryTeacher'),
      section('dainihoiku', '第二保育所', '', 'nurseryTeacher'),
    ],
  },
  {
    id: 'sangyobu',
    name: '産業観光部',
    sections: [
      section('sangyo', '商工観光課'),
      section('nosei', '農政課'),
      section('noson', '農村整備課', '', 'engineer'),
      section('kigyo', '企業誘致課'),
      section('noui', '農業委員会事務局'),
    ],
  },
  {
    id: 'kensetsubu',
    name: '建設部',
    sections: [
      section('kensetsu', '道路課', '', 'engineer'),
      section('kasen', '河川課', '', 'engineer'),
      section('yochi', '用地課'),
      section('kenchiku', '建築指導課', '窓口', 'engineer'),
      section('eizen', '営繕課', '', 'engineer'),
    ],
  },
  {
    id: 'toshibu',
    name: '都市整備部',
    sections: [
      section('toshi', '都市計画課', '窓口', 'engineer'),
      section('kukaku', '市街地整備課', '', 'engineer'),
      section('koen', '公園緑地課', '', 'engineer'),
      section('jutaku', '住宅課', '窓口'),
    ],
  },
  {
    id: 'suidobu',
    name: '上下水道部',
    sections: [
      section('suido', '水道課', '窓口', 'engineer'),
      section('gesui', '下水道課', '', 'engineer'),
      section('josui', '浄水課', '', 'engineer'),
    ],
  },
  {
    id: 'kyoikubu',
    name: '教育部',
    sections: [
      section('kyoiku', '教育総務課'),
      section('gakko', '学校教育課'),
      section('shogaigakushu', '生涯学習課'),
      section('sports', 'スポーツ振興課'),
      section('bunka', '文化振興課'),
      section('toshokan', '図書館', '窓口'),
    ],
  },
  {
    id: 'shobo',
    name: '消防本部',
    sections: [
      section('shobosomu', '消防総務課', '', 'fireFighter'),
      section('yobo', '予防課', '', 'fireFighter'),
      section('keibo', '警防課', '', 'fireFighter'),
    ],
  },
  { id: 'gikai', name: '議会事務局', sections: [section('giji', '議事課')] },
  {
    id: 'kansabu',
    name: '行政委員会事務局',
    sections: [section('kansa', '監査課'), section('senkyo', '選挙課'), section('kaikei', '会計課')],
  },
];

const wardNames: readonly (readonly [id: string, name: string])[] = [
  ['chuo', '中央区'],
  ['higashi', '東区'],
  ['nishi', '西区'],
  ['minami', '南区'],
  ['kita', '北区'],
  ['minato', '港区'],
  ['midori', '緑区'],
  ['asahi', '旭区'],
  ['aoba', '青葉区'],
  ['izumi', '泉区'],
  ['sakae', '栄区'],
  ['hanami', '花見区'],
  ['sakura', '桜区'],
  ['shimizu', '清水区'],
  ['yamate', '山手区'],
  ['hama', '浜区'],
  ['wakaba', '若葉区'],
  ['miyamae', '宮前区'],
  ['takadai', '高台区'],
  ['kawabe', '川辺区'],
  ['hikari', '光区'],
  ['kasuga', '春日区'],
  ['matsubara', '松原区'],
  ['misaki', '岬区'],
  ['takasago', '高砂区'],
  ['fujimi', '富士見区'],
];

const ward = ([id, name]: readonly [string, string]): DivisionPlan => ({
  id: `${id}ku`,
  name: `${name}役所`,
  sections: divisions
    .flatMap(({ sections }) => sections)
    .filter(({ id: kind }) => wardSections.has(kind))
    .map((plan) => ({ ...plan, id: `${id}-${plan.id}`, name: `${name}${plan.name}` })),
});

const wardSections = new Set(
  `soumu kikaku kyodo zeimu nozei shisan shimin hoken seikatsu kankyo fukushi seikatsuhogo shogai korei kaigo kenko kodomo sodan sangyo kensetsu
  kenchiku koen shogaigakushu toshokan`.split(/\s+/),
);

/**
 * The divisions and sections of a town of this size: sections grow with it (about 11 people in a village, 18 in a city of 1,017, 60 in one of 40,000),
 * a large city has wards, and a village has sections only, directly below the deputy mayor.
 */
export function organisation(size: number): readonly DivisionPlan[] {
  const wanted = Math.round(size / (10 + Math.sqrt(size) / 4));
  const all = divisions.flatMap(({ sections }) => sections.map(({ id }) => id));
  const inOrder = [...byImportance, ...all.filter((id) => !byImportance.includes(id))];
  const chosen = new Set(inOrder.slice(0, wanted));
  const central = divisions
    .map((division) => ({ ...division, sections: division.sections.filter(({ id }) => chosen.has(id)) }))
    .filter(({ sections }) => sections.length > 0);
  const wards = Math.max(0, Math.floor((wanted - all.length) / wardSections.size));
  return [...central, ...wardNames.slice(0, wards).map(ward)];
}
