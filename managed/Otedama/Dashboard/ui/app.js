// The page: fetches once, then follows the event stream; draws everything from one state object.
import { barChart, lineChart } from "./chart.js";
import { count, duration, hashrate, scaled, shorten, texts } from "./text.js";

const $ = (id) => document.getElementById(id);
const ranges = [[300, "5"], [900, "15"], [3600, null]];
const remembered = (key, fallback) => { try { return localStorage.getItem(key) ?? fallback; } catch { return fallback; } };
const remember = (key, value) => { try { localStorage.setItem(key, value); } catch { /* private window: forgotten at the end */ } };

const state = {
  language: remembered("language", navigator.language.startsWith("ja") ? "ja" : "en"),
  theme: remembered("theme", matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light"),
  range: Number(remembered("range", 300)),
  status: null, blocks: [], miners: [], payouts: [], lost: false,
  history: { time: [], rig: [], pool: [], accepted: [], rejected: [], blocks: [] },
};
const t = (key, ...args) => { const text = texts[state.language][key]; return typeof text === "function" ? text(...args) : text ?? key; };
const now = () => Date.now() / 1000;

async function get(path) {
  const answer = await fetch(`api/v1/${path}`, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return answer.json();
}

async function loadTables() {
  const [blocks, miners, payouts] = await Promise.all([get("blocks"), get("miners"), get("payouts")]);
  Object.assign(state, { blocks: blocks.blocks, miners: miners.miners, payouts: payouts.payouts });
}

async function loadAll() {
  const [status, history] = await Promise.all([get("status"), get("history"), loadTables()]);
  state.history = {
    time: history.time, rig: history.rig_hashrate_hs, pool: history.pool_hashrate_hs,
    accepted: history.accepted, rejected: history.rejected, blocks: history.blocks,
  };
  take(status);
}

function take(status) {
  state.status = status;
  state.lost = false;
  const h = state.history, time = Math.floor(now());
  if (h.time.length === 0 || time - h.time.at(-1) >= 2) {
    h.time.push(time);
    h.rig.push(status.rig?.hashrate_hs ?? 0);
    h.pool.push(status.pool?.hashrate_hs ?? 0);
    h.accepted.push(status.pool?.accepted ?? status.rig?.accepted ?? 0);
    h.rejected.push(status.pool?.rejected ?? status.rig?.rejected ?? 0);
    h.blocks.push(status.pool?.blocks ?? 0);
    if (h.time.length > 1900) for (const column of Object.values(h)) column.shift();
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
  setInterval(() => loadTables().then(draw).catch(() => { /* the stream reports the loss */ }), 4000);
}

function draw() {
  drawWords();
  if (!state.status) return;
  drawFigures(state.status);
  drawDatasets(state.status);
  drawCharts();
  drawTables(state.status);
  drawFacts(state.status);
}

function drawWords() {
  document.documentElement.lang = state.language;
  document.documentElement.dataset.theme = state.theme;
  for (const element of document.querySelectorAll("[data-text]")) element.textContent = t(element.dataset.text);
  $("language").textContent = state.language === "en" ? "日本語" : "English";
  $("theme").title = t("theme");
  $("ranges").replaceChildren(...ranges.map(([seconds, minutes]) => {
    const button = Object.assign(document.createElement("button"), { textContent: minutes ? `${minutes} ${t("minutes")}` : t("hour") });
    button.setAttribute("aria-pressed", String(state.range === seconds));
    button.onclick = () => { state.range = seconds; remember("range", seconds); draw(); };
    return button;
  }));
}

function drawFigures(s) {
  const rig = s.rig, pool = s.pool, node = s.node;
  const kind = state.lost ? "lost" : !rig ? "serving" : !rig.mining ? "stopped" : rig.connected ? "mining" : "waiting";
  $("state").dataset.state = kind === "serving" ? "mining" : kind;
  $("state").textContent = t(kind);
  $("subtitle").textContent = t("up", duration(s.uptime_s, state.language));
  $("mining").hidden = !rig;
  if (rig) {
    $("mining").textContent = t(rig.mining ? "stop" : "start");
    $("mining").classList.toggle("primary", !rig.mining);
  }
  $("hashrate").textContent = hashrate(rig ? rig.hashrate_hs : pool?.hashrate_hs);
  $("hashrate-note").textContent = rig && pool ? t("ofPool", hashrate(pool.hashrate_hs)) : rig?.algorithm ?? " ";
  const shares = pool ?? rig;
  $("accepted").textContent = count(shares?.accepted);
  $("accepted-note").textContent = shares ? t("rejectedNote", count(shares.rejected)) : " ";
  $("blocks").textContent = count(pool?.blocks);
  const last = state.blocks.reduce((latest, b) => Math.max(latest, b.time), 0);
  $("blocks-note").textContent = last ? t("lastBlock", duration(now() - last, state.language)) : t("noBlock");
  $("miners").textContent = count(pool?.miners ?? rig?.workers.length);
  $("miners-note").textContent = pool ? t("connections", count(pool.connections)) : " ";
  $("height").textContent = count(node?.height ?? pool?.height);
  const difficulty = node?.difficulty ?? pool?.network_difficulty;
  $("height-note").textContent = difficulty ? t("difficulty", difficulty < 0.01 ? difficulty.toExponential(1) : scaled(difficulty, "")) : " ";
  document.title = `${hashrate(rig ? rig.hashrate_hs : pool?.hashrate_hs)} · Otedama`;
}

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
  const h = state.history, to = h.time.at(-1) ?? now(), from = to - state.range;
  lineChart($("rate-chart"), h.time, [
    { name: "rig", label: t("measured"), values: h.rig },
    { name: "pool", label: t("fromShares"), values: h.pool },
  ], from, to, hashrate);
  const span = state.range / 50;
  const shares = buckets(h, span, from, (i) => [
    ["good", Math.max(0, h.accepted[i] - h.accepted[i - 1]), t("acceptedKey")],
    ["bad", Math.max(0, h.rejected[i] - h.rejected[i - 1]), t("rejectedKey")]]);
  barChart($("share-chart"), shares, span, from, to, (v) => scaled(v, ""));
  const blocks = buckets(h, span, from, (i) => [["block", Math.max(0, h.blocks[i] - h.blocks[i - 1]), t("blocks")]]);
  barChart($("block-chart"), blocks, span, from, to, (v) => scaled(v, ""));
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

// columns: [heading, class, cell(row)]; a cell is text or a node.
function table(host, columns, rows, none) {
  if (rows.length === 0) {
    host.replaceChildren(Object.assign(document.createElement("p"), { className: "empty", textContent: none }));
    return;
  }
  const element = document.createElement("table");
  const head = element.createTHead().insertRow();
  for (const [heading, style] of columns) head.append(Object.assign(document.createElement("th"), { textContent: heading, className: style }));
  const body = element.createTBody();
  for (const row of rows) {
    const line = body.insertRow();
    for (const [, style, cell] of columns) {
      const td = line.insertCell();
      td.className = style;
      td.append(cell(row));
    }
  }
  host.replaceChildren(element);
}

function titled(text, shown) {
  return Object.assign(document.createElement("span"), { textContent: shown, title: text });
}

function healthCell(worker) {
  const span = document.createElement("span");
  const kind = worker.health === "healthy" ? "" : worker.health === "failed" ? " bad" : " note";
  span.append(Object.assign(document.createElement("i"), { className: `dot${kind}` }), t(worker.health));
  return span;
}

function drawTables(s) {
  table($("workers-table"), [
    [t("worker"), "", (w) => w.name], [t("flavour"), "", (w) => w.flavour || "–"], [t("rate"), "number", (w) => hashrate(w.hashrate_hs)],
    [t("found"), "number", (w) => count(w.found)], [t("health"), "", healthCell],
  ], s.rig?.workers ?? [], t("noWorkers"));
  table($("blocks-table"), [
    [t("block"), "number", (b) => count(b.height)], [t("when"), "", (b) => t("ago", duration(now() - b.time, state.language))],
    [t("hash"), "mono", (b) => titled(b.hash, `…${b.hash.slice(-10)}`)], [t("reward"), "number", (b) => b.reward ?? "–"],
    [t("status"), "", (b) => t(`${b.status}_`)],
  ], state.blocks.slice(0, 8), t("noBlocks"));
  table($("miners-table"), [
    [t("miner"), "", (m) => m.worker || "–"], [t("address"), "mono", (m) => titled(m.address, shorten(m.address))], [t("program"), "", (m) => m.agent || "–"],
    [t("rate"), "number", (m) => hashrate(m.hashrate_hs)], [t("diff"), "number", (m) => scaled(m.difficulty, "")],
    [t("acceptedCol"), "number", (m) => count(m.accepted)], [t("rejectedCol"), "number", (m) => count(m.rejected)],
  ], state.miners.slice(0, 50), t("noMiners"));
  table($("payouts-table"), [
    [t("address"), "mono", (p) => titled(p.address, shorten(p.address))], [t("earned"), "number", (p) => p.earned],
    [t("paid"), "number", (p) => p.paid], [t("balance"), "number", (p) => p.balance],
  ], state.payouts.slice(0, 50), t("noPayouts"));
}

function drawFacts(s) {
  const p = s.pool, ms = (value) => (value === null || value === undefined ? "–" : `${value.toFixed(value < 10 ? 2 : 0)} ms`);
  const facts = [
    ["stratum", p?.url], ["scheme", p && t("scheme_", p.scheme, p.fee_percent, p.min_payout)], ["upstream", !p && s.rig?.upstream],
    ["node", s.node && `${s.node.url}  (${s.node.mode}, ${s.node.network})`], ["metrics", s.metrics_url],
    ["latency", p && p.submit_ms_p50 !== null && `${ms(p.submit_ms_p50)} / ${ms(p.submit_ms_p99)}`],
    ["memory", s.rss_bytes && `${(s.rss_bytes / 1048576).toFixed(0)} MiB`], ["data", s.data_dir],
  ].filter(([, value]) => value);
  $("facts").replaceChildren(...facts.flatMap(([key, value]) => [
    Object.assign(document.createElement("dt"), { textContent: t(key) }), Object.assign(document.createElement("dd"), { textContent: value })]));
  $("version").textContent = `otedama ${s.version}`;
}

$("language").onclick = () => { state.language = state.language === "en" ? "ja" : "en"; remember("language", state.language); draw(); };
$("theme").onclick = () => { state.theme = state.theme === "dark" ? "light" : "dark"; remember("theme", state.theme); draw(); };
$("mining").onclick = async () => {
  $("mining").disabled = true;
  try {
    const answer = await fetch(`api/v1/mining/${state.status.rig.mining ? "stop" : "start"}`, { method: "POST" });
    if (answer.ok) take(await answer.json());
  } finally {
    $("mining").disabled = false;
  }
};
addEventListener("resize", draw);

drawWords();
try {
  await loadAll();
} catch {
  state.lost = true;
  $("state").dataset.state = "lost";
  $("state").textContent = t("lost");
}
// "still" shows one moment and does not follow: for printing and for pictures.
if (!new URLSearchParams(location.search).has("still")) follow();
