// The page's side of the worker, and the sound card.

const RATE = 48000; // of the sound that is saved where several sounds are mixed
const worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
const waiting = new Map();
const settings = fetch(new URL("./settings.json", import.meta.url)).then((answer) => answer.json());
let count = 0;
const MOST = 4; // the loudest sum that is bent, not cut
const KNEE = 0.9; // below it a sum is played as it is
let context = null;
let out = null;
export const clock = new EventTarget(); // "tick" while something is to be scheduled

worker.onmessage = ({ data: { id, error, tick, ...answer } }) => {
  if (tick) return clock.dispatchEvent(new Event("tick"));
  const { resolve, reject } = waiting.get(id);
  waiting.delete(id);
  if (error) reject(new Error(error));
  else resolve(answer);
};

async function ask(type, asked) {
  const { iterations } = await settings;
  return new Promise((resolve, reject) => {
    waiting.set(++count, { resolve, reject });
    worker.postMessage({ id: count, type, iterations, ...asked });
  });
}

/** What a model is: its description, once it is loaded. */
export const load = async (name) => (await ask("load", { name })).about;

/** A sound: { sound: Float32Array, rate, milliseconds }, for { name, seed, labels, ... }. */
export const draw = (asked) => ask("draw", asked);

export const tick = (every) => ask("tick", { every });

/** Models that this page was built with. */
export const built = async () => (await settings).models;

/** A node that bends what several sounds together have above the knee, so that nothing is cut. */
function limiter(card) {
  const bent = (x) => (x < KNEE ? x : KNEE + (1 - KNEE) * Math.tanh((x - KNEE) / (1 - KNEE)));
  const curve = Float32Array.from({ length: 8001 }, (_, i) => {
    const x = MOST * (i / 4000 - 1);
    return Math.sign(x) * bent(Math.abs(x));
  });
  const lower = new GainNode(card, { gain: 1 / MOST }); // the curve's ends are at -1 and 1
  lower.connect(new WaveShaperNode(card, { curve })).connect(card.destination);
  return lower;
}

/** The sound card, opened at the first press, as browsers ask for it. */
export function sounding() {
  if (!context) {
    context = new AudioContext({ latencyHint: "interactive" });
    out = limiter(context);
  }
  if (context.state === "suspended") context.resume();
  return context;
}

/** Play a drawn sound at a time of the sound card's clock, at once by default. */
export function play({ sound, rate }, when = 0, level = 1) {
  const card = sounding();
  const buffer = card.createBuffer(1, sound.length, rate);
  buffer.copyToChannel(sound, 0);
  const source = card.createBufferSource();
  source.buffer = buffer;
  const gain = card.createGain();
  gain.gain.value = level;
  source.connect(gain).connect(out);
  source.onended = () => gain.disconnect();
  source.start(when);
  return source;
}

/** Mix [{ sound, rate, at, level }] into one sound; `at` in seconds. */
export async function mixed(parts, seconds) {
  const card = new OfflineAudioContext(1, Math.ceil(seconds * RATE), RATE);
  for (const { sound, rate, at, level } of parts) {
    const buffer = card.createBuffer(1, sound.length, rate);
    buffer.copyToChannel(sound, 0);
    const source = new AudioBufferSourceNode(card, { buffer });
    source.connect(new GainNode(card, { gain: level })).connect(card.destination);
    source.start(at);
  }
  const sum = (await card.startRendering()).getChannelData(0);
  const peak = sum.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return { sound: peak > 0.99 ? sum.map((value) => (value * 0.99) / peak) : sum, rate: RATE };
}

/** A sound as the bytes of a WAV file, mono, 16 bits. */
export function wav({ sound, rate }) {
  const view = new DataView(new ArrayBuffer(44 + 2 * sound.length));
  const text = (place, word) => [...word].forEach((c, i) => view.setUint8(place + i, c.charCodeAt()));
  text(0, "RIFF");
  view.setUint32(4, 36 + 2 * sound.length, true);
  text(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  [1, 1].forEach((value, i) => view.setUint16(20 + 2 * i, value, true));
  view.setUint32(24, rate, true);
  view.setUint32(28, 2 * rate, true);
  [2, 16].forEach((value, i) => view.setUint16(32 + 2 * i, value, true));
  text(36, "data");
  view.setUint32(40, 2 * sound.length, true);
  sound.forEach((value, i) => view.setInt16(44 + 2 * i, Math.round(value * 32767), true));
  return view.buffer;
}

/** Hand a sound to the browser as a file to keep. */
export function save(made, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([wav(made)], { type: "audio/wav" }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
