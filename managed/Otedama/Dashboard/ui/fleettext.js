// Words of the fleet's page in both languages.
export const texts = {
  en: {
    fleet: "Fleet", back: "Back to this machine", rate: "Hash rate", devices: "Devices", power: "Power", alarms: "Alarms", range: "Time shown", close: "close", theme: "Light or dark",
    heatChart: "Temperature", chip: "chip", regulator: "regulator", fan: "Fan", device: "Device", model: "Model", status: "State", temperature: "Chip", efficiency: "J/TH", uptime: "Up", pool: "Pool", user: "Pays",
    alarm: "Alarm", since: "Since", text: "What", board: "Board", chips: "Chips", errors: "Errors", clock: "Clock", hours: (n) => (n < 24 ? `${n} h` : `${n / 24} d`),
    mining: "mining", idle: "idle", paused: "paused", booting: "booting", throttled: "throttled", fault: "fault", unreachable: "unreachable", flashing: "being written", unknown: "not seen yet",
    noDevices: "No device was found yet.", noFleet: "No fleet is configured: name its devices in asic.fleet.devices, or their networks in asic.fleet.ranges.", noAlarms: "No alarm.", noPools: "It does not say its pools.", noChains: "It does not say its boards.",
    answering: (n, of) => `${n} of ${of} answer`, withAlarms: (n) => (n === 1 ? "1 device" : `${n} devices`), perTh: (j) => `${j} J/TH`, powerOf: (n, of) => `of ${n} of ${of} devices that say their power`, polls: (a, m) => `${a} requests answered, ${m} not`,
    before: "Before", after: "Next", page: (from, to, of) => `${from}–${to} of ${of}`,
    good: "all is well", ill: (n) => `${n} with alarms`, lost: "connection lost, trying again", stranger: "not logged in: otedama token link prints an address to open, once", ago: (time) => `${time} ago`, usual: (r) => `usually ${r}`, ofExpected: (p) => `${p} % of expected`,
    id: "Id", address: "Address", group: "Group", firmware: "Firmware", lastStart: "Last start", setting: "Setting", shares: "Shares", wifi: "Wi-Fi", tuning: "Tuning", problem: "Problem", inUse: "in use", acceptedOf: (a, r) => `${a} accepted, ${r} rejected`,
    notice: "notice", warning: "warning", critical: "critical", security: "security", open: "Most miners ask nobody for a password: whoever is in their network can change whom they pay. Give them a network of their own.", causeOf: (n) => `${n} devices`,
  },
  ja: {
    fleet: "フリート", back: "このマシンへ戻る", rate: "ハッシュレート", devices: "装置", power: "電力", alarms: "警報", range: "表示期間", close: "閉じる", theme: "明るさ",
    heatChart: "温度", chip: "チップ", regulator: "電源回路", fan: "ファン", device: "装置", model: "機種", status: "状態", temperature: "チップ", efficiency: "J/TH", uptime: "稼働", pool: "プール", user: "支払い先",
    alarm: "警報", since: "発生", text: "内容", board: "基板", chips: "チップ数", errors: "誤り", clock: "クロック", hours: (n) => (n < 24 ? `${n} 時間` : `${n / 24} 日`),
    mining: "採掘中", idle: "待機", paused: "休止", booting: "起動中", throttled: "減速中", fault: "故障", unreachable: "応答なし", flashing: "書き込み中", unknown: "未確認",
    noDevices: "まだ装置は見つかっていません。", noFleet: "フリートは設定されていません。asic.fleet.devices に装置、または asic.fleet.ranges にネットワークを書いてください。", noAlarms: "警報はありません。", noPools: "プールを報告しません。", noChains: "基板を報告しません。",
    answering: (n, of) => `${of} 台中 ${n} 台が応答`, withAlarms: (n) => `${n} 台`, perTh: (j) => `${j} J/TH`, powerOf: (n, of) => `電力を報告する装置 ${of} 台中 ${n} 台`, polls: (a, m) => `応答 ${a}、無応答 ${m}`,
    before: "前へ", after: "次へ", page: (from, to, of) => `${of} 台中 ${from}–${to}`,
    good: "正常", ill: (n) => `警報 ${n} 台`, lost: "接続が切れました。再接続しています", stranger: "ログインしていません。otedama token link が表示するアドレスを開いてください(一度だけ有効)", ago: (time) => `${time}前`, usual: (r) => `通常 ${r}`, ofExpected: (p) => `期待値の ${p} %`,
    id: "ID", address: "アドレス", group: "グループ", firmware: "ファームウェア", lastStart: "前回の起動", setting: "設定", shares: "シェア", wifi: "Wi-Fi", tuning: "調整", problem: "問題", inUse: "使用中", acceptedOf: (a, r) => `承認 ${a}、拒否 ${r}`,
    notice: "通知", warning: "注意", critical: "重大", security: "セキュリティ", open: "多くのマイナーはパスワードを求めません。同じネットワークにいる誰もが支払い先を変更できます。専用のネットワークに置いてください。", causeOf: (n) => `${n} 台`,
  },
};
