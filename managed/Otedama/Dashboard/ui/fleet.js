// The fleet's page: a table of all devices, what is wrong, and one device with its charts where the address names one.
import { lineChart } from "./chart.js";
import { texts } from "./fleettext.js";
import { table, titled } from "./table.js";
import { count, duration, hashrate, scaled } from "./text.js";

const $ = (id) => document.getElementById(id);
const ranges = [1, 24, 168]; // hours
const rows = 100; // devices on a page
const remembered = (key, fallback) => { try { return localStorage.getItem(key) ?? fallback; } catch { return fallback; } };
const remember = (key, value) => { try { localStorage.setItem(key, value); } catch { /* private window: forgotten at the end */ } };

const state = {
  language: remembered("language", navigator.language.startsWith("ja") ? "ja" : "en"),
  theme: remembered("theme", matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light"),
  hours: Number(remembered("fleet-hours", 24)), offset: 0, fleet: null, device: null, history: null, lost: false, stranger: false,
};
const t = (key, ...args) => { const text = texts[state.language][key]; return typeof text === "function" ? text(...args) : text ?? key; };
const chosen = () => decodeURIComponent(location.hash.replace(/^#(device=)?/, ""));
const known = (value, unit, digits = 0) => (value === null || value === undefined ? "–" : `${value.toFixed(digits)} ${unit}`.trim());

async function get(path) {
  const answer = await fetch(`api/v1/${path}`, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw Object.assign(new Error(`${path}: ${answer.status}`), { status: answer.status });
  return answer.json();
}

async function load() {
  try {
    const name = chosen(), offset = state.offset, query = `device=${encodeURIComponent(name)}`;
    const [fleet, device, history] = await Promise.all([
      get(`fleet?offset=${offset}&limit=${rows}`), name ? get(`fleet/device?${query}`).catch(() => null) : null, name ? get(`fleet/history?${query}&hours=${state.hours}`).catch(() => null) : null]);
    if (name !== chosen() || offset !== state.offset) return; // another one was chosen meanwhile
    Object.assign(state, { fleet, device, history, lost: false, stranger: false });
  } catch (error) {
    Object.assign(state, { lost: true, stranger: error.status === 401 || error.status === 403 });
  }
  draw();
}

// Only when language or theme change: what is rebuilt loses the keyboard's focus.
function drawWords() {
  document.documentElement.lang = state.language;
  document.documentElement.dataset.theme = state.theme;
  for (const element of document.querySelectorAll("[data-text]")) element.textContent = t(element.dataset.text);
  $("ranges").setAttribute("aria-label", t("range"));
  $("language").textContent = state.language === "en" ? "日本語" : "English";
  $("language").lang = state.language === "en" ? "ja" : "en";
  $("theme").title = t("theme");
  $("theme").setAttribute("aria-label", t("theme"));
  if ($("ranges").children.length === 0) {
    $("ranges").append(...ranges.map((hours) => {
      const button = document.createElement("button");
      button.onclick = () => { state.hours = hours; remember("fleet-hours", hours); drawWords(); load(); };
      return button;
    }));
  }
  ranges.forEach((hours, n) => {
    $("ranges").children[n].textContent = t("hours", hours);
    $("ranges").children[n].setAttribute("aria-pressed", String(state.hours === hours));
  });
}

function draw() {
  const fleet = state.fleet;
  $("state").dataset.state = state.lost ? "unreachable" : "mining";
  document.querySelector("main").classList.toggle("late", state.lost);
  const away = t(state.stranger ? "stranger" : "lost");
  if (!fleet) { $("state").textContent = state.lost ? away : ""; return; }
  if (!state.lost && fleet.ill > 0) $("state").dataset.state = [...fleet.causes, ...fleet.alarms].some((a) => dots[a.severity] === "bad") ? "unreachable" : "stopped";
  $("state").textContent = state.lost ? away : fleet.ill > 0 ? t("ill", count(fleet.ill)) : t("good");
  drawFigures(fleet);
  drawAlarms(fleet);
  drawDevices(fleet);
  drawOne();
  $("polls").textContent = t("polls", count(fleet.answers), count(fleet.misses));
}

function drawFigures(fleet) {
  $("rate").textContent = hashrate(fleet.hashrate_hs);
  $("rate-note").textContent = fleet.expected_hs > 0 ? t("ofExpected", Math.round(100 * fleet.hashrate_hs / fleet.expected_hs)) : " ";
  $("devices").textContent = count(fleet.of);
  $("devices-note").textContent = t("answering", count(fleet.answering), count(fleet.of));
  $("power").textContent = scaled(fleet.power_w, "W");
  $("power-note").textContent = [fleet.joule_per_th && t("perTh", fleet.joule_per_th.toFixed(1)), fleet.of > 0 && t("powerOf", count(fleet.power_of), count(fleet.of))].filter(Boolean).join(" ") || " ";
  $("alarms").textContent = count(fleet.alarms_raised);
  $("alarms-note").textContent = t("withAlarms", fleet.ill);
  $("notice").hidden = fleet.configured && fleet.causes.length === 0;
  $("notice").textContent = fleet.configured ? fleet.causes.map((c) => c.text).join(" ") : t("noFleet");
  document.title = `${hashrate(fleet.hashrate_hs)} · ${t("fleet")}`;
}

const dots = { notice: "note", warning: "note", critical: "bad", security: "bad" };

function dotted(kind, words, title) {
  const span = document.createElement("span");
  if (title) span.title = title;
  span.append(Object.assign(document.createElement("i"), { className: `dot ${kind}`.trim() }), words);
  return span;
}

function since(time) {
  return titled(new Date(time * 1000).toLocaleString(state.language === "ja" ? "ja-JP" : "en-GB"), t("ago", duration(Date.now() / 1000 - time, state.language)));
}

function link(device) {
  return Object.assign(document.createElement("a"), { href: `#device=${encodeURIComponent(device.id)}`, textContent: device.name });
}

// What stands behind several alarms comes first, and those behind it are left out.
function drawAlarms(fleet) {
  const order = ["security", "critical", "warning", "notice"];
  const raised = [
    ...fleet.causes.map((c) => ({ ...c, who: t("causeOf", count(c.devices)) })),
    ...fleet.alarms.map((a) => ({ ...a, who: link(a) })),
  ].sort((a, b) => order.indexOf(a.severity) - order.indexOf(b.severity) || b.since - a.since);
  $("alarm-card").hidden = raised.length === 0;
  table($("alarms-table"), t("alarms"), [
    [t("alarm"), "", (a) => dotted(dots[a.severity], `${a.alarm} (${t(a.severity)})`)], [t("device"), "", (a) => a.who], [t("text"), "wrap", (a) => titled(a.alarm, a.text)], [t("since"), "", (a) => since(a.since)],
  ], raised, t("noAlarms"));
}

function stateCell(d) {
  const worst = ["security", "critical", "warning", "notice"].find((s) => d.alarms.some((a) => a.severity === s));
  const kind = d.state === "unreachable" ? "bad" : worst ? dots[worst] : d.state === "mining" ? "" : "note";
  return dotted(kind, t(d.state), d.problem ?? d.alarms.map((a) => a.text).join("\n"));
}

function drawDevices(fleet) {
  table($("devices-table"), t("devices"), [
    [t("device"), "", link], [t("model"), "", (d) => d.model ?? d.family ?? "–"], [t("status"), "", stateCell],
    [t("rate"), "number", (d) => hashrate(d.hashrate_hs)], [t("temperature"), "number", (d) => known(d.temperature_c, "°C")], [t("power"), "number", (d) => known(d.power_w, "W")],
    [t("efficiency"), "number", (d) => known(d.joule_per_th, "", 1)], [t("uptime"), "number", (d) => (d.uptime_s === null ? "–" : duration(d.uptime_s, state.language))],
    [t("pool"), "", (d) => (d.pool ?? "–").replace(/^[a-z0-9+]+:\/\//, "")],
  ], fleet.devices, t("noDevices"));
  $("pages").hidden = fleet.of <= rows;
  $("page").textContent = t("page", count(fleet.offset + 1), count(fleet.offset + fleet.devices.length), count(fleet.of));
  $("before").disabled = fleet.offset === 0;
  $("after").disabled = fleet.offset + fleet.devices.length >= fleet.of;
  if (fleet.devices.length === 0 && fleet.offset > 0) turn(-rows); // they became fewer
}

function turn(by) {
  state.offset = Math.max(0, state.offset + by);
  load();
}

function drawOne() {
  const it = state.device?.device, h = state.history;
  $("one").hidden = !it;
  if (!it) return;
  $("one-name").textContent = it.name;
  $("one-what").textContent = [it.model?.startsWith(it.family) ? null : it.family, it.model, it.board, it.chip].filter(Boolean).join(" · ");
  table($("one-alarms"), t("alarms"), [
    [t("alarm"), "", (a) => dotted(dots[a.severity], `${a.alarm} (${t(a.severity)})`)], [t("text"), "wrap", (a) => titled(a.alarm, a.text)], [t("since"), "", (a) => since(a.since)],
  ], it.alarms, t("noAlarms"));
  if (h) {
    const to = h.time.at(-1) ?? Date.now() / 1000, from = to - state.hours * 3600;
    const chart = (id, name, format, ...series) => lineChart($(id), name, h.time, series.map(([kind, label, values]) => ({ name: kind, label, values: values.map((v) => v ?? 0) })), from, to, format);
    chart("rate-chart", t("rate"), hashrate, ["rig", t("rate"), h.hashrate_hs]);
    const heat = [["rig", t("chip"), h.temperature_c]];
    $("regulator-key").hidden = h.regulator_c.every((v) => v === null);
    if (!$("regulator-key").hidden) heat.push(["pool", t("regulator"), h.regulator_c]);
    chart("heat-chart", t("heatChart"), (v) => `${Math.round(v)} °C`, ...heat);
    chart("power-chart", t("power"), (v) => scaled(v, "W"), ["rig", t("power"), h.power_w]);
    chart("fan-chart", t("fan"), (v) => `${Math.round(v)} rpm`, ["rig", t("fan"), h.fan_rpm]);
  }
  const facts = [
    ["id", it.id], ["address", it.address], ["group", it.group], ["firmware", [it.version, state.device.slot].filter(Boolean).join(" · ")], ["lastStart", state.device.reset_reason],
    ["rate", state.device.median_hs && t("usual", hashrate(state.device.median_hs))], ["setting", it.clock_mhz && `${known(it.clock_mhz, "MHz")}, ${known(it.core_v, "V", 3)}`],
    ["shares", it.accepted !== null && t("acceptedOf", count(it.accepted), count(it.rejected))], ["wifi", it.wifi_dbm !== null && `${it.wifi_dbm} dBm`],
    ["tuning", it.tuning], ["problem", it.problem], ["errors", state.device.errors.join("; ")],
  ].filter(([, value]) => value);
  if ($("one-facts").drawn !== JSON.stringify([state.language, facts])) { // a selection in it stays
    $("one-facts").drawn = JSON.stringify([state.language, facts]);
    $("one-facts").replaceChildren(...facts.flatMap(([key, value]) => [
      Object.assign(document.createElement("dt"), { textContent: t(key) }), Object.assign(document.createElement("dd"), { textContent: value })]));
  }
  table($("one-pools"), t("pool"), [
    [t("pool"), "wrap", (p) => p.url], [t("user"), "wrap", (p) => p.user ?? "–"], [t("status"), "", (p) => [p.active ? t("inUse") : null, p.status].filter(Boolean).join(", ") || "–"],
  ], state.device.pools, t("noPools"));
  table($("one-chains"), t("board"), [
    [t("board"), "number", (c) => String(c.index)], [t("rate"), "number", (c) => hashrate(c.hashrate_hs)], [t("temperature"), "number", (c) => known(c.temperature_c, "°C")], [t("clock"), "number", (c) => known(c.clock_mhz, "MHz")],
    [t("chips"), "number", (c) => `${c.chips_found ?? "–"} / ${c.chips_expected ?? "–"}`], [t("errors"), "number", (c) => count(c.errors)],
  ], state.device.chains, t("noChains"));
}

$("language").onclick = () => { state.language = state.language === "en" ? "ja" : "en"; remember("language", state.language); drawWords(); draw(); };
$("theme").onclick = () => { state.theme = state.theme === "dark" ? "light" : "dark"; remember("theme", state.theme); drawWords(); draw(); };
$("before").onclick = () => turn(-rows);
$("after").onclick = () => turn(rows);
addEventListener("resize", draw);
addEventListener("hashchange", load);

drawWords();
await load();
// "still" shows one moment and does not follow: for printing and for pictures.
if (!new URLSearchParams(location.search).has("still")) setInterval(load, 5000);
