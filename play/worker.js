// Draws sounds: the network by onnxruntime-web, then the way back. The page itself never waits.

import * as ort from "./ort/ort.wasm.min.mjs";
import { WayBack, expanded } from "./dsp.js";
import { latent } from "./random.js";

ort.env.wasm.wasmPaths = new URL("./ort/", import.meta.url).href;
ort.env.wasm.numThreads = 1;
ort.env.logLevel = "error";

const models = new Map(); // name: a promise of its network, its description and its way back
let turn = Promise.resolve(); // draws are done one after the other
let ticking = 0;

async function fetched(path) {
  const answer = await fetch(new URL(path, import.meta.url));
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${answer.statusText}`);
  return answer;
}

async function load(name, iterations) {
  const about = await (await fetched(`models/${name}/model.json`)).json();
  const file = await (await fetched(`models/${name}/${about.file}`)).arrayBuffer();
  const network = await ort.InferenceSession.create(new Uint8Array(file), {
    executionProviders: ["wasm"], graphOptimizationLevel: "all",
  });
  const form = about.representation;
  const back = about.kind === "pictures" && new WayBack(form, about.sample_rate, iterations);
  return { about, network, back };
}

function model({ name, iterations }) {
  if (!models.has(name)) {
    const loading = load(name, iterations);
    loading.catch(() => models.delete(name)); // so that it can be tried again
    models.set(name, loading);
  }
  return models.get(name);
}

/** What the network is given: each input that its description names. */
function inputsOf(about, asked) {
  const known = {
    noise: () => latent(asked, about.latent_dim),
    labels: () => Int32Array.from(asked.labels),
  };
  return Object.fromEntries(about.inputs.map(({ name, shape, dtype }) => {
    const size = shape.slice(1);
    const values = known[name]();
    const wanted = size.reduce((product, side) => product * side, 1);
    if (values.length !== wanted) throw new Error(`${name}: ${values.length} of ${wanted} values`);
    return [name, new ort.Tensor(dtype, values, [1, ...size])];
  }));
}

async function draw(asked) {
  const { about, network, back } = await model(asked);
  const began = performance.now();
  const outputs = await network.run(inputsOf(about, asked));
  const drawn = outputs[network.outputNames[0]].data;
  const sound = back ? back.sound(drawn) : expanded(drawn, about.representation);
  return { sound, rate: about.sample_rate, milliseconds: performance.now() - began };
}

const answers = {
  load: async (asked) => ({ about: (await model(asked)).about }),
  draw: (asked) => (turn = turn.catch(() => {}).then(() => draw(asked))),
  tick: async ({ every }) => {
    clearInterval(ticking); // a worker's clock goes on while the page is hidden
    ticking = every && setInterval(() => postMessage({ tick: true }), every);
    return {};
  },
};

onmessage = async ({ data: { id, type, ...asked } }) => {
  try {
    const answer = await answers[type](asked);
    postMessage({ id, ...answer }, answer.sound ? [answer.sound.buffer] : []);
  } catch (error) {
    postMessage({ id, error: String(error.message ?? error) });
  }
};
