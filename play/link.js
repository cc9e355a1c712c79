// All that the page is set to, as a short text behind the address's #, and back.

export const ROWS = 8;
export const STEPS = 16;
const RANGES = { // name: [letter, least, most, default, digits behind the point]
  tempo: ["t", 40, 240, 110, 0],
  swing: ["w", 0, 0.6, 0, 2],
  seed: ["k", 0, 2 ** 32 - 1, 1, 0],
  other: ["b", 0, 2 ** 32 - 1, 2, 0],
  morph: ["m", 0, 1, 0, 2],
  temperature: ["h", 0, 1.5, 1, 2],
  fresh: ["f", 0, 1, 1, 0],
};

export const defaults = () => ({
  ...Object.fromEntries(Object.entries(RANGES).map(([name, range]) => [name, range[3]])),
  steps: Array.from({ length: ROWS }, () => Array(STEPS).fill(false)),
});

/** A whole number or one with a few digits, inside the range of what it stands for. */
export function inRange(name, value) {
  const [, least, most, usual, digits] = RANGES[name];
  const number = Number.isFinite(+value) && value !== "" ? +value : usual;
  return +Math.min(Math.max(number, least), most).toFixed(digits);
}

/** Settings to text: k=12&t=120&p=8888.0000. ... one group of four hexadecimal digits a row. */
export function encode(state) {
  const parts = Object.entries(RANGES)
    .filter(([name]) => inRange(name, state[name]) !== RANGES[name][3])
    .map(([name, [letter]]) => `${letter}=${inRange(name, state[name])}`);
  const rows = state.steps.map((row) => {
    const bits = row.reduce((number, on, i) => number + (on ? 2 ** (STEPS - 1 - i) : 0), 0);
    return bits.toString(16).padStart(STEPS / 4, "0");
  });
  return [...parts, `p=${rows.join(".")}`].join("&");
}

/** Text to settings; what is missing or wrong has its usual value. */
export function decode(text) {
  const state = defaults();
  const given = new URLSearchParams(text.replace(/^#/, ""));
  for (const [name, [letter]] of Object.entries(RANGES))
    if (given.has(letter)) state[name] = inRange(name, given.get(letter));
  (given.get("p") ?? "").split(".").slice(0, ROWS).forEach((digits, row) => {
    const bits = /^[0-9a-f]{1,4}$/i.test(digits) ? parseInt(digits, 16) : 0;
    state.steps[row] = state.steps[row].map((_, i) => Boolean(bits & (2 ** (STEPS - 1 - i))));
  });
  return state;
}
