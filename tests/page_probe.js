// SPDX-License-Identifier: GPL-3.0-or-later
// Tries a report in a browser, and says on <html data-probe> what is wrong, or "fine".
"use strict";

function must(holds, what) {
  if (!holds) {
    problems.push(what);
  }
}

function luminance(colour) {
  const part = colour.match(/[\d.]+/g).slice(0, 3).map((x) => x / 255).map((x) => x <= 0.03928 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4);
  return 0.2126 * part[0] + 0.7152 * part[1] + 0.0722 * part[2];
}

// WCAG 2.1: text and its ground.
function contrast(a, b) {
  const [x, y] = [luminance(a), luminance(b)].sort((p, q) => q - p);
  return (x + 0.05) / (y + 0.05);
}

function groundOf(element) {
  for (let at = element; at !== null; at = at.parentElement) {
    const ground = getComputedStyle(at).backgroundColor;
    if (!/, 0\)$/.test(ground) && ground !== "transparent") {
      return ground;
    }
  }
  return "rgb(255, 255, 255)";
}

function tryPage() {
  must(window.hacked === undefined, "a text of the scenario ran");
  must(document.querySelectorAll("script").length === 3, "there are other scripts");  // its own, and the two of this test
  must(document.querySelectorAll("img, link, iframe, object, embed").length === 0, "something is embedded");
  must(document.documentElement.scrollWidth <= innerWidth, "the page is wider than the window");
  must(document.querySelectorAll("h1").length === 1, "not one headline");
  must(document.querySelector("main") && document.querySelector("nav") && document.querySelector("header"), "landmarks");
  const ids = [...document.querySelectorAll("[id]")].map((element) => element.id);
  must(new Set(ids).size === ids.length, "an id comes twice");
  for (const element of document.querySelectorAll("[aria-labelledby]")) {
    for (const id of element.getAttribute("aria-labelledby").split(" ")) {
      must(document.getElementById(id), "no " + id);
    }
  }
}

function tryColours() {
  for (const element of document.querySelectorAll("h1, h2, p, li, td, th, caption, figcaption, a, code, button, strong")) {
    const seen = contrast(getComputedStyle(element).color, groundOf(element));
    must(seen >= 4.5, "contrast " + seen.toFixed(2) + " of " + element.tagName + " " + element.textContent.slice(0, 40));
  }
  for (const text of document.querySelectorAll("figure svg text")) {
    const cell = text.closest(".pair, .span, .critical");  // of which it stands in the first part
    const ground = cell ? getComputedStyle(cell.querySelector("rect")).fill : groundOf(text.ownerSVGElement);
    const seen = contrast(getComputedStyle(text).fill, ground);
    must(seen >= 4.5, "contrast " + seen.toFixed(2) + " of " + text.textContent);
  }
}

function trySwitches() {
  for (const figure of document.querySelectorAll("figure")) {
    for (const button of figure.querySelectorAll(".tools button")) {
      const hidden = () => [...figure.querySelectorAll("svg g.off")].filter((part) => getComputedStyle(part).display === "none").length;
      button.focus();
      must(document.activeElement === button, "a switch takes no focus");
      button.click();
      must(button.getAttribute("aria-pressed") === "false" && hidden() > 0, "a switch hides nothing: " + button.textContent);
      button.click();
      must(button.getAttribute("aria-pressed") === "true" && hidden() === 0, "a switch shows nothing: " + button.textContent);
    }
  }
}

function numberAt(row, column) {
  return numberOf(row.cells[column].textContent);
}

function trySorting() {
  for (const button of document.querySelectorAll("thead th button")) {
    const head = button.closest("th"), table = head.closest("table");
    const column = head.cellIndex, rows = () => [...table.tBodies[0].rows];
    const before = rows().length;
    button.focus();
    must(document.activeElement === button, "a head takes no focus");
    for (const wanted of ["ascending", "descending", "ascending"]) {
      button.click();
      must(head.getAttribute("aria-sort") === wanted && table.querySelectorAll("[aria-sort]").length === 1, "aria-sort");
      const values = rows().map((row) => numberAt(row, column)).filter((value) => !isNaN(value));
      const sign = wanted === "ascending" ? 1 : -1;
      const numeric = values.length * 2 > rows().filter((row) => row.cells[column].textContent.trim() !== "").length;
      must(!numeric || values.every((value, i) => i === 0 || sign * (value - values[i - 1]) >= 0), "not in order: " + head.textContent);
      must(rows().length === before, "a row is lost");
    }
  }
}

function tryHints() {
  for (const spot of document.querySelectorAll("figure svg .spot")) {
    spot.dispatchEvent(new PointerEvent("pointermove", {bubbles: true, clientX: 50, clientY: 50}));
    must(!tip.hidden && /\d/.test(tip.textContent), "a spot tells nothing");
  }
  dispatchEvent(new KeyboardEvent("keydown", {key: "Escape"}));
  must(tip.hidden, "Escape leaves the hint");
}

addEventListener("load", () => {
  try {
    [tryPage, tryColours, trySwitches, trySorting, tryHints].forEach((attempt) => attempt());
  } catch (error) {
    problems.push(String(error));
  }
  const counts = ["figure", "table", ".tools button", ".spot"].map((what) => document.querySelectorAll(what).length + " " + what);
  document.documentElement.dataset.probe = problems.length === 0 ? "fine: " + counts.join(", ") : problems.slice(0, 8).join("; ");
});
