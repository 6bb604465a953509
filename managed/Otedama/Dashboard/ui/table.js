// Tables that are drawn again only when something in them changed.
// columns: [heading, class, cell(row)]; a cell is text or a node. Drawn again only when something in it changed.
export function table(host, name, columns, rows, none) {
  const cells = rows.map((row) => columns.map(([, , cell]) => cell(row)));
  const drawn = JSON.stringify([name, none, columns.map(([heading]) => heading), cells.map((row) => row.map((c) => c.outerHTML ?? c))]);
  if (host.drawn === drawn) return;
  host.drawn = drawn;
  if (rows.length === 0) {
    host.replaceChildren(Object.assign(document.createElement("p"), { className: "empty", textContent: none }));
    return;
  }
  const element = document.createElement("table");
  element.append(Object.assign(document.createElement("caption"), { textContent: name }));
  const head = element.createTHead().insertRow();
  for (const [heading, style] of columns) head.append(Object.assign(document.createElement("th"), { textContent: heading, className: style, scope: "col" }));
  const body = element.createTBody();
  for (const row of cells) {
    const line = body.insertRow();
    columns.forEach(([heading, style], n) => {
      const td = line.insertCell();
      td.className = row[n] === "–" ? `${style} none`.trim() : style;
      td.dataset.label = heading;
      td.append(row[n]);
    });
  }
  host.replaceChildren(element);
}

export function titled(text, shown) {
  return Object.assign(document.createElement("span"), { textContent: shown, title: text });
}
