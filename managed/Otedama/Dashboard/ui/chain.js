// The share chain as beads on a string, its uncles above it, and peers by how far away they are. Redrawn whole.
const NS = "http://www.w3.org/2000/svg";
const MAIN = 92, ROW = 26, EDGE = 14, STEP = 17;

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

const MARKS = [1, 3, 10, 30, 100, 300, 1000];

// One dot for each peer on a logarithmic scale of round trips; those not measured yet stand at the right end.
export function drawPeers(host, label, peers, unknown) {
  const { svg, width } = canvas(host, label, 92), known = width - 70;
  const x = (ms) => EDGE + ((Math.log10(Math.max(1, Math.min(1000, ms)))) / 3) * (known - 2 * EDGE), rows = [];
  for (const mark of MARKS) {
    node(svg, "line", { x1: x(mark), x2: x(mark), y1: 8, y2: 66, class: "gridline" });
    if (width > 480 || [1, 10, 100, 1000].includes(mark)) node(svg, "text", { x: x(mark), y: 84, "text-anchor": "middle", class: "tick" }, mark === 1000 ? "1 s" : `${mark} ms`);
  }
  if (peers.some((p) => p.round_trip_ms === null)) node(svg, "text", { x: width - 4, y: 84, "text-anchor": "end", class: "tick" }, unknown);
  for (const peer of peers) {
    const at = peer.round_trip_ms === null ? width - 24 : x(peer.round_trip_ms);
    let row = rows.findIndex((end) => at - end > 13);
    if (row < 0) row = rows.length < 4 ? rows.length : 3;
    rows[row] = at;
    const dot = node(svg, "circle", { cx: at, cy: 58 - row * 14, r: 5, class: `peer ${peer.direction}` });
    node(dot, "title", {}, `${peer.address}${peer.round_trip_ms === null ? "" : `, ${peer.round_trip_ms.toFixed(1)} ms`}`);
  }
}
