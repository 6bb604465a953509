// The cards of a pool on a share chain: figures, chain, whom the tip pays, peers.
import { drawChain, drawPeers } from "./chain.js";
import { count, duration, hashrate, shorten } from "./text.js";

const $ = (id) => document.getElementById(id);
const percent = (part) => (part === null || part === undefined ? "–" : `${Number((100 * part).toPrecision(part < 0.01 ? 1 : 3))} %`);
const say = (id, text) => { if ($(id).textContent !== text) $(id).textContent = text; };
const size = (bytes) => (bytes < 1048576 ? `${(bytes / 1024).toFixed(1)} KiB` : `${(bytes / 1048576).toFixed(1)} MiB`);

let chosen = null;

// page: { t, nothing, language, table, titled, coins, when, unit, shares, blocks, peers, region }
export function drawChainCards(chain, page) {
  if (!chain) return;
  const { t, language } = page, time = (seconds) => duration(seconds, language), w = chain.window;
  say("chain-name", `${chain.set ?? t("ownRules")}${chain.is_private ? ` · ${t("privateChain")}` : ""} · ${t("chainHeight", count(chain.height))}`);
  figure("expected", w.expected_payout === null ? "–" : `${page.coins(w.expected_payout)} ${page.unit}`, t("ofNextBlock", percent(w.own_part)));
  figure("own", count(w.own_shares), t("ownNote", count(w.own_uncles), chain.own_share_time_s === null ? null : time(chain.own_share_time_s)));
  figure("window", count(w.shares), t("windowNote", count(w.uncles), count(w.payees)));
  figure("luck", percent(w.luck), w.blocks === null ? t("luckUnknown") : t("luckNote", count(w.blocks), w.blocks_expected.toFixed(1)));
  figure("pace", chain.hashrate_hs === null ? "–" : hashrate(chain.hashrate_hs), chain.tip_age_s === null ? " " : t("newest", time(chain.tip_age_s)));
  say("chain-gate", chain.gate.open ? t(`sync_${chain.sync.state}`) : t("gateShut", chain.gate.reason));
  $("chain-gate").dataset.open = String(chain.gate.open);
  $("chain-sync").hidden = chain.sync.done === null;
  $("chain-sync").value = chain.sync.done ?? 0;
  say("chain-progress", chain.sync.done === null ? "" : t("fetched", count(chain.sync.had), count(chain.sync.of), chain.sync.from ?? "–"));
  const alarms = chain.alarms ?? [];
  $("chain-alarms").hidden = alarms.length === 0;
  say("chain-alarms", alarms.map((alarm) => alarm.text).join("; "));
  $("chain-advice").hidden = chain.advice === null;
  if (chain.advice) say("chain-advice", t("nanoFits", w.expected_own_shares.toFixed(1), time(w.time_s)));
  drawBeads(page);
  page.table($("tip-table"), t("tipPays"), [
    [t("address"), "mono", (p) => page.titled(p.address, shorten(p.address) + (p.own ? ` · ${t("ours")}` : ""))],
    [t("amount"), "number", (p) => page.coins(p.amount)], [t("partCol"), "number", (p) => percent(p.part)],
    [t("why"), "", (p) => page.titled(t(`${p.how}Why`), t(p.how))],
  ], chain.at_tip?.payouts ?? [], t("noTip"));
  say("tip-note", chain.at_tip ? t("tipNote", page.coins(chain.at_tip.reward), page.unit, chain.at_tip.outputs_max) : "");
  drawFound(page);
  drawPeerCard(page);
}

// The pool's coin blocks, and what each pays to us.
function drawFound(page) {
  const { t, coins } = page;
  const ours = (b) => b.paid.reduce((sum, p) => sum + Number(p.amount), 0);
  page.table($("found-table"), t("poolBlocks"), [
    [t("block"), "number", (b) => count(b.height)], [t("when"), "", (b) => page.when(b.time)],
    [t("hash"), "mono", (b) => page.titled(b.hash, `…${b.hash.slice(-10)}`)], [t("reward"), "number", (b) => coins(b.reward)],
    [t("toUs"), "number", (b) => page.titled(b.paid.map((p) => `${p.amount} ${p.address}`).join("\n"), coins(String(ours(b))))],
    [t("status"), "", (b) => t(`${b.status}_`)],
  ], (page.blocks ?? []).slice(0, 12), t("noPoolBlocks"));
}

function figure(name, value, note) {
  say(`chain-${name}`, value);
  say(`chain-${name}-note`, note);
}

function drawBeads(page) {
  const { t, language } = page;
  const role = (s) => t(s.is_main ? "inChain" : s.is_uncle ? "isUncle" : "isBeside");
  const describe = (s) => [
    t("heightOf", count(s.height)), role(s), t("ago", duration(Date.now() / 1000 - s.time, language)),
    `${t("pays")} ${shorten(s.payout)}${s.own ? ` (${t("ours")})` : ""}`].join(" · ");
  const own = page.shares.filter((s) => s.own).length, uncles = page.shares.filter((s) => s.is_uncle).length;
  const label = t("chainLabel", count(page.shares.filter((s) => s.is_main).length), count(own), count(uncles));
  $("chain-chart").hidden = page.shares.length === 0;
  if (page.shares.length === 0) return say("chain-detail", page.nothing("noShares"));
  say("chain-detail", drawChain($("chain-chart"), label, page.shares, chosen, describe, (id) => {
    if (id === chosen) return;
    chosen = id;
    drawBeads(page);
  }));
}

function drawPeerCard(page) {
  const { t, language } = page, peers = page.peers;
  $("peer-chart").hidden = peers.length === 0;
  const here = page.region ?? t("thisNode");
  if (peers.length > 0) drawPeers($("peer-chart"), { map: t("peersLabel", count(peers.length)), here }, peers);
  page.table($("peers-table"), t("peers"), [
    [t("address"), "mono", (p) => page.titled(p.id, p.address)],
    [t("region"), "", (p) => [p.region, p.asn === null ? null : `AS${p.asn}`].filter(Boolean).join(" ") || "–"],
    [t("direction"), "", (p) => t(`${p.direction}_`) + (p.for_latency ? ` · ${t("near")}` : "")],
    [t("roundTrip"), "number", (p) => (p.round_trip_ms === null ? "–" : `${p.round_trip_ms.toFixed(p.round_trip_ms < 10 ? 1 : 0)} ms`)],
    [t("block"), "number", (p) => count(p.height)], [t("since"), "", (p) => duration(p.age_s, language)],
    [t("traffic"), "number", (p) => `${size(p.bytes_in)} / ${size(p.bytes_out)}`], [t("points"), "number", (p) => count(p.points)],
  ], peers.slice(0, 50), t("noPeers"));
}
