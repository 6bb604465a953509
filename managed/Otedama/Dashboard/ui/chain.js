// The share chain as beads on a string, its uncles above it, and peers on a map of round trips. Redrawn whole.
const NS = "http://www.w3.org/2000/svg";
const MAIN = 70, ROW = 26, EDGE = 14, STEP = 17;

function node(parent, name, attributes, text) {
  const element = document.createElementNS(NS, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  if (text !== undefined) element.textContent = text;
  parent.append(element);
  return element;
}

function canvas(host, label, height) {
  const width = host.clientWidth || 600;
  host.querySelector("svg")?.remove();
  const svg = document.createElementNS(NS, "svg");
  for (const [key, value] of [["viewBox", `0 0 ${width} ${height}`], ["role", "img"], ["aria-label", label]]) svg.setAttribute(key, value);
  host.prepend(svg);
  return { svg, width };
}

// As many of the newest heights as fit, each with its place: [{share, x, y}], left to right, the chain's own before what is beside it.
function place(shares, width) {
  const main = shares.filter((s) => s.is_main), fit = Math.max(4, Math.min(60, Math.floor((width - 2 * EDGE) / STEP)));
  const lowest = main[Math.min(fit, main.length) - 1]?.height ?? 0, step = (width - 2 * EDGE) / Math.max(1, fit - 1);
  const newest = main[0]?.height ?? 0, rows = new Map();
  return shares.filter((s) => s.height >= lowest).reverse().sort((a, b) => a.height - b.height || b.is_main - a.is_main).map((share) => {
    const row = share.is_main ? 0 : (rows.get(share.height) ?? 0) + 1;
    rows.set(share.height, row);
    return { share, x: width - EDGE - (newest - share.height) * step, y: MAIN - Math.min(row, 3) * ROW };
  });
}

const kind = (share) => `${share.is_main ? "main" : share.is_uncle ? "uncle" : "beside"}${share.own ? " own" : ""}`;

// describe(share) -> one line; chosen: id of the share that is looked at, null = the newest; choose(id) when another one is.
export function drawChain(host, label, shares, chosen, describe, choose) {
  const { svg, width } = canvas(host, label, MAIN + 26), placed = place(shares, width), byId = new Map(placed.map((p) => [p.share.id, p]));
  for (const { share, x, y } of placed) {
    const parent = byId.get(share.parent);
    if (parent) node(svg, "path", { d: `M${parent.x},${parent.y}L${x},${y}`, class: share.is_main ? "string" : "string side" });
    for (const id of share.uncles) {
      const uncle = byId.get(id);
      if (uncle) node(svg, "path", { d: `M${uncle.x},${uncle.y}Q${x},${uncle.y} ${x},${y}`, class: "lists" });
    }
  }
  const at = placed.find((p) => p.share.id === chosen) ?? placed.findLast((p) => p.share.is_main);
  for (const p of placed) {
    const bead = node(svg, "circle", { cx: p.x, cy: p.y, r: p.share.is_main ? 5.5 : 4.5, class: `bead ${kind(p.share)}` });
    bead.onpointerenter = () => choose(p.share.id);
    if (p === at) node(svg, "circle", { cx: p.x, cy: p.y, r: 9, class: "ring" });
  }
  for (let i = placed.length - 1, last = width + 60; i >= 0; i--) {
    const { share, x } = placed[i];
    if (!share.is_main || share.height % 10 !== 0 || last - x < 60 || x < 26 || x > width - 26) continue;
    node(svg, "text", { x, y: MAIN + 22, "text-anchor": "middle", class: "tick" }, share.height.toLocaleString("en-US"));
    last = x;
  }
  host.onkeydown = (event) => {
    const move = { ArrowLeft: -1, ArrowRight: 1, Home: -placed.length, End: placed.length }[event.key];
    if (!move || placed.length === 0) return;
    event.preventDefault();
    choose(placed[Math.max(0, Math.min(placed.length - 1, placed.indexOf(at) + move))].share.id);
  };
  host.onpointerleave = () => choose(null);
  return at ? describe(at.share) : "";
}

const MARKS = [1, 3, 10, 30, 100, 300, 1000, 3000, 10000], MAP = 300, DRAWN = 150;
const ms = (value) => (value >= 1000 ? `${value / 1000} s` : `${value < 10 ? Number(value.toFixed(1)) : Math.round(value)} ms`);

// This node in the middle, each peer as far away as it was measured (rings, logarithmic) and in the direction of its coordinate.
// Those not measured yet stand on the outermost ring, dashed. labels: { map, here }; here: this node's region.
export function drawPeers(host, labels, peers) {
  const { svg, width } = canvas(host, labels.map, MAP), cx = width / 2, cy = MAP / 2 + 4, ry = MAP / 2 - 26, rx = Math.min(width / 2 - 66, 2.4 * ry);
  const longest = Math.max(10, ...peers.map((p) => p.round_trip_ms ?? 0)), outer = MARKS.find((mark) => mark >= longest) ?? longest;
  const far = (value) => Math.log10(1 + value) / Math.log10(1 + outer), rings = MARKS.filter((mark) => mark <= outer && mark >= outer / 300), taken = [];
  for (const mark of rings) node(svg, "ellipse", { cx, cy, rx: rx * far(mark), ry: ry * far(mark), class: "ring" });
  for (const mark of rings) {
    if (rings.length > 3 && far(mark) * ry < 30) continue;
    const text = node(svg, "text", { x: cx, y: cy - ry * far(mark) - 4, "text-anchor": "middle", class: "tick" }, ms(mark));
    taken.push({ x: cx - 20, y: cy - ry * far(mark) - 14, w: 40, h: 12, text });
  }
  node(svg, "circle", { cx, cy, r: 7, class: "here" });
  write(svg, taken, width, cx, cy, labels.here, "here-name");
  const dots = peers.slice(0, DRAWN).map((peer, i) => {
    const known = peer.x_ms !== null && peer.y_ms !== null, angle = known ? Math.atan2(-peer.y_ms, peer.x_ms) : (i + 0.5) * 2.4;
    const away = known ? far(peer.round_trip_ms) : 1.09, x = cx + Math.cos(angle) * rx * away, y = cy + Math.sin(angle) * ry * away;
    if (known && peers.length <= 40) node(svg, "line", { x1: cx, y1: cy, x2: x, y2: y, class: "way" });
    const dot = node(svg, "circle", { cx: x, cy: y, r: 5.5, class: `peer ${peer.direction}${known ? "" : " new"}` });
    const name = [peer.region, peer.round_trip_ms === null ? null : ms(peer.round_trip_ms)].filter(Boolean).join(" · ");
    node(dot, "title", {}, [peer.address, name].filter(Boolean).join(", "));
    taken.push({ x: x - 7, y: y - 7, w: 14, h: 14 });
    return { x, y, name };
  });
  for (const { x, y, name } of dots) write(svg, taken, width, x, y, name, "peer-name");
}

// Beside the dot, on the side away from the middle; not where another name stands already: the dot and the table have it too.
function write(svg, taken, width, x, y, text, kind) {
  const w = 6.8 * text.length + 4, right = x >= width / 2 ? x + 10 + w <= width : x - 10 - w < 0;
  const box = { x: right ? x + 10 : x - 10 - w, y: y - 8, w, h: 14 };
  if (!text || taken.some((t) => box.x < t.x + t.w && t.x < box.x + box.w && box.y < t.y + t.h && t.y < box.y + box.h)) return;
  taken.push(box);
  node(svg, "text", { x: right ? x + 10 : x - 10, y: y + 4, "text-anchor": right ? "start" : "end", class: `tick ${kind}` }, text);
}
