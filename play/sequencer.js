// Eight drums, sixteen steps; every hit is drawn a little before it is due.

import * as engine from "./engine.js";
import { ROWS, STEPS } from "./link.js";
import { $, changed, drawn, hit, keep, say, state } from "./state.js";

const MODEL = "drums_long";
const AHEAD = 0.5; // seconds between the draw of a step and its sound
const EVERY = 40; // milliseconds from one look at the clock to the next
const MOST = 24; // hits that may wait to be drawn; a device that cannot keep up leaves others out
const LEVEL = 0.6; // of one hit, so that several at once do not clip
const BEGIN = ["8080", "0808", "0000", "0002", "aaaa", "0001", "0000", "0120"];
export const played = { hits: 0, late: 0, left: 0 }; // counted for tests and benchmarks
let waiting = 0;
let names = [];
let cells = [];
let running = false;
let step = 0;
let due = 0;

const titled = (name) => name[0].toUpperCase() + name.slice(1).replaceAll("_", " ");

/** Seconds from a step to the next: sixteenths; swing makes every second one late. */
export function lengthOf(index, { tempo, swing }) {
  const sixteenth = 15 / tempo;
  return sixteenth * (index % 2 ? 1 - swing : 1 + swing);
}

async function sound(row, at) {
  if (waiting >= MOST) {
    played.left += 1;
    return;
  }
  waiting += 1;
  try {
    const made = await drawn(MODEL, [row]);
    if (!running) return;
    const now = engine.sounding().currentTime;
    played.hits += 1;
    if (at < now) played.late += 1;
    engine.play(made, Math.max(at, now), LEVEL);
  } catch (error) {
    say(`A hit could not be drawn: ${error.message}. Load the page again.`);
  } finally {
    waiting -= 1;
  }
}

function schedule() {
  const now = engine.sounding().currentTime;
  if (due < now) due = now + 0.05; // the page slept
  while (running && due < now + AHEAD) {
    const column = step % STEPS;
    state.steps.forEach((row, i) => row[column] && sound(i, due));
    setTimeout(show, 1000 * (due - now), column);
    due += lengthOf(step, state);
    step += 1;
  }
}

function show(column) {
  for (const row of cells)
    row.forEach((cell, i) => cell.classList.toggle("now", running && i === column));
}

async function toggle() {
  running = !running;
  $("run").setAttribute("aria-pressed", running);
  $("run").textContent = running ? "Stop" : "Play";
  if (running) {
    step = 0;
    due = engine.sounding().currentTime + AHEAD;
    await engine.tick(EVERY);
    schedule();
  } else {
    await engine.tick(0);
    show(-1);
    keep();
  }
  say(running ? "The pattern plays." : "The pattern stands still.");
}

function set(row, column, on = !state.steps[row][column]) {
  state.steps[row][column] = on;
  cells[row][column].setAttribute("aria-pressed", on);
  keep();
}

function refresh() {
  cells.forEach((row, i) => row.forEach((cell, j) => cell.setAttribute("aria-pressed", state.steps[i][j])));
}

function move(event, row, column) {
  const ways = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0] };
  const ends = { Home: 0, End: STEPS - 1 };
  let place = null;
  if (ways[event.key]) {
    const [down, right] = ways[event.key];
    place = [(row + down + ROWS) % ROWS, (column + right + STEPS) % STEPS];
  } else if (event.key in ends) place = [row, ends[event.key]];
  if (!place) return;
  event.preventDefault();
  cells[row][column].tabIndex = -1;
  cells[place[0]][place[1]].tabIndex = 0;
  cells[place[0]][place[1]].focus();
}

function element(tag, attributes, ...inside) {
  const made = Object.assign(document.createElement(tag), attributes);
  if (attributes.role) made.setAttribute("role", attributes.role);
  made.append(...inside);
  return made;
}

function cell(row, column) {
  const button = element("button", { type: "button", className: "step" });
  button.setAttribute("aria-label", `${titled(names[row])}, step ${column + 1}`);
  button.setAttribute("aria-pressed", state.steps[row][column]);
  button.tabIndex = row || column ? -1 : 0;
  button.addEventListener("click", () => set(row, column));
  button.addEventListener("keydown", (event) => move(event, row, column));
  return button;
}

function rowOf(name, row) {
  const title = titled(name);
  const play = element("button", { type: "button" }, title);
  play.addEventListener("click", () => hit(MODEL, [row], title));
  cells[row] = Array.from({ length: STEPS }, (_, column) => cell(row, column));
  const steps = cells[row].map((one) => element("div", { role: "gridcell" }, one));
  const head = element("div", { role: "rowheader" }, play);
  return element("div", { role: "row", className: "row" }, head,
    element("div", { role: "presentation", className: "steps" }, ...steps));
}

/** Every hit of some bars, drawn and mixed. */
export async function rendered(bars = 2) {
  const parts = [];
  let at = 0;
  for (let i = 0; i < bars * STEPS; i++) {
    for (let row = 0; row < ROWS; row++)
      if (state.steps[row][i % STEPS]) parts.push({ ...(await drawn(MODEL, [row])), at, level: LEVEL });
    at += lengthOf(i, state);
  }
  return engine.mixed(parts, at + 0.5);
}

async function savePattern() {
  say("Drawing two bars.");
  engine.save(await rendered(), `pattern-${state.tempo}.wav`);
  keep();
  say("Two bars are saved.");
}

function fill(rows) {
  rows.forEach((digits, i) => {
    const bits = parseInt(digits, 16);
    state.steps[i] = state.steps[i].map((_, j) => Boolean(bits & (2 ** (STEPS - 1 - j))));
  });
  refresh();
  keep();
}

export async function start() {
  const about = await engine.load(MODEL);
  names = Object.values(about.conditions)[0];
  $("grid").append(...names.map(rowOf));
  changed.addEventListener("change", refresh);
  engine.clock.addEventListener("tick", () => running && schedule());
  $("run").addEventListener("click", toggle);
  $("clear").addEventListener("click", () => fill(Array(ROWS).fill("0")));
  $("example").addEventListener("click", () => fill(BEGIN));
  $("save-pattern").addEventListener("click", savePattern);
}
