// Words of the page in both languages, and numbers as people read them.
export const texts = {
  en: {
    hashrate: "Hash rate", accepted: "Accepted shares", blocks: "Blocks found", miners: "Miners", height: "Chain height",
    rateChart: "Hash rate", measured: "measured on this machine", fromShares: "estimated from shares",
    shareChart: "Shares", acceptedKey: "accepted", rejectedKey: "rejected", blockChart: "Blocks found",
    workers: "Workers of this machine", recentBlocks: "Latest blocks", connected: "Connected miners", payouts: "Payouts", connect: "Addresses",
    theme: "Light or dark", start: "Start mining", stop: "Stop mining",
    mining: "mining", stopped: "stopped", waiting: "waiting for work", unreachable: "connection lost, trying again", serving: "serving",
    rejectedNote: (n, late) => (late === "–" ? `${n} rejected` : `${n} rejected, ${late} late`), ofPool: (r) => `pool ${r}`, connections: (n) => `${n} connections`, next: "block reward goes to the miners",
    lastBlock: (t) => `last one ${t} ago`, noBlock: "none yet", loading: "loading …", difficulty: (d) => `difficulty ${d}`, tip: (t) => `tip ${t} ago`,
    worker: "Worker", flavour: "Kind", rate: "Rate", found: "Shares", health: "Health",
    block: "Height", hash: "Hash", finder: "Found by", reward: "Reward", when: "When", status: "Status",
    miner: "Miner", program: "Program", remote: "From", diff: "Difficulty", acceptedCol: "Accepted", rejectedCol: "Rejected",
    address: "Address", paid: "Paid", earned: "Earned", balance: "Owed", immature: "Immature", amount: "Amount", kind: "Who",
    miner_: "miner", operator_: "operator, fee", paidOut: "Payout history", inCoins: (unit) => (unit ? `amounts in ${unit}` : ""),
    luck: (p) => `luck ${p} %`, orphans: (n) => `${n} orphaned`, effort: (p) => `effort since the last block ${p} %`, effortCol: "Effort",
    noWorkers: "No miner runs in this process.", noBlocks: "No block yet.", noMiners: "No miner is connected.", noPayouts: "Nobody has earned anything yet.",
    stratum: "Miners connect to", node: "Coin node", metrics: "Metrics", data: "Data directory", scheme: "Payout scheme", upstream: "This machine mines on",
    scheme_: (s, fee, min) => `${s.toUpperCase()}, fee ${fee} %, from ${min} coins`, memory: "Memory", latency: "Share to reply (p50 / p99)",
    up: (t) => `running for ${t}`, minutes: "min", hour: "1 h", ago: (t) => `${t} ago`, chartEmpty: "The first samples are on their way.",
    accepted_: "accepted", refused_: "refused", found_: "found", confirmed_: "confirmed", orphaned_: "orphaned", pending_: "pending",
    healthy: "healthy", degraded: "degraded", failed: "failed", starting: "starting", paused: "paused", idle: "idle", powering_down: "powering down", deviceLost: "device gone",
    kawpow_light: (e) => `KawPow light cache of epoch ${e}`, kawpow_full: (e) => `KawPow dataset of epoch ${e}`, verthash_full: () => "Verthash data file",
    making: (what, percent, size, time) => `Making the ${what}: ${percent} % of ${size}, ${time} so far`,
    shareDifficulty: "Share difficulty", efficiency: "Efficiency", efficiencyNote: "of shares accepted", ping: "Ping",
    upstreams: "Pools of this machine", pool: "Pool", lastError: "Last problem", noUpstreams: "No pool is configured.", range: "Time shown",
    active_: "in use", standby_: "standing by", connecting_: "connecting", failed_: "failed",
    refusals: "Refused shares", reason: "Reason", noRefusals: "No share was refused.",
    lostAt: (time) => `Connection to otedama lost. The figures below are those of ${time}.`,
    noPool: (why) => `No pool gives work: ${why}`, noNode: (why) => `No coin node gives work: ${why}`,
    parts: "Rigs and pools", part: "Name", rig: "Rig", algorithm: "Algorithm", coin: "Coin", rigShown: "Rig shown", poolShown: "Pool shown",
    noToken: "This page needs the address that otedama printed when it started (it carries a token).",
  },
  ja: {
    hashrate: "ハッシュレート", accepted: "承認されたシェア", blocks: "発見ブロック", miners: "マイナー", height: "ブロック高",
    rateChart: "ハッシュレート", measured: "このマシンの実測値", fromShares: "シェアからの推定値",
    shareChart: "シェア", acceptedKey: "承認", rejectedKey: "拒否", blockChart: "発見ブロック",
    workers: "このマシンのワーカー", recentBlocks: "最近のブロック", connected: "接続中のマイナー", payouts: "支払い", connect: "接続先",
    theme: "明るさ", start: "採掘を開始", stop: "採掘を停止",
    mining: "採掘中", stopped: "停止中", waiting: "ジョブ待ち", unreachable: "接続が切れました。再接続しています", serving: "稼働中",
    rejectedNote: (n, late) => (late === "–" ? `拒否 ${n}` : `拒否 ${n}、遅延 ${late}`), ofPool: (r) => `プール ${r}`, connections: (n) => `接続 ${n}`, next: "",
    lastBlock: (t) => `最新は${t}前`, noBlock: "まだありません", loading: "読み込み中…", difficulty: (d) => `難易度 ${d}`, tip: (t) => `先端は${t}前`,
    worker: "ワーカー", flavour: "種類", rate: "速度", found: "シェア", health: "状態",
    block: "高さ", hash: "ハッシュ", finder: "発見者", reward: "報酬", when: "時刻", status: "状態",
    miner: "マイナー", program: "ソフト", remote: "接続元", diff: "難易度", acceptedCol: "承認", rejectedCol: "拒否",
    address: "アドレス", paid: "支払済み", earned: "獲得", balance: "未払い", immature: "未成熟", amount: "金額", kind: "区分",
    miner_: "マイナー", operator_: "運営(手数料)", paidOut: "支払い履歴", inCoins: (unit) => (unit ? `単位 ${unit}` : ""),
    luck: (p) => `ラック ${p} %`, orphans: (n) => `孤立 ${n}`, effort: (p) => `前回ブロックからの労力 ${p} %`, effortCol: "労力",
    noWorkers: "このプロセスでは採掘していません。", noBlocks: "まだブロックはありません。", noMiners: "接続中のマイナーはありません。", noPayouts: "まだ報酬はありません。",
    stratum: "マイナーの接続先", node: "コインノード", metrics: "メトリクス", data: "データディレクトリ", scheme: "分配方式", upstream: "このマシンの採掘先",
    scheme_: (s, fee, min) => `${s.toUpperCase()}、手数料 ${fee} %、最低支払額 ${min}`, memory: "メモリ", latency: "シェア応答時間 (p50 / p99)",
    up: (t) => `稼働時間 ${t}`, minutes: "分", hour: "1 時間", ago: (t) => `${t}前`, chartEmpty: "最初のデータを待っています。",
    accepted_: "承認", refused_: "拒否", found_: "発見", confirmed_: "確定", orphaned_: "孤立", pending_: "未確定",
    healthy: "正常", degraded: "低下", failed: "停止", starting: "起動中", paused: "休止", idle: "待機", powering_down: "電源オフ中", deviceLost: "装置なし",
    kawpow_light: (e) => `KawPow ライトキャッシュ(エポック ${e})`, kawpow_full: (e) => `KawPow データセット(エポック ${e})`, verthash_full: () => "Verthash データファイル",
    making: (what, percent, size, time) => `${what}を作成中: ${size} の ${percent} %、経過 ${time}`,
    shareDifficulty: "シェア難易度", efficiency: "有効率", efficiencyNote: "承認されたシェアの割合", ping: "応答時間",
    upstreams: "このマシンの採掘先プール", pool: "プール", lastError: "直近の問題", noUpstreams: "プールは設定されていません。", range: "表示期間",
    active_: "使用中", standby_: "待機中", connecting_: "接続中", failed_: "失敗",
    refusals: "拒否されたシェア", reason: "理由", noRefusals: "拒否されたシェアはありません。",
    lostAt: (time) => `otedama との接続が切れました。下の数値は ${time} 時点のものです。`,
    noPool: (why) => `どのプールからもジョブが来ません: ${why}`, noNode: (why) => `どのコインノードからもジョブが来ません: ${why}`,
    parts: "リグとプール", part: "名前", rig: "リグ", algorithm: "アルゴリズム", coin: "コイン", rigShown: "表示するリグ", poolShown: "表示するプール",
    noToken: "このページを開くには、otedama の起動時に表示されたアドレス(トークン付き)が必要です。",
  },
};

const units = { en: ["s", "min", "h", "d"], ja: ["秒", "分", "時間", "日"] };

export function scaled(value, unit) {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  const prefixes = ["", "k", "M", "G", "T", "P", "E"];
  let step = 0;
  while (value >= 1000 && step < prefixes.length - 1) { value /= 1000; step++; }
  if (step === 0 && value > 0 && value < 1) return `${value < 1e-6 ? value.toExponential(1) : Number(value.toPrecision(2))} ${unit}`.trim();
  const digits = value >= 100 || (step === 0 && Number.isInteger(value)) ? 0 : value >= 10 ? 1 : 2;
  return `${value.toFixed(digits)} ${prefixes[step]}${unit}`.trim();
}

export const hashrate = (value) => scaled(value, "H/s");
export const count = (value) => (value === null || value === undefined ? "–" : Number(value).toLocaleString("en-US"));

export function duration(seconds, language) {
  const [s, m, h, d] = units[language];
  const gap = language === "en" ? " " : "";
  seconds = Math.max(0, Math.floor(seconds));
  if (seconds < 60) return `${seconds}${gap}${s}`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}${gap}${m}`;
  if (seconds < 86400) return `${Math.floor(seconds / 3600)}${gap}${h} ${Math.floor((seconds % 3600) / 60)}${gap}${m}`;
  return `${Math.floor(seconds / 86400)}${gap}${d} ${Math.floor((seconds % 86400) / 3600)}${gap}${h}`;
}

export const shorten = (text, head = 10, tail = 6) => (text.length > head + tail + 1 ? `${text.slice(0, head)}…${text.slice(-tail)}` : text);
