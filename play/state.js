// What the page is set to, kept in the address, and what every panel needs: a hit.

import { decode, defaults, encode, inRange } from "./link.js";
import * as engine from "./engine.js";

export const state = location.hash.length > 1 ? decode(location.hash) : defaults();
export const changed = new EventTarget(); // "change" when the state was replaced from outside
let last = null;

export const $ = (id) => document.getElementById(id);

export function say(text) {
  $("status").textContent = text;
}

/** Write the state into the address, without a new entry in the browser's history. */
export function keep() {
  history.replaceState(null, "", `#${encode(state)}`);
}

addEventListener("hashchange", () => {
  Object.assign(state, decode(location.hash));
  changed.dispatchEvent(new Event("change"));
});

/** The seed of the next hit; with fresh draws the one after it is next. */
export function nextSeed() {
  const seed = state.seed;
  if (state.fresh) {
    state.seed = (seed + 1) % 2 ** 32;
    $("seed").value = state.seed;
  }
  return seed;
}

/** Draw a sound of a model with the page's settings. */
export async function drawn(name, labels) {
  const { other, morph, temperature } = state;
  const seed = nextSeed();
  const made = await engine.draw({ name, labels, seed, other, morph, temperature });
  return { ...made, seed };
}

/** Draw a sound, play it at once, and say so; `level`: below 1 where several sound together. */
export async function hit(name, labels, what, level = 1) {
  engine.sounding();
  try {
    const made = await drawn(name, labels);
    engine.play(made, 0, level);
    last = { made, what };
    $("save").disabled = false;
    say(`${what}, seed ${made.seed}, drawn in ${made.milliseconds.toFixed(0)} ms.`);
    keep();
    return made;
  } catch (error) {
    say(`${what} could not be drawn: ${error.message}. Load the page again.`);
    return null;
  }
}

export function saveLast() {
  const name = `${last.what.toLowerCase().replace(/[^a-z0-9]+/g, "-")}-${last.made.seed}.wav`;
  engine.save(last.made, name);
  say(`Saved as ${name}.`);
}

/** Show beside a slider what it stands for, and let a screen reader say that, not the number. */
export function tell(input, text, output = document.querySelector(`output[for="${input.id}"]`)) {
  if (!output) return;
  output.textContent = text;
  input.setAttribute("aria-valuetext", text);
}

/** Join an input to a setting: its value, its range and what stands beside it. */
export function bind(name, show = (value) => value) {
  const input = $(name);
  const refresh = () => {
    if (input.type === "checkbox") input.checked = Boolean(state[name]);
    else input.value = state[name];
    tell(input, show(state[name]));
  };
  input.addEventListener("input", () => {
    const value = input.type === "checkbox" ? Number(input.checked) : input.value;
    if (value === "") return; // about to be typed
    state[name] = inRange(name, value);
    tell(input, show(state[name]));
    keep();
  });
  input.addEventListener("change", refresh);
  changed.addEventListener("change", refresh);
  refresh();
}
