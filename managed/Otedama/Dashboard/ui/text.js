// Words of the page in both languages, and numbers as people read them.
export const texts = {
  en: {
    hashrate: "Hash rate", accepted: "Accepted shares", blocks: "Blocks found", miners: "Miners", height: "Chain height",
    rateChart: "Hash rate", measured: "measured on this machine", fromShares: "estimated from shares",
    shareChart: "Shares", acceptedKey: "accepted", rejectedKey: "rejected", blockChart: "Blocks found",
    workers: "Workers of this machine", recentBlocks: "Latest blocks", connected: "Connected miners", payouts: "Payouts", connect: "Addresses",
    fleetLink: (n, ill) => `Fleet: ${n} devices, ${ill} with alarms`,
    theme: "Light or dark", start: "Start mining", stop: "Stop mining",
    mining: "mining", stopped: "stopped", waiting: "waiting for work", unreachable: "connection lost, trying again", serving: "serving",
    rejectedNote: (n, late) => (late === "–" ? `${n} rejected` : `${n} rejected, ${late} late`), ofPool: (r) => `pool ${r}`, connections: (n) => `${n} connections`, next: "block reward goes to the miners",
    lastBlock: (t) => `last one ${t} ago`, noBlock: "none yet", loading: "loading …", difficulty: (d) => `difficulty ${d}`, tip: (t) => `tip ${t} ago`,
    worker: "Worker", flavour: "Kind", rate: "Rate", found: "Shares", health: "Health",
    devices: "Hardware of this machine", device: "Device", temperature: "Temperature", power: "Power", fan: "Fan", clockRate: "Clock", perJoule: "Efficiency",
    condition: "Condition", hottest: (c) => `hottest place ${c}`, memoryAt: (c) => `memory ${c}`, memoryClock: (mhz) => `memory ${mhz}`, ofLimit: (w) => `of ${w}`, fine: "as it should be",
    throttle_power: "at its power limit", throttle_heat: "slowed by heat", throttle_hardware: "slowed by its hardware", staleDevice: "its driver does not answer",
    wrongAnswers: (n) => `${n} wrong answers`, timesLost: (n) => `lost ${n} times`,
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
    sharechain: "Share chain", ownRules: "own rules", privateChain: "private", chainHeight: (n) => `height ${n}`,
    ourShare: "ours", otherShare: "of others", uncleKey: "uncle", besideKey: "not listed yet", ours: "ours", sync: "History fetched",
    expectedPayout: "Expected payout", ofNextBlock: (p) => `${p} of the next block, on average`, ownShares: "Our shares in the window",
    ownNote: (n, each) => `${n} uncle${n === "1" ? "" : "s"}; ${each === null ? "nobody mines here now" : `one every ${each}`}`, inWindow: "Shares paid for",
    windowNote: (uncles, payees) => `${uncles} uncles, ${payees} addresses`, poolLuck: "Luck in the window", luckNote: (n, expected) => `${n} blocks, ${expected} expected`,
    luckUnknown: "not counted for this coin", chainRate: "Hash rate of the chain", newest: (time) => `newest share ${time} ago`,
    sync_alone: "No peer is connected: this node goes on with the chain by itself. Miners get work.",
    sync_fetching: "A peer has a heavier chain, which is being fetched. Miners get work, but until it is here what they find may be for nothing.",
    sync_level: "No peer knows of more work. Miners get work.", gateShut: (why) => `Miners wait: ${why}`,
    fetched: (had, of, from) => `${had} of ${of} shares from ${from}`,
    nanoFits: (n, time) => `Our miners find ${n} shares in a window of ${time}. With fewer than 20 payouts swing widely; the chain for small miners fits better: p2p.chain: nano`,
    chainKeys: "Newest shares: arrow keys move, Home and End jump", chainLabel: (n, own, uncles) => `The newest ${n} shares, ${own} of them ours, ${uncles} uncles`,
    inChain: "in the chain", isUncle: "uncle", isBeside: "beside the chain, not listed yet", heightOf: (n) => `height ${n}`, pays: "pays", noShares: "No share yet.",
    tipPays: "A block now would pay", tipNote: (reward, unit, n) => `${reward} ${unit}, at most ${n} addresses`, noTip: "Nobody yet: the finder would get everything.",
    poolBlocks: "Blocks of the pool", poolBlocksNote: "whoever found them; each paid its miners itself", toUs: "To us", unseen_: "not seen yet",
    noPoolBlocks: "None since this node knows the chain.",
    partCol: "Part", why: "Why", exact: "exact", slot: "by lot", exactWhy: "its part of the window, to the unit",
    slotWhy: "too small for an output in every block; drawn for this one by the newest share's id, so that the average is right",
    peers: "Peers", noPeers: "No peer is connected.", peersLabel: (n) => `${n} peers around this node, by round trip`, thisNode: "this node", notMeasured: "not measured yet", region: "Region", near: "near", direction: "Way", in_: "came to us", out_: "called by us",
    roundTrip: "Round trip", since: "For", traffic: "Received / sent", points: "Points", chainScheme: (set, fee) => `share chain ${set}, fee ${fee} %`,
    noToken: "This page needs the address that otedama printed when it started (it carries a token).",
  },
  ja: {
    hashrate: "ハッシュレート", accepted: "承認されたシェア", blocks: "発見ブロック", miners: "マイナー", height: "ブロック高",
    rateChart: "ハッシュレート", measured: "このマシンの実測値", fromShares: "シェアからの推定値",
    shareChart: "シェア", acceptedKey: "承認", rejectedKey: "拒否", blockChart: "発見ブロック",
    workers: "このマシンのワーカー", recentBlocks: "最近のブロック", connected: "接続中のマイナー", payouts: "支払い", connect: "接続先",
    fleetLink: (n, ill) => `フリート: ${n} 台、警報 ${ill} 台`,
    theme: "明るさ", start: "採掘を開始", stop: "採掘を停止",
    mining: "採掘中", stopped: "停止中", waiting: "ジョブ待ち", unreachable: "接続が切れました。再接続しています", serving: "稼働中",
    rejectedNote: (n, late) => (late === "–" ? `拒否 ${n}` : `拒否 ${n}、遅延 ${late}`), ofPool: (r) => `プール ${r}`, connections: (n) => `接続 ${n}`, next: "",
    lastBlock: (t) => `最新は${t}前`, noBlock: "まだありません", loading: "読み込み中…", difficulty: (d) => `難易度 ${d}`, tip: (t) => `先端は${t}前`,
    worker: "ワーカー", flavour: "種類", rate: "速度", found: "シェア", health: "状態",
    devices: "このマシンのハードウェア", device: "装置", temperature: "温度", power: "電力", fan: "ファン", clockRate: "クロック", perJoule: "電力効率",
    condition: "状態", hottest: (c) => `最高温部 ${c}`, memoryAt: (c) => `メモリ ${c}`, memoryClock: (mhz) => `メモリ ${mhz}`, ofLimit: (w) => `上限 ${w}`, fine: "正常",
    throttle_power: "電力上限で動作中", throttle_heat: "熱で減速中", throttle_hardware: "ハードウェアが減速中", staleDevice: "ドライバーが応答しません",
    wrongAnswers: (n) => `誤答 ${n}`, timesLost: (n) => `切断 ${n} 回`,
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
    sharechain: "シェアチェーン", ownRules: "独自パラメータ", privateChain: "非公開", chainHeight: (n) => `高さ ${n}`,
    ourShare: "自分", otherShare: "他者", uncleKey: "アンクル", besideKey: "未収録", ours: "自分", sync: "履歴の取得",
    expectedPayout: "見込み報酬", ofNextBlock: (p) => `次のブロックの平均 ${p}`, ownShares: "対象範囲の自分のシェア",
    ownNote: (n, each) => `アンクル ${n}、${each === null ? "現在は採掘なし" : `平均 ${each}に 1 つ`}`, inWindow: "支払い対象のシェア",
    windowNote: (uncles, payees) => `アンクル ${uncles}、支払い先 ${payees}`, poolLuck: "対象範囲のラック", luckNote: (n, expected) => `ブロック ${n}、期待値 ${expected}`,
    luckUnknown: "このコインでは数えません", chainRate: "チェーン全体の速度", newest: (time) => `最新のシェアは${time}前`,
    sync_alone: "接続中のピアはありません。このノードだけでチェーンを続けます。マイナーにはジョブが届きます。",
    sync_fetching: "ピアがより重いチェーンを持っており、取得中です。ジョブは届きますが、取得が終わるまでの成果は無駄になる可能性があります。",
    sync_level: "これより重いチェーンを持つピアはいません。マイナーにはジョブが届きます。", gateShut: (why) => `マイナーは待機中: ${why}`,
    fetched: (had, of, from) => `${from} から ${of} 中 ${had} シェア`,
    nanoFits: (n, time) => `自分のマイナーのシェアは ${time}の対象範囲に平均 ${n} 個です。20 個未満では報酬が大きく変動します。小規模向けのチェーンが適しています: p2p.chain: nano`,
    chainKeys: "最新のシェア: 矢印キーで移動、Home と End で端へ", chainLabel: (n, own, uncles) => `最新の ${n} シェア、自分 ${own}、アンクル ${uncles}`,
    inChain: "チェーン内", isUncle: "アンクル", isBeside: "チェーン外、未収録", heightOf: (n) => `高さ ${n}`, pays: "支払い先", noShares: "まだシェアはありません。",
    tipPays: "今ブロックが見つかった場合の支払い", tipNote: (reward, unit, n) => `${reward} ${unit}、最大 ${n} アドレス`, noTip: "まだ誰もいません。発見者がすべて受け取ります。",
    poolBlocks: "プールのブロック", poolBlocksNote: "誰が見つけても、各ブロックが直接支払います", toUs: "自分への支払い", unseen_: "未確認",
    noPoolBlocks: "このノードがチェーンを知ってからはありません。",
    partCol: "割合", why: "理由", exact: "確定", slot: "抽選", exactWhy: "対象範囲の割合どおり、最小単位まで",
    slotWhy: "毎ブロック支払うには小さいため、最新シェアの ID による抽選。平均は割合どおりです",
    peers: "ピア", noPeers: "接続中のピアはありません。", peersLabel: (n) => `このノードから見たピア ${n}(往復時間別)`, thisNode: "このノード", notMeasured: "未計測", region: "地域", near: "近さで選択", direction: "方向", in_: "相手から接続", out_: "こちらから接続",
    roundTrip: "往復時間", since: "接続時間", traffic: "受信 / 送信", points: "減点", chainScheme: (set, fee) => `シェアチェーン ${set}、手数料 ${fee} %`,
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
