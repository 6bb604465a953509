// The page: fetches once, then follows the event stream; draws everything from one state object.
import { drawChainCards } from "./chaincard.js";
import { barChart, lineChart } from "./chart.js";
import { table, titled } from "./table.js";
import { count, duration, hashrate, scaled, shorten, texts } from "./text.js";

const $ = (id) => document.getElementById(id);
const ranges = [[300, "5"], [900, "15"], [3600, null]];
const remembered = (key, fallback) => { try { return localStorage.getItem(key) ?? fallback; } catch { return fallback; } };
const remember = (key, value) => { try { localStorage.setItem(key, value); } catch { /* private window: forgotten at the end */ } };

const state = {
  language: remembered("language", navigator.language.startsWith("ja") ? "ja" : "en"),
  theme: remembered("theme", matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light"),
  range: Number(remembered("range", 300)),
  rig: remembered("rig", ""), pool: remembered("pool", ""), // names of those whose figures are shown
  status: null, blocks: [], miners: [], payouts: [], paidOut: [], chainBlocks: null, unit: "", shares: [], peers: [], region: null, loaded: false, lost: false, heardAt: 0,
  history: { time: [], rigs: {}, pools: {} },
};
const t = (key, ...args) => { const text = texts[state.language][key]; return typeof text === "function" ? text(...args) : text ?? key; };
const now = () => Date.now() / 1000;

async function get(path) {
  const answer = await fetch(`api/v1/${path}`, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return answer.json();
}

async function loadTables() {
  const name = state.status.pool?.name, query = name ? `?pool=${encodeURIComponent(name)}` : "";
  const onChain = Boolean(state.status.pool?.sharechain);
  const [blocks, miners, payouts, shares, peers] = await Promise.all([
    get(`blocks${query}`), get(`miners${query}`), get(`payouts${query}`),
    onChain ? get(`sharechain/shares${query}&count=60`) : { shares: [] }, onChain ? get(`peers${query}`) : { peers: [] }]);
  if (state.status.pool?.name !== name) return; // another one was chosen meanwhile
  Object.assign(state, {
    blocks: blocks.blocks, miners: miners.miners, payouts: payouts.payouts, paidOut: payouts.history ?? [],
    chainBlocks: payouts.blocks ?? null, unit: payouts.unit ?? "",
    shares: shares.shares, peers: peers.peers, region: peers.region ?? null, loaded: true,
  });
}

// The way to the fleet's page, where there is a fleet.
async function loadFleet() {
  const fleet = await get("fleet?limit=1");
  $("fleet-link").hidden = !fleet.configured;
  $("fleet-link").textContent = t("fleetLink", count(fleet.of), count(fleet.ill));
}

async function loadAll() {
  const [status, history] = await Promise.all([get("status"), get("history")]);
  const named = (all) => Object.fromEntries(all.map((s) => [s.name, { rate: s.hashrate_hs, accepted: s.accepted, rejected: s.rejected, blocks: s.blocks }]));
  state.history = { time: history.time, rigs: named(history.rigs), pools: named(history.pools) };
  state.status = focus(status);
  await loadTables();
  await loadFleet();
  take(status);
}

// The rig and the pool that were chosen, or the first ones: most of the page shows one of each.
function focus(status) {
  const chosen = (all, name) => all.find((one) => one.name === name) ?? all[0] ?? null;
  status.rig = chosen(status.rigs, state.rig);
  status.pool = chosen(status.pools, state.pool);
  status.node = status.pool?.node ?? null;
  return status;
}

function take(status) {
  state.status = focus(status);
  state.lost = false;
  state.heardAt = now();
  const h = state.history, time = Math.floor(now());
  if (h.time.length === 0 || time - h.time.at(-1) >= 2) {
    h.time.push(time);
    const columns = [h.time];
    for (const [kept, parts] of [[h.rigs, status.rigs], [h.pools, status.pools]]) {
      for (const part of parts) {
        const c = kept[part.name] ??= { rate: [], accepted: [], rejected: [], blocks: [] };
        c.rate.push(part.hashrate_hs);
        c.accepted.push(part.accepted);
        c.rejected.push(part.rejected);
        c.blocks.push(part.blocks ?? 0);
        columns.push(...Object.values(c));
      }
    }
    if (h.time.length > 1900) for (const column of columns) column.shift();
  }
  draw();
}

function follow() {
  const stream = new EventSource("api/v1/stream");
  stream.addEventListener("status", (event) => take(JSON.parse(event.data)));
  stream.onerror = () => {
    if (!state.lost) { state.lost = true; draw(); }
    if (stream.readyState === EventSource.CLOSED) setTimeout(follow, 3000);
  };
  setInterval(() => loadFleet().catch(() => { /* the stream reports the loss */ }), 10000);
  setInterval(() => loadTables().then(draw).catch(() => { /* the stream reports the loss */ }), 4000);
  setInterval(() => {
    // A stream through a tunnel that died says nothing at all.
    if (!state.lost && state.status && now() - state.heardAt > 10) { state.lost = true; draw(); }
  }, 1000);
}

function draw() {
  if (!state.status) return;
  drawNeeds(state.status);
  drawParts(state.status);
  drawNotice(state.status);
  drawFigures(state.status);
  drawDatasets(state.status);
  drawCharts();
  drawTables(state.status);
  drawDevices(state.status);
  drawChainCards(state.status.pool?.sharechain, {
    t, nothing, table, titled, coins, when, blocks: state.chainBlocks, language: state.language, unit: state.status.pool?.unit ?? "", shares: state.shares, peers: state.peers, region: state.region });
  drawFacts(state.status);
}

// Only when language, theme or range change: what is rebuilt loses the keyboard's focus.
function drawWords() {
  document.documentElement.lang = state.language;
  document.documentElement.dataset.theme = state.theme;
  for (const element of document.querySelectorAll("[data-text]")) element.textContent = t(element.dataset.text);
  for (const element of document.querySelectorAll("[data-label]")) if (element.hasAttribute("role")) element.setAttribute("aria-label", t(element.dataset.label));
  $("language").textContent = state.language === "en" ? "日本語" : "English";
  $("language").lang = state.language === "en" ? "ja" : "en";
  $("theme").title = t("theme");
  $("theme").setAttribute("aria-label", t("theme"));
  if ($("ranges").children.length === 0) {
    $("ranges").append(...ranges.map(([seconds]) => {
      const button = document.createElement("button");
      button.onclick = () => { state.range = seconds; remember("range", seconds); drawWords(); draw(); };
      return button;
    }));
  }
  ranges.forEach(([seconds, minutes], n) => {
    const button = $("ranges").children[n];
    button.textContent = minutes ? `${minutes} ${t("minutes")}` : t("hour");
    button.setAttribute("aria-pressed", String(state.range === seconds));
  });
}

// Cards for parts that this process does not run are not shown.
function drawNeeds(s) {
  const has = { rig: Boolean(s.rig), pool: Boolean(s.pool), chain: Boolean(s.pool?.sharechain), ledger: Boolean(s.pool && !s.pool.sharechain), upstream: Boolean(s.rig && !s.pool), devices: (s.rig?.devices ?? []).some(tells), shares: Boolean(s.pool || s.rig) };
  for (const element of document.querySelectorAll("[data-needs]")) element.hidden = !has[element.dataset.needs];
}

// A device that says nothing of itself has no row.
const tells = (d) => d.stale || ["temperature_c", "power_w", "fan_percent", "fan_rpm", "clock_mhz"].some((key) => d[key] !== null && d[key] !== undefined) || d.hardware_errors > 0 || d.lost > 0;
const whole = (value, unit) => (value === null || value === undefined ? null : `${Math.round(value)} ${unit}`);
const told = (main, ...more) => [main ?? "–", ...more.filter(Boolean)].join(", ");

// Dot and words: at the power limit is as it should be; heat, hardware and silence are not.
function conditionCell(d) {
  const span = document.createElement("span");
  const slow = d.throttle ?? [], words = d.stale ? [t("staleDevice")] : slow.map((reason) => t(`throttle_${reason}`));
  if (d.hardware_errors > 0) words.push(t("wrongAnswers", count(d.hardware_errors)));
  if (d.lost > 0) words.push(t("timesLost", count(d.lost)));
  const ill = d.stale || slow.some((reason) => reason !== "power") || d.hardware_errors > 0;
  span.append(Object.assign(document.createElement("i"), { className: `dot${slow.includes("heat") ? " bad" : ill ? " note" : ""}` }), words.join(", ") || t("fine"));
  return span;
}

function drawDevices(s) {
  table($("devices-table"), t("devices"), [
    [t("device"), "wrap", (d) => `${d.id}: ${d.name}`],
    [t("temperature"), "number wrap", (d) => told(whole(d.temperature_c, "°C"), d.hotspot_c && t("hottest", whole(d.hotspot_c, "°C")), d.memory_temperature_c && t("memoryAt", whole(d.memory_temperature_c, "°C")))],
    [t("power"), "number", (d) => [whole(d.power_w, "W") ?? "–", d.power_limit_w && t("ofLimit", whole(d.power_limit_w, "W"))].filter(Boolean).join(" ")],
    [t("fan"), "number", (d) => told(whole(d.fan_percent, "%") ?? whole(d.fan_rpm, "rpm"))],
    [t("clockRate"), "number wrap", (d) => told(whole(d.clock_mhz, "MHz"), d.memory_clock_mhz && t("memoryClock", whole(d.memory_clock_mhz, "MHz")))],
    [t("perJoule"), "number", (d) => scaled(d.hashes_per_joule, "H/J")],
    [t("condition"), "wrap", conditionCell],
  ], (s.rig?.devices ?? []).filter(tells), "");
}

// What keeps this machine or this pool from earning, in its own words.
function drawNotice(s) {
  const name = (part, all) => (all.length > 1 ? `${part.name}: ` : "");
  const idle = s.rigs.find((r) => r.mining && !r.connected && r.problem), cut = s.pools.find((p) => !p.node.reachable), sick = s.rigs.find((r) => r.problem);
  const problem = state.lost ? t("lostAt", clock(state.heardAt)) : idle ? name(idle, s.rigs) + t("noPool", idle.problem)
    : cut ? name(cut, s.pools) + t("noNode", cut.node.problem ?? "–") : sick ? name(sick, s.rigs) + sick.problem : null;
  $("notice").hidden = problem === null;
  if (problem !== null && $("notice").textContent !== problem) $("notice").textContent = problem;
  document.querySelector("main").classList.toggle("late", state.lost);
}

// With several rigs or pools: all of them in one table, and buttons that choose whose figures the page shows.
function drawParts(s) {
  $("parts").hidden = s.rigs.length < 2 && s.pools.length < 2;
  if ($("parts").hidden) return;
  choices($("rigs"), s.rigs, s.rig, "rig");
  choices($("pools"), s.pools, s.pool, "pool");
  table($("parts-table"), t("parts"), [
    [t("part"), "", (p) => p.name], [t("flavour"), "", (p) => t(p.workers ? "rig" : "pool")], [t("algorithm"), "", (p) => p.algorithm],
    [t("coin"), "", (p) => p.coin ?? "–"], [t("rate"), "number", (p) => hashrate(p.hashrate_hs)],
    [t("acceptedCol"), "number", (p) => count(p.accepted)], [t("rejectedCol"), "number", (p) => count(p.rejected)],
    [t("blocks"), "number", (p) => (p.workers ? "–" : count(p.blocks))],
    [t("address"), "wrap", (p) => host(p.workers ? p.upstream ?? "–" : p.url)],
  ], [...s.rigs, ...s.pools], "");
}

// Built again only when the names change: what is rebuilt loses the keyboard's focus.
function choices(group, all, shown, kind) {
  group.hidden = group.previousElementSibling.hidden = all.length < 2;
  if (group.children.length !== all.length) {
    group.replaceChildren(...all.map(({ name }) => {
      const button = Object.assign(document.createElement("button"), { textContent: name });
      button.onclick = () => {
        state[kind] = name;
        remember(kind, name);
        focus(state.status);
        if (kind === "pool") Object.assign(state, { blocks: [], miners: [], payouts: [], paidOut: [], chainBlocks: null, shares: [], peers: [], loaded: false });
        draw();
        loadTables().then(draw).catch(() => { /* the stream reports the loss */ });
      };
      return button;
    }));
  }
  all.forEach(({ name }, n) => group.children[n].setAttribute("aria-pressed", String(name === shown?.name)));
}

function drawFigures(s) {
  const rig = s.rig, pool = s.pool, node = s.node;
  const shut = pool && (!pool.node.reachable || pool.sharechain?.gate.open === false);
  const kind = state.lost ? "unreachable" : !rig ? (shut ? "waiting" : "serving")
    : !rig.mining ? "stopped" : rig.connected ? "mining" : "waiting";
  const rate = hashrate(rig ? rig.hashrate_hs : pool?.hashrate_hs);
  $("state").dataset.state = kind === "serving" ? "mining" : kind;
  if ($("state").textContent !== t(kind)) $("state").textContent = t(kind);
  $("subtitle").textContent = t("up", duration(s.uptime_s, state.language));
  $("mining").hidden = !rig;
  if (rig) {
    $("mining").textContent = t(rig.mining ? "stop" : "start") + (s.rigs.length > 1 ? `: ${rig.name}` : "");
    $("mining").classList.toggle("primary", !rig.mining);
  }
  $("hashrate").textContent = rate;
  $("hashrate-note").textContent = s.rigs.length > 1 ? `${rig.name} · ${rig.algorithm}` : rig && pool ? t("ofPool", hashrate(pool.hashrate_hs)) : rig?.algorithm ?? " ";
  const shares = pool ?? rig;
  $("accepted").textContent = count(shares?.accepted);
  $("accepted-note").textContent = shares ? t("rejectedNote", count(shares.rejected), count(rig && !pool ? rig.stale : null)) : " ";
  $("blocks").textContent = count(pool?.blocks);
  const last = state.blocks.reduce((latest, b) => Math.max(latest, b.time), 0);
  $("blocks-note").textContent = last ? t("lastBlock", duration(now() - last, state.language)) : t(state.loaded ? "noBlock" : "loading");
  $("miners").textContent = count(pool?.miners);
  $("miners-note").textContent = pool ? t("connections", count(pool.connections)) : " ";
  $("height").textContent = count(node?.height ?? pool?.height);
  const difficulty = node?.difficulty ?? pool?.network_difficulty;
  $("height-note").textContent = difficulty ? t("difficulty", scaled(difficulty, "")) : " ";
  $("difficulty").textContent = scaled(rig?.difficulty, "");
  $("difficulty-note").textContent = rig?.algorithm ?? " ";
  $("efficiency").textContent = rig?.efficiency === null || rig?.efficiency === undefined ? "–" : `${(100 * rig.efficiency).toFixed(1)} %`;
  $("efficiency-note").textContent = t("efficiencyNote");
  $("ping").textContent = milliseconds(rig?.latency_ms);
  $("ping-note").textContent = rig?.upstream ? host(rig.upstream) : " ";
  document.title = state.lost ? `${t("unreachable")} · Otedama` : `${rate} · Otedama`;
}

const milliseconds = (value) => (value === null || value === undefined ? "–" : `${value.toFixed(value < 10 ? 2 : 0)} ms`);
const host = (url) => url.replace(/^[a-z0-9+]+:\/\//, "");
const clock = (seconds) => new Date(seconds * 1000).toLocaleTimeString("en-GB");

// A row for each dataset that is being made or could not be made; gone once all are ready.
function drawDatasets(s) {
  const making = (s.datasets ?? []).filter((d) => d.done < 1);
  $("datasets").hidden = making.length === 0;
  $("datasets").replaceChildren(...making.map((d) => {
    const row = Object.assign(document.createElement("p"), { className: "making" });
    const percent = Math.floor(100 * d.done), size = `${Math.round(d.bytes / 1048576)} MiB`;
    const text = d.problem ?? t("making", t(`${d.algorithm}_${d.kind}`, d.epoch), percent, size, duration(d.seconds, state.language));
    row.append(Object.assign(document.createElement("span"), { textContent: text }));
    if (!d.problem) row.append(Object.assign(document.createElement("progress"), { max: 1, value: d.done }));
    return row;
  }));
}

function drawCharts() {
  const { rig, pool } = state.status, rigs = state.history.rigs[rig?.name], pools = state.history.pools[pool?.name];
  const h = { time: state.history.time, ...(pools ?? rigs) }, to = h.time.at(-1) ?? now(), from = to - state.range;
  const series = [
    ...(rigs ? [{ name: "rig", label: t("measured"), values: rigs.rate }] : []),
    // Rates of two algorithms have nothing in common, and no scale either.
    ...(pools && (!rigs || rig.algorithm === pool.algorithm) ? [{ name: "pool", label: t("fromShares"), values: pools.rate, estimate: true }] : []),
  ];
  lineChart($("rate-chart"), t("rateChart"), h.time, series, from, to, hashrate);
  const span = state.range / 50;
  const shares = buckets(h, span, from, (i) => [
    ["good", Math.max(0, h.accepted[i] - h.accepted[i - 1]), t("acceptedKey")],
    ["bad", Math.max(0, h.rejected[i] - h.rejected[i - 1]), t("rejectedKey")]]);
  barChart($("share-chart"), t("shareChart"), shares, span, from, to, (v) => scaled(v, ""));
  if (!state.status.pool) return;
  const blocks = buckets(h, span, from, (i) => [["block", Math.max(0, h.blocks[i] - h.blocks[i - 1]), t("blocks")]]);
  barChart($("block-chart"), t("blockChart"), blocks, span, from, to, (v) => scaled(v, ""));
}

// Sums the differences between samples into bars of `span` seconds.
function buckets(h, span, from, parts) {
  const bars = new Map();
  for (let i = 1; i < h.time.length; i++) {
    if (h.time[i] < from) continue;
    const time = Math.floor(h.time[i] / span) * span + span / 2;
    const added = parts(i), bar = bars.get(time);
    if (bar) added.forEach((part, n) => { bar.parts[n][1] += part[1]; });
    else bars.set(time, { time, parts: added });
  }
  return [...bars.values()];
}

function healthCell(worker) {
  const span = document.createElement("span");
  const kind = ["healthy", "idle"].includes(worker.health) ? "" : ["failed", "lost"].includes(worker.health) ? " bad" : " note";
  span.append(Object.assign(document.createElement("i"), { className: `dot${kind}` }), t(worker.health === "lost" ? "deviceLost" : worker.health));
  if (worker.reason) span.append(` (${worker.reason})`);
  return span;
}

// With the name of the card it runs on; the processor is the same for all.
function workerName(worker, devices) {
  const card = devices.find((d) => d.id === worker.device && d.kind === "gpu");
  return card ? `${worker.name}: ${card.name}` : worker.name;
}

// What an empty table says: before its rows have come nobody knows that there are none.
const nothing = (key) => t(state.loaded ? key : "loading");

function drawTables(s) {
  table($("workers-table"), t("workers"), [
    [t("worker"), "wrap", (w) => workerName(w, s.rig?.devices ?? [])], [t("flavour"), "", (w) => w.flavour || "–"], [t("rate"), "number", (w) => hashrate(w.hashrate_hs)],
    [t("found"), "number", (w) => count(w.found)], [t("health"), "wrap", healthCell],
  ], s.rig?.workers ?? [], t("noWorkers"));
  table($("upstreams-table"), t("upstreams"), [
    [t("pool"), "wrap", (p) => host(p.url)], [t("status"), "", (p) => t(`${p.state}_`)], [t("ping"), "number", (p) => milliseconds(p.latency_ms)],
    [t("lastError"), "wrap", (p) => p.last_error ?? "–"],
  ], s.rig?.pools ?? [], t("noUpstreams"));
  table($("refusals-table"), t("refusals"), [
    [t("reason"), "", ([reason]) => reason.replaceAll("_", " ")], [t("rejectedCol"), "number", ([, n]) => count(n)],
  ], Object.entries((s.pool ?? s.rig)?.rejected_by ?? {}).filter(([, n]) => n > 0).sort((a, b) => b[1] - a[1]), t("noRefusals"));
  if (!s.pool) return;
  $("luck").textContent = [
    s.pool.luck ? t("luck", (100 * s.pool.luck).toFixed(0)) : "", s.pool.blocks_orphaned ? t("orphans", count(s.pool.blocks_orphaned)) : "",
    s.pool.effort ? t("effort", (100 * s.pool.effort).toFixed(0)) : ""].filter(Boolean).join(" · ");
  table($("blocks-table"), t("recentBlocks"), [
    [t("block"), "number", (b) => count(b.height)], [t("when"), "", (b) => when(b.time)],
    [t("hash"), "mono", (b) => titled(b.hash, `…${b.hash.slice(-10)}`)], [t("reward"), "number", (b) => coins(b.reward)],
    [t("effortCol"), "number", (b) => (b.effort === null || b.effort === undefined ? "–" : `${(100 * b.effort).toFixed(0)} %`)],
    [t("status"), "", (b) => (b.reason ? titled(b.reason, t(`${b.status}_`)) : t(`${b.status}_`))],
  ], state.blocks.slice(0, 8), nothing("noBlocks"));
  table($("miners-table"), t("connected"), [
    [t("miner"), "", (m) => m.worker || "–"], [t("address"), "mono", (m) => titled(m.address, shorten(m.address))], [t("program"), "", (m) => m.agent || "–"],
    [t("rate"), "number", (m) => hashrate(m.hashrate_hs)], [t("diff"), "number", (m) => scaled(m.difficulty, "")],
    [t("acceptedCol"), "number", (m) => count(m.accepted)], [t("rejectedCol"), "number", (m) => count(m.rejected)],
  ], state.miners.slice(0, 50), nothing("noMiners"));
  $("payouts-note").textContent = t("inCoins", state.unit);
  table($("payouts-table"), t("payouts"), [
    [t("address"), "mono", (p) => titled(p.address, shorten(p.address))], [t("kind"), "", (p) => t(`${p.kind ?? "miner"}_`)],
    [t("earned"), "number", (p) => coins(p.earned)], [t("immature"), "number", (p) => coins(p.pending)],
    [t("paid"), "number", (p) => coins(p.paid)], [t("balance"), "number", (p) => coins(p.balance)],
  ], state.payouts.slice(0, 50), nothing("noPayouts"));
  table($("history-table"), t("paidOut"), [
    [t("when"), "", (p) => when(p.time)], [t("block"), "number", (p) => count(p.height)],
    [t("address"), "mono", (p) => titled(p.address, shorten(p.address))], [t("kind"), "", (p) => t(`${p.kind}_`)],
    [t("amount"), "number", (p) => coins(p.amount)], [t("status"), "", (p) => t(`${p.status}_`)],
  ], state.paidOut.slice(0, 30), nothing("noPayouts"));
}

function when(time) {
  const span = document.createElement("time");
  span.dateTime = new Date(time * 1000).toISOString();
  span.title = new Date(time * 1000).toLocaleString(state.language === "ja" ? "ja-JP" : "en-GB");
  span.textContent = t("ago", duration(now() - time, state.language));
  return span;
}

// "1234567.5" -> "1,234,567.5"
const coins = (text) => (text === null || text === undefined ? "–" : text.replace(/^(-?)(\d+)/, (_, sign, whole) => sign + whole.replace(/\B(?=(\d{3})+$)/g, ",")));

function drawFacts(s) {
  const p = s.pool;
  const facts = [
    ["stratum", p?.url], ["scheme", p && (p.sharechain ? t("chainScheme", p.sharechain.set ?? "", p.fee_percent) : t("scheme_", p.scheme, p.fee_percent, p.min_payout))], ["upstream", !p && s.rig?.upstream],
    ["node", s.node && `${s.node.url}  (${s.node.mode}, ${s.node.network})`], ["metrics", s.metrics_url],
    ["latency", p && p.submit_ms_p50 !== null && `${milliseconds(p.submit_ms_p50)} / ${milliseconds(p.submit_ms_p99)}`],
    ["memory", s.rss_bytes && `${(s.rss_bytes / 1048576).toFixed(0)} MiB`], ["data", s.data_dir],
  ].filter(([, value]) => value);
  if ($("facts").drawn === JSON.stringify(facts)) return; // a selection in it stays
  $("facts").drawn = JSON.stringify(facts);
  $("facts").replaceChildren(...facts.flatMap(([key, value]) => [
    Object.assign(document.createElement("dt"), { textContent: t(key) }), Object.assign(document.createElement("dd"), { textContent: value })]));
  $("version").textContent = `otedama ${s.version}`;
}

$("language").onclick = () => { state.language = state.language === "en" ? "ja" : "en"; remember("language", state.language); drawWords(); draw(); };
$("theme").onclick = () => { state.theme = state.theme === "dark" ? "light" : "dark"; remember("theme", state.theme); drawWords(); draw(); };
let asked = false; // a disabled button would lose the keyboard's focus
$("mining").onclick = async () => {
  if (asked || !state.status?.rig) return;
  asked = true;
  try {
    const { rig, rigs } = state.status;
    const query = rigs.length > 1 ? `?rig=${encodeURIComponent(rig.name)}` : "";
    const answer = await fetch(`api/v1/mining/${rig.mining ? "stop" : "start"}${query}`, { method: "POST" });
    if (answer.ok) take(await answer.json());
  } catch {
    state.lost = true;
    draw();
  } finally {
    asked = false;
  }
};
addEventListener("resize", draw);

drawWords();
try {
  await loadAll();
} catch {
  state.lost = true;
  $("state").dataset.state = "unreachable";
  $("state").textContent = t("unreachable");
}
// "still" shows one moment and does not follow: for printing and for pictures.
if (!new URLSearchParams(location.search).has("still")) follow();
