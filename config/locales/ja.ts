/**
 * What people read, in Japanese. This file is the catalogue's original: its keys and placeholders are the types of all others (`texts.ts`).
 * The words are those of the sources: 端末機等借用願, 使用者, 使用期間, PC管理番号, データ消去確認 (004:746-764), 紛失・盗難届 (004:654); spelling follows the rules for
 * official documents (公用文). A new code is a line here and its translation in `en.ts`.
 *
 * Placeholders: `{{name}}` as it is, `{{name, format}}` put into words. Formats: `date` (a day, or the day of an instant in Tokyo), `lastDay` (the day that ends
 * at an instant), or a section of this file whose code (or codes, separated by commas) the value is.
 */
export const ja = {
  /** What stands around every mail. */
  frame: {
    subject: '【テレワーク】{{subject}}',
    subjectWithNumber: '【テレワーク】{{subject}}（{{receiptNumber}}）',
    greeting: '{{recipient}} 様',
    receiptNumber: '受付番号：{{receiptNumber}}',
    link: '詳細・手続はこちら：{{link}}',
    closing: 'このメールは、テレワーク事務のシステムから自動で送信しています。',
  },

  /** By template. Of itself every mail knows `recipient`, `receiptNumber` and `link`; from a parameter `staff` (a staff number) comes `person`, the name. */
  mail: {
    loanRequested: {
      subject: '端末機等借用願の承認のお願い',
      body: [
        '端末機等借用願の提出がありました。',
        '',
        '使用者：{{person}}',
        '使用期間：{{from, date}}から{{until, date}}まで',
        '',
        '回答期限が近いため、お知らせします。内容を確認の上、承認又は不承認の手続をお願いします。',
      ],
    },
    loanApproved: {
      subject: '端末機等借用願の承認',
      body: [
        '端末機等借用願が承認されました。',
        '',
        '使用期間：{{from, date}}から{{until, date}}まで',
        '',
        '端末機の準備ができましたら、改めてお知らせします。空きがない場合は、提出の早い順に貸し出しますので、お待ちください。',
      ],
    },
    loanRefused: {
      subject: '端末機等借用願の不承認',
      body: ['端末機等借用願は承認されませんでした。', '', '理由は、次の画面で確認してください。'],
    },
    loanReserved: {
      subject: '端末機の確保',
      body: [
        'お待ちいただいていた端末機を確保しました。',
        '',
        'PC管理番号：{{assetTag}}',
        '使用期間の末日：{{until, date}}',
        '',
        '端末機の準備ができましたら、改めてお知らせします。不要となった場合は、取下げの手続をしてください。',
      ],
    },
    loanReadyForPickup: {
      subject: '端末機の準備完了',
      body: [
        '貸し出す端末機の準備ができました。',
        '',
        'PC管理番号：{{assetTag}}',
        '受取期限：{{collectBy, lastDay}}',
        '返却期限：{{until, date}}',
        '',
        '期限までに受け取り、利用条件を確認の上、受領の手続をしてください。期限までに受取がない場合は、貸出しを取り消します。',
      ],
    },
    loanReassigned: {
      subject: '貸し出す端末機の変更',
      body: [
        '貸し出す端末機を変更しました。',
        '',
        '変更後のPC管理番号：{{assetTag}}',
        '使用期間の末日：{{until, date}}',
        '',
        '端末機の準備ができましたら、改めてお知らせします。',
      ],
    },
    loanRequeued: {
      subject: '端末機の貸出しの遅れ',
      body: [
        '予定していた端末機を貸し出すことができなくなりました。',
        '',
        '次に空いた端末機を優先して確保し、改めてお知らせします。不要となった場合は、取下げの手続をしてください。',
      ],
    },
    loanHandedOver: {
      subject: '端末機の受領（控え）',
      body: [
        '端末機の受領を記録しました。このメールを控えとして保管してください。',
        '',
        'PC管理番号：{{assetTag}}',
        '返却期限：{{until, date}}',
        '確認した利用条件の版：{{terms}}',
        '',
        '紛失し、又は盗難に遭ったときは、直ちに所属長及び情報担当課に報告し、紛失・盗難届を提出してください。使用後は、速やかに返却してください。',
      ],
    },
    extensionAsked: {
      subject: '使用期間の延長の承認のお願い',
      body: [
        '端末機の使用期間の延長について、申出がありました。',
        '',
        '使用者：{{person}}',
        '延長後の使用期間の末日：{{until, date}}',
        '',
        '回答期限が近いため、お知らせします。内容を確認の上、承認又は不承認の手続をお願いします。',
      ],
    },
    extensionGranted: {
      subject: '使用期間の延長の承認',
      body: ['端末機の使用期間の延長が承認されました。', '', '変更後の返却期限：{{until, date}}', '', '期限までに返却してください。'],
    },
    extensionDeclined: {
      subject: '使用期間の延長の不承認',
      body: [
        '端末機の使用期間の延長は承認されませんでした。',
        '',
        '返却期限：{{until, date}}（変更ありません。）',
        '',
        '期限までに返却してください。',
      ],
    },
    loanWithdrawn: {
      subject: '端末機等借用願の取下げ',
      body: [
        '端末機等借用願が取り下げられたため、次の端末機の貸出しを取りやめました。',
        '',
        'PC管理番号：{{assetTag}}',
        '',
        '準備をしていた場合は、中止してください。端末機は、次の貸出しに充てられます。',
      ],
    },
    loanExpired: {
      subject: '端末機等借用願の失効',
      body: [
        '期限までに所属長の回答がなかったため、又は使用期間内に貸し出すことができる端末機がなかったため、端末機等借用願は失効しました。',
        '',
        '引き続き端末機が必要な場合は、改めて端末機等借用願を提出してください。',
      ],
    },
    loanNotCollected: {
      subject: '端末機の貸出しの取消し',
      body: [
        '受取期限までに受取がなかったため、端末機の貸出しを取り消しました。',
        '',
        'PC管理番号：{{assetTag}}',
        '',
        '引き続き端末機が必要な場合は、改めて端末機等借用願を提出してください。',
      ],
    },
    loanRecalled: {
      subject: '端末機の貸出しの取消し・返却のお願い',
      body: [
        '端末機の貸出しを続けることができなくなりました。',
        '',
        'PC管理番号：{{assetTag}}',
        '',
        '端末機を受け取っている場合は、直ちに返却してください。まだ受け取っていない場合は、貸出しを取り消しました。理由は、次の画面で確認してください。',
      ],
    },
    lossReported: {
      subject: '【至急】端末機の紛失・盗難の報告',
      body: [
        '貸し出した端末機について、{{how, lossKind}}の報告がありました。直ちに対応してください。',
        '',
        'PC管理番号：{{assetTag}}',
        '使用者：{{person}}',
        '',
        '端末機の貸出しは停止しています。紛失・盗難届の内容を確認し、端末機が見つかったとき、又は見つかる見込みがないときは、その旨を記録してください。',
      ],
    },
    deviceFound: {
      subject: '紛失・盗難の端末機の発見',
      body: [
        '紛失又は盗難の報告があった端末機が見つかりました。',
        '',
        'PC管理番号：{{assetTag}}',
        '',
        'データの消去及びデータ消去確認を行った後、再び貸し出します。手続は必要ありません。',
      ],
    },
    deviceWrittenOff: {
      subject: '紛失・盗難の端末機の除却',
      body: [
        '紛失又は盗難の報告があった端末機は、見つからないものとして除却しました。',
        '',
        'PC管理番号：{{assetTag}}',
        '',
        '端末機が見つかった場合は、直ちに情報担当課に届け出てください。',
      ],
    },
    loanReturned: {
      subject: '端末機の返却（控え）',
      body: [
        '端末機等の返却を確認しました。このメールを控えとして保管してください。',
        '',
        'PC管理番号：{{assetTag}}',
        '',
        'この後、データの消去及びデータ消去確認を行います。手続は必要ありません。',
      ],
    },
    accessoryMissing: {
      subject: '端末機の返却（控え）・付属品の返却のお願い',
      body: [
        '端末機の返却を確認しましたが、次の付属品が返却されていません。',
        '',
        'PC管理番号：{{assetTag}}',
        '未返却の付属品：{{missing, accessory}}',
        '',
        '付属品を速やかに返却してください。紛失した場合は、情報担当課に申し出てください。',
      ],
    },
    erasureRejected: {
      subject: 'データ消去のやり直しのお願い',
      body: [
        'データ消去確認の結果、データの消去が確認できませんでした。',
        '',
        'PC管理番号：{{assetTag}}',
        '',
        'データの消去をやり直し、記録してください。理由は、次の画面で確認してください。',
      ],
    },
    loanClosed: {
      subject: '端末機の貸出しの終了',
      body: [
        '返却された端末機のデータ消去確認が終わり、この貸出しの手続は全て終了しました。',
        '',
        'PC管理番号：{{assetTag}}',
        '',
        '手続は必要ありません。',
      ],
    },
    morningDigest: {
      subject: '手続待ちの案件（{{total}}件）',
      body: [
        '次の案件が手続を待っています。',
        '',
        '{{items}}',
        '',
        'それぞれの手続をお願いします。行き違いで手続がお済みの場合は、御容赦ください。',
      ],
      /** One line of `items`; `step` is `procedure.step`, `who` the kind of the capacity in which the reader is asked. */
      item: '・{{receiptNumber}}　{{step, step}}（{{since, date}}から。{{who, capacity}}として）',
    },
  },

  procedure: { 'device-loan': '端末機等の貸出し' },

  status: {
    'device-loan': {
      requested: '承認待ち',
      refused: '不承認',
      withdrawn: '取下げ',
      expired: '失効',
      cancelled: '取消し',
      approved: '端末機の空き待ち',
      reserved: '準備中',
      prepared: '受取待ち',
      handedOver: '貸出中',
      lost: '紛失・盗難',
      writtenOff: '除却',
      returned: 'データ消去待ち',
      erased: 'データ消去確認待ち',
      erasureFailed: 'データ消去不能',
      destructionRecorded: '破壊の確認待ち',
      destroyed: '破壊済み',
      released: '返却・消去確認済み',
    },
  },

  step: {
    'device-loan': {
      request: '端末機等借用願の提出',
      approve: '端末機等借用願の承認',
      refuse: '端末機等借用願の不承認',
      withdraw: '端末機等借用願の取下げ',
      expire: '端末機等借用願の失効',
      recall: '貸出しの取消し・返却の求め',
      reserve: '端末機の確保',
      reassign: '端末機の変更',
      requeue: '順番待ちへの差戻し',
      chooseDevice: '別の端末機の選択',
      prepare: '端末機の準備',
      handOver: '端末機の引渡し',
      receive: '端末機の受領',
      askExtension: '使用期間の延長の申出',
      decideExtension: '使用期間の延長の承認・不承認',
      notCollected: '受取期限の経過による取消し',
      takeBack: '端末機の返却の受付',
      reportLoss: '紛失・盗難届',
      find: '端末機の発見',
      writeOff: '端末機の除却',
      erase: 'データの消去',
      failErasure: 'データの消去不能の記録',
      rejectErasure: 'データ消去確認の差戻し',
      confirmErasure: 'データ消去確認',
      destroy: '端末機の物理的な破壊',
      confirmDestruction: '物理的な破壊の確認',
      accountFor: '未返却の付属品の処理',
    },
  },

  /** Why a rule refuses a step: `field` and `limit` as the rule gives them, `article` is its source. */
  refusal: {
    ownRequest: '本人が提出した申請について、本人が承認し、又は不承認とすることはできません（根拠：{{article}}）。',
    secondPerson: 'データ消去確認は、使用者及び消去を行った者以外の職員が行ってください（根拠：{{article}}）。',
    deviceNotFree: '端末機{{limit}}は、この期間に貸し出すことができません（根拠：{{article}}）。',
    devicePromised: '延長後の期間は、この端末機の次の貸出しが決まっています（根拠：{{article}}）。',
    deviceNotReleased: 'この端末機は、返却又はデータ消去確認が終わっていないため、引き渡すことができません（根拠：{{article}}）。',
    sameDevice: '既に確保している端末機{{limit}}と同じです。別の端末機を選択してください（根拠：{{article}}）。',
    wrongDevice: '確保している端末機（PC管理番号{{limit}}）と異なります（根拠：{{article}}）。',
    fingerprintNeeded: '指紋認証設定が済んでいません（根拠：{{article}}）。',
    methodTooWeak:
      'この方法では、データの消去が不十分です。「{{limit, erasureMethod}}」以上の方法で消去してください（根拠：{{article}}）。',
    mustBeDestroyed: 'このデータを取り扱った端末機は、物理的に破壊しなければなりません（根拠：{{article}}）。',
    personalData: '個人情報を持ち出すことはできません（根拠：{{article}}）。',
    dataNotListed: '持ち出したデータの一覧を記入してください（根拠：{{article}}）。',
    periodInPast: '使用期間の初日は、{{limit, date}}以後としてください（根拠：{{article}}）。',
    periodOrder: '使用期間の末日は、初日（{{limit, date}}）以後としてください（根拠：{{article}}）。',
    periodTooLong: '使用期間は、延長を含めて{{limit}}日以内としてください（根拠：{{article}}）。',
    tooFarAhead: '使用期間の初日は、本日から{{limit}}日以内としてください（根拠：{{article}}）。',
    extensionNotLater: '延長後の使用期間の末日は、現在の末日（{{limit, date}}）より後としてください（根拠：{{article}}）。',
    kindNotOffered: 'この種類の端末機は貸し出していません。貸し出しているもの：{{limit, deviceKind}}（根拠：{{article}}）。',
    accessoryUnknown: '貸し出していない付属品が含まれています。貸し出しているもの：{{limit, accessory}}（根拠：{{article}}）。',
    notHandedOut: '貸し出していない付属品が含まれています。貸し出したもの：{{limit, accessory}}（根拠：{{article}}）。',
    notMissing: 'この付属品は、未返却ではありません。未返却のもの：{{limit, accessory}}（根拠：{{article}}）。',
    otherTerms: '確認した利用条件の版が異なります。{{limit}}版を確認の上、受領の手続をしてください（根拠：{{article}}）。',
    notYourDepartment: '本人の所属ではありません（根拠：{{article}}）。',
  },

  /** Titles of the problem details that the API answers with. */
  problem: {
    malformed: '入力に誤りがあります。',
    unauthenticated: 'ログインしてください。',
    wrongPassword: '職員番号又はパスワードが違います。',
    forbidden: 'この手続を行う権限がありません。',
    notFound: '見つかりません。',
    methodNotAllowed: 'この操作はできません。',
    notDue: '現在、この手続を行うことはできません。',
    conflict: '別の変更と競合しました。最新の内容を確認してください。',
    tooLarge: '送信されたデータが大きすぎます。',
    unsupportedMediaType: '送信されたデータの形式には対応していません。',
    ruleRefuses: '規則により、この手続を行うことはできません。',
    keyReused: '同じ Idempotency-Key が、異なる内容で使われています。',
    keyNeeded: 'Idempotency-Key が必要です。',
    tooMany: 'アクセスが集中しています。しばらくしてからやり直してください。',
    away: 'ただいま利用できません。しばらくしてからやり直してください。',
    changed: 'その間に変更されています。もう一度確認してください。',
    versionNeeded: 'If-Matchヘッダーが必要です。',
    internal: 'システムに問題が発生しました。',
  },

  /** What is wrong with one field of what was handed in. */
  invalid: {
    required: '入力が必要です。',
    wrongType: '型が違います（{{limit}}）。',
    unknownField: 'この項目はありません。',
    notOneOf: '次のいずれかにしてください：{{limit}}。',
    tooSmall: '短すぎるか、小さすぎます（{{limit}}以上）。',
    tooLarge: '長すぎるか、大きすぎます（{{limit}}以下）。',
    wrongForm: '形式が正しくありません。',
    wrongEncoding: 'UTF-8で送ってください。',
    repeated: '同じものが重複しています。',
  },

  field: {
    staffNumber: '職員番号',
    password: 'パスワード',
    kind: '端末機の種類',
    accessories: '付属品',
    accessory: '付属品',
    from: '使用期間の初日',
    until: '使用期間の末日',
    data: '持出データ',
    personalData: '個人情報の有無',
    reason: '理由',
    assetTag: 'PC管理番号',
    fingerprintEnrolled: '指紋認証設定',
    collectedBy: '受け取った者',
    returnedBy: '返却した者',
    terms: '利用条件の版',
    granted: '承認の可否',
    how: '区分',
    report: '紛失・盗難の状況',
    method: '消去の方法',
    tool: '消去に用いたソフトウェア等',
    toolVersion: '消去に用いたソフトウェア等の版',
    dataClass: '取り扱ったデータの区分',
    certificate: '完了証明書の番号',
    department: '所属',
    status: '状況',
    cursor: '続きの位置',
    limit: '件数',
  },

  deviceKind: { laptop: 'ノートパソコン', wifiRouter: 'モバイルWi-Fiルーター', smartphone: 'スマートフォン', tablet: 'タブレット端末' },
  accessory: {
    wire: 'セキュリティワイヤー',
    mouse: 'マウス',
    charger: '充電器',
    bag: 'バッグ',
    privacyFilter: 'のぞき見防止フィルター',
    cable: 'ケーブル',
  },
  /** NIST SP 800-88 Clear, Purge, Destroy; an initialised operating system is none of these. */
  erasureMethod: { initialise: 'OSの初期化', clear: '上書き消去', purge: '抹消（暗号化消去等）', destroy: '物理的な破壊' },
  dataClass: {
    myNumber: '個人番号利用事務系の住民情報',
    confidential: '機密性2以上の情報',
    public: '機密性1の情報',
  },
  lossKind: { loss: '紛失', theft: '盗難' },

  /** In which capacity somebody acts or is asked, by its kind. */
  capacity: {
    staff: '本人',
    head: '所属長',
    superior: '上位の所属長',
    keeper: '端末管理者',
    promoter: 'プロモーター',
    it: '情報担当課',
    hr: '人事担当課',
    admin: 'システム管理者',
    committee: '働き方改革向上委員会',
    personnel: '人事担当',
    mayor: '決裁権者',
    emergencyAuthority: '緊急権限者',
  },
} as const;
