// Two small charts in SVG: lines over time, and bars over time. They are redrawn whole; at most a few hundred points.
const NS = "http://www.w3.org/2000/svg";
const LEFT = 66, RIGHT = 8, TOP = 10, BOTTOM = 22;

function node(parent, name, attributes, text) {
  const element = document.createElementNS(NS, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  if (text !== undefined) element.textContent = text;
  parent.append(element);
  return element;
}

// A round number at or above the value, so that grid lines have short labels.
function ceiling(value) {
  if (!(value > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 1.5, 2, 3, 4, 5, 6, 8, 10].map((f) => f * power).find((v) => v >= value * 1.0001) ?? 10 * power;
}

function frame(host, name, top, format, from, to) {
  const width = host.clientWidth || 600, height = host.clientHeight || 200;
  host.querySelector("svg")?.remove();
  const svg = document.createElementNS(NS, "svg");
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", name);
  host.prepend(svg);
  const x = (time) => LEFT + ((time - from) / (to - from)) * (width - LEFT - RIGHT);
  const y = (value) => height - BOTTOM - (value / top) * (height - TOP - BOTTOM);
  const lines = height > 190 ? 4 : 2;
  for (let i = 0; i <= lines; i++) {
    const value = (top * i) / lines;
    node(svg, "line", { x1: LEFT, x2: width - RIGHT, y1: y(value), y2: y(value), class: "gridline" });
    node(svg, "text", { x: LEFT - 9, y: y(value) + 4, "text-anchor": "end", class: "tick" }, format(value));
  }
  const step = [10, 15, 30, 60, 120, 300, 600, 900, 1200, 3600, 7200, 10800, 21600, 43200, 86400].find((s) => (to - from) / s <= Math.max(2, width / 110)) ?? 172800;
  for (let time = Math.ceil(from / step) * step; time <= to; time += step) {
    const label = step >= 43200
      ? new Date(time * 1000).toLocaleDateString("en-GB", { day: "numeric", month: "short" })
      : new Date(time * 1000).toLocaleTimeString("en-GB", step < 60 ? {} : { hour: "2-digit", minute: "2-digit" });
    const at = x(time);
    if (at < LEFT + 14 || at > width - RIGHT - 16) continue;
    node(svg, "text", { x: at, y: height - 5, "text-anchor": "middle", class: "tick" }, label);
  }
  return { svg, x, y, width, height };
}

function hover(host, f, rows, describe) {
  const tip = host.querySelector(".tip") ?? Object.assign(document.createElement("div"), { className: "tip" });
  tip.hidden = true;
  host.append(tip);
  const cross = node(f.svg, "line", { y1: TOP, y2: f.height - BOTTOM, class: "cross", visibility: "hidden" });
  const leave = () => { tip.hidden = true; cross.setAttribute("visibility", "hidden"); };
  const show = (clientX) => {
    const px = clientX - host.getBoundingClientRect().left;
    let best = null;
    for (const row of rows) if (!best || Math.abs(f.x(row.time) - px) < Math.abs(f.x(best.time) - px)) best = row;
    if (!best) return leave();
    const at = f.x(best.time);
    cross.setAttribute("x1", at); cross.setAttribute("x2", at); cross.setAttribute("visibility", "visible");
    tip.replaceChildren(...describe(best).map((line) => Object.assign(document.createElement("div"), { textContent: line })));
    tip.hidden = false;
    tip.style.left = `${Math.min(Math.max(0, at + 12), f.width - tip.offsetWidth)}px`;
  };
  host.onpointermove = (event) => { host.pointerX = event.clientX; show(event.clientX); };
  host.onpointerleave = () => { host.pointerX = undefined; leave(); };
  if (host.pointerX !== undefined) show(host.pointerX);
}

const clock = (time) => new Date(time * 1000).toLocaleTimeString("en-GB");

// A series measured here counts whole; an estimate counts up to its 95th percentile, so that the first lucky share does not
// press everything else to the floor.
function topOf(series, indices) {
  const highest = series.map((s) => {
    const values = indices.map((i) => s.values[i]).sort((a, b) => a - b);
    return (s.estimate ? 1.15 * (values[Math.floor(0.95 * (values.length - 1))] ?? 0) : values.at(-1)) ?? 0;
  });
  return ceiling(Math.max(0, ...highest));
}

// series: [{name, label, values, estimate}] beside time[]; the first one gets a wash below it. name is for those who hear it.
export function lineChart(host, name, time, series, from, to, format) {
  const indices = time.map((t, i) => i).filter((i) => time[i] >= from && time[i] <= to);
  const top = topOf(series, indices);
  const last = indices.at(-1);
  const words = series.map((s) => `${s.label}: ${format(last === undefined ? 0 : s.values[last])}`).join(", ");
  const f = frame(host, `${name}. ${words}`, top, format, from, to);
  for (const [n, s] of series.entries()) {
    if (indices.length < 2 || indices.every((i) => !s.values[i])) continue;
    const points = indices.map((i) => `${f.x(time[i]).toFixed(1)},${f.y(Math.min(s.values[i], top)).toFixed(1)}`);
    if (n === 0) {
      const first = f.x(time[indices[0]]), last = f.x(time[indices.at(-1)]), floor = f.y(0);
      node(f.svg, "path", { d: `M${first},${floor}L${points.join("L")}L${last},${floor}Z`, class: "wash" });
    }
    node(f.svg, "path", { d: `M${points.join("L")}`, class: `line ${s.name}` });
  }
  hover(host, f, indices.map((i) => ({ time: time[i], i })), (row) => [
    clock(row.time), ...series.map((s) => `${s.label}: ${format(s.values[row.i])}`)]);
}

// bars: [{time, parts: [[class, value, label], ...]}], stacked; span = seconds one bar covers.
export function barChart(host, name, bars, span, from, to, format) {
  const visible = bars.filter((bar) => bar.time >= from && bar.time <= to);
  const top = 2 * Math.ceil(0.5 * Math.max(2, ceiling(Math.max(0, ...visible.map((bar) => bar.parts.reduce((sum, p) => sum + p[1], 0))))));
  const sums = new Map();
  for (const bar of visible) for (const [, value, label] of bar.parts) sums.set(label, (sums.get(label) ?? 0) + value);
  const words = [...sums].map(([label, value]) => `${label}: ${format(value)}`).join(", ");
  const f = frame(host, `${name}. ${words}`, top, format, from, to);
  const width = Math.max(1.5, (f.x(from + span) - f.x(from)) * 0.72);
  for (const bar of visible) {
    let below = 0;
    for (const [name, value] of bar.parts) {
      if (value <= 0) continue;
      const y = f.y(below + value);
      node(f.svg, "rect", { x: f.x(bar.time) - width / 2, y, width, height: Math.max(1, f.y(below) - y), rx: Math.min(2.5, width / 3), class: name });
      below += value;
    }
  }
  hover(host, f, visible, (bar) => [clock(bar.time), ...bar.parts.map(([, value, label]) => `${label}: ${format(value)}`)]);
}
