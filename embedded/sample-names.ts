/** A name as written, and its reading in hiragana. */
export type Reading = readonly [written: string, furigana: string];

const readings = (list: string): readonly Reading[] =>
  list
    .trim()
    .split(/\s+/)
    .map((pair) => {
      const [written = '', furigana = ''] = pair.split(':');
      return [written, furigana];
    });

/** Family names, the frequent ones first. */
export const familyNames = readings(`
  佐藤:さとう 鈴木:すずき 高橋:たかはし 田中:たなか 伊藤:いとう 渡辺:わたなべ 山本:やまもと 中村:なかむら 小林:こばやし 加藤:かとう
  吉田:よしだ 山田:やまだ 佐々木:ささき 山口:やまぐち 松本:まつもと 井上:いのうえ 木村:きむら 林:はやし 斎藤:さいとう 清水:しみず
  山崎:やまざき 森:もり 池田:いけだ 橋本:はしもと 阿部:あべ 石川:いしかわ 山下:やました 中島:なかじま 石井:いしい 小川:おがわ
  前田:まえだ 岡田:おかだ 長谷川:はせがわ 藤田:ふじた 後藤:ごとう 近藤:こんどう 村上:むらかみ 遠藤:えんどう 青木:あおき 坂本:さかもと
  福田:ふくだ 太田:おおた 西村:にしむら 藤井:ふじい 金子:かねこ 岡本:おかもと 藤原:ふじわら 中野:なかの 三浦:みうら 原田:はらだ
  中川:なかがわ 松田:まつだ 竹内:たけうち 小野:おの 田村:たむら 中山:なかやま 和田:わだ 石田:いしだ 森田:もりた 上田:うえだ
  原:はら 内田:うちだ 柴田:しばた 酒井:さかい 宮崎:みやざき 横山:よこやま 高木:たかぎ 安藤:あんどう 宮本:みやもと 大野:おおの
  小島:こじま 谷口:たにぐち 今井:いまい 工藤:くどう 高田:たかだ 増田:ますだ 丸山:まるやま 杉山:すぎやま 村田:むらた 大塚:おおつか
  新井:あらい 小山:こやま 平野:ひらの 藤本:ふじもと 河野:こうの 上野:うえの 野口:のぐち 武田:たけだ 松井:まつい 千葉:ちば
  菅原:すがわら 岩崎:いわさき 久保:くぼ 木下:きのした 佐野:さの 野村:のむら 松尾:まつお 市川:いちかわ 菊地:きくち 杉本:すぎもと
  古川:ふるかわ 大西:おおにし 島田:しまだ 水野:みずの 桜井:さくらい 高野:たかの 吉川:よしかわ 山内:やまうち 西田:にしだ 飯田:いいだ
  菊池:きくち 西川:にしかわ 小松:こまつ 北村:きたむら 安田:やすだ 五十嵐:いがらし 川口:かわぐち 平田:ひらた 関:せき 中田:なかた
`);

/** Family names whose characters lie outside what old systems know: beyond the basic plane, compatibility ideographs, and outside JIS X 0208. */
export const rareFamilyNames = readings('𠮷田:よしだ 髙橋:たかはし 山﨑:やまざき 渡邉:わたなべ 𠮷川:よしかわ 髙木:たかぎ');

const mensNames = readings(`
  翔太:しょうた 大輔:だいすけ 健太:けんた 拓也:たくや 直樹:なおき 達也:たつや 和也:かずや 翔:しょう 誠:まこと 隆:たかし
  浩:ひろし 修:おさむ 明:あきら 学:まなぶ 剛:つよし 亮:りょう 淳:じゅん 徹:とおる 聡:さとし 進:すすむ
  大樹:だいき 蓮:れん 悠斗:ゆうと 颯太:そうた 陽介:ようすけ 雄一:ゆういち 健一:けんいち 正人:まさと 義男:よしお 和夫:かずお
  孝之:たかゆき 秀樹:ひでき 康平:こうへい 俊介:しゅんすけ 智也:ともや 裕太:ゆうた 祐介:ゆうすけ 慎也:しんや 浩二:こうじ 一郎:いちろう
`);
const womensNames = readings(`
  美咲:みさき 愛:あい 彩:あや 恵:めぐみ 由美子:ゆみこ 陽子:ようこ 裕子:ゆうこ 真由美:まゆみ 久美子:くみこ 智子:ともこ
  直美:なおみ 幸子:さちこ 明美:あけみ 千尋:ちひろ 葵:あおい 結衣:ゆい 陽菜:ひな 七海:ななみ 舞:まい 麻衣:まい
  沙織:さおり 香織:かおり 恵子:けいこ 洋子:ようこ 京子:きょうこ 和子:かずこ 由紀:ゆき 綾香:あやか 優花:ゆうか 桃子:ももこ
  さくら:さくら ひかり:ひかり みどり:みどり 遥:はるか 瞳:ひとみ 梓:あずさ 亜希子:あきこ 理恵:りえ 典子:のりこ 純子:じゅんこ
`);

/** Given names. */
export const givenNames = [...mensNames, ...womensNames];

/** Whose given name, as it is written, is a woman's. */
const women: ReadonlySet<string> = new Set(womensNames.map(([written]) => written));
export const isWomans = (given: string): boolean => women.has(given);
