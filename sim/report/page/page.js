// SPDX-License-Identifier: GPL-3.0-or-later
"use strict";
// Without this script the page is complete: it only sorts tables, hides series, and tells values sooner.

// ---- Tables sort by a column ----

const units = {
  B: 1, kB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12, KiB: 1024, MiB: 1048576, GiB: 1073741824, TiB: 1099511627776,
  "B/s": 1e-9, "kB/s": 1e-6, "MB/s": 1e-3, "GB/s": 1, "TB/s": 1e3,
  ps: 1e-12, ns: 1e-9, us: 1e-6, ms: 1e-3, s: 1, min: 60, h: 3600,
};

// The number that a cell begins with, in one unit for all; NaN where it begins with none.
function numberOf(text) {
  const found = /^([+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?)\s*([A-Za-z/]*)/.exec(text);
  return found ? Number(found[1]) * (units[found[2]] || 1) : NaN;
}

function textOf(row, column) {
  return row.cells[column].textContent.trim();
}

// Numbers by size where most cells are some, else text; what is empty or no number comes last.
function sort(table, column, down) {
  const body = table.tBodies[0], rows = [...body.rows];
  const filled = rows.filter((row) => textOf(row, column) !== "");
  const numbers = filled.filter((row) => !isNaN(numberOf(textOf(row, column))));
  const numeric = numbers.length * 2 > filled.length;
  const words = new Intl.Collator("en", {numeric: true});
  const order = (a, b) => {
    const x = textOf(a, column), y = textOf(b, column);
    const first = numeric ? numberOf(x) : x, second = numeric ? numberOf(y) : y;
    const lacksFirst = numeric ? isNaN(first) : x === "", lacksSecond = numeric ? isNaN(second) : y === "";
    if (lacksFirst || lacksSecond) {
      return lacksFirst - lacksSecond;
    }
    const by = numeric ? first - second : words.compare(first, second);
    return down ? -by : by;
  };
  rows.sort(order).forEach((row) => body.append(row));
}

for (const table of document.querySelectorAll("main table")) {
  const heads = [...table.tHead.rows[0].cells];
  if (table.tBodies[0].rows.length < 2) {
    continue;
  }
  heads.forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    if (button.textContent.trim() === "") {
      return;
    }
    head.append(button);
    button.addEventListener("click", () => {
      const down = head.getAttribute("aria-sort") === "ascending";
      heads.forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      sort(table, column, down);
    });
  });
}

// ---- Values under the pointer ----

const tip = document.createElement("div");
tip.className = "tip";
tip.hidden = true;
document.body.append(tip);

for (const title of document.querySelectorAll("figure svg g > title, figure svg rect > title")) {
  title.parentNode.dataset.title = title.textContent;
  title.remove();  // else the browser shows it, too, and later
}

function showTip(event) {
  const told = event.target.closest("[data-title]");
  tip.hidden = told === null;
  if (told !== null) {
    tip.textContent = told.dataset.title;
    const left = Math.min(event.clientX + 12, innerWidth - tip.offsetWidth - 8);
    const above = event.clientY - tip.offsetHeight - 12;
    tip.style.left = Math.max(8, left) + "px";
    tip.style.top = (above > 0 ? above : event.clientY + 16) + "px";
  }
}

for (const svg of document.querySelectorAll("figure svg")) {
  svg.addEventListener("pointermove", showTip);
  svg.addEventListener("pointerdown", showTip);
  svg.addEventListener("pointerleave", () => { tip.hidden = true; });
}
addEventListener("keydown", (event) => { tip.hidden = tip.hidden || event.key === "Escape"; });

// ---- Series that are shown ----

// A switch for whatever parts have this name, and for their names beside the lines.
function addSwitch(tools, svg, name, parts) {
  const button = document.createElement("button");
  const labels = [...svg.querySelectorAll("text")].filter((text) => text.textContent === name);
  button.type = "button";
  button.textContent = name;
  button.setAttribute("aria-pressed", "true");
  button.addEventListener("click", () => {
    const shown = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", String(shown));
    [...parts, ...labels].forEach((part) => part.classList.toggle("off", !shown));
  });
  tools.append(button);
}

for (const figure of document.querySelectorAll("figure")) {
  const svg = figure.querySelector("svg");
  const series = new Map();
  for (const part of svg.querySelectorAll(".series, .band")) {
    const name = part.dataset.title;
    series.set(name, [...(series.get(name) || []), part]);
  }
  const measured = [...svg.querySelectorAll(".measured")];
  if (series.size < 2 && (series.size === 0 || measured.length === 0)) {
    continue;
  }
  const tools = document.createElement("div");
  tools.className = "tools";
  tools.setAttribute("role", "group");
  tools.setAttribute("aria-label", "Shown in the chart");
  // as the chart names them: later ones are drawn first
  const names = [...series.keys()].sort((a, b) => orderOf(svg, a) - orderOf(svg, b));
  names.forEach((name) => addSwitch(tools, svg, name, series.get(name)));
  if (measured.length > 0) {
    addSwitch(tools, svg, "Measured", measured);
  }
  figure.prepend(tools);
}

// Where its name stands in the chart; those without one come last.
function orderOf(svg, name) {
  const at = [...svg.querySelectorAll("text")].findIndex((text) => text.textContent === name);
  return at < 0 ? Infinity : at;
}
