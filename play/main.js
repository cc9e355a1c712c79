// Everything put together.

import * as panels from "./panels.js";
import * as sequencer from "./sequencer.js";
import { $, bind, keep, saveLast, say } from "./state.js";

async function copyLink() {
  keep();
  try {
    await navigator.clipboard.writeText(location.href);
    say("The link is copied.");
  } catch {
    say("The link stands in the address line; copy it there.");
  }
}

async function start() {
  bind("seed");
  bind("other");
  bind("fresh");
  bind("temperature", (value) => value.toFixed(2));
  bind("morph", (value) => `${Math.round(100 * value)} %`);
  bind("tempo", (value) => `${value} beats a minute`);
  bind("swing", (value) => `${Math.round(100 * value)} %`);
  $("copy").addEventListener("click", copyLink);
  $("save").addEventListener("click", saveLast);
  await sequencer.start();
  await panels.start();
  say("Ready.");
  document.body.dataset.ready = "yes";
}

start().catch((error) => say(`The page could not be loaded: ${error.message}. Load it again.`));
