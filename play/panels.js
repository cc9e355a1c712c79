// Notes, spoken digits and effects: each loads its model when it is first asked for a sound.

import * as engine from "./engine.js";
import { $, hit, tell } from "./state.js";

const LEVEL = 0.4; // of one note, so that a chord does not clip
const TYPED = "awsedftgyhujk"; // from C up, as the keys of a piano lie

const options = (select, names) => select.append(...names.map((name, i) => new Option(name.replace("_", " "), i)));
const chosen = (select) => Number(select.value);

/** Descriptions are small and come at once; the networks come later. */
async function described(name) {
  const answer = await fetch(new URL(`./models/${name}/model.json`, import.meta.url));
  return answer.json();
}

function pianoKey(name, index, white, whites) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = `key ${name.includes("#") ? "black" : "white"}`;
  button.setAttribute("aria-label", name.replace("#", " sharp "));
  if (name.includes("#")) button.style.left = `${(100 * white) / whites}%`;
  button.append(Object.assign(document.createElement("span"), {
    textContent: name.startsWith("C") && !name.includes("#") ? name : "",
  }));
  button.tabIndex = index ? -1 : 0;
  return button;
}

export async function notes(model = "notes_long") {
  const { pitch, timbre } = (await described(model)).conditions;
  options($("timbre"), timbre);
  const whites = pitch.filter((name) => !name.includes("#")).length;
  let white = 0;
  const keys = pitch.map((name, i) => {
    const key = pianoKey(name, i, white, whites);
    if (!name.includes("#")) white += 1;
    return key;
  });
  const play = async (i) => {
    $("pitch").value = i;
    tell($("pitch"), pitch[i]);
    keys[i].classList.add("held");
    setTimeout(() => keys[i].classList.remove("held"), 200);
    const what = `${pitch[i]}, ${timbre[chosen($("timbre"))]}`;
    return hit(model, [i, chosen($("timbre"))], what, LEVEL);
  };
  keys.forEach((key, i) => {
    key.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      key.focus();
      play(i);
    });
    key.addEventListener("click", (event) => event.detail === 0 && play(i)); // a screen reader's
    key.addEventListener("keydown", (event) => {
      const to = { ArrowRight: i + 1, ArrowLeft: i - 1 }[event.key];
      const typed = event.ctrlKey || event.metaKey ? -1 : TYPED.indexOf(event.key.toLowerCase());
      if (keys[to]) {
        event.preventDefault();
        key.tabIndex = -1;
        keys[to].tabIndex = 0;
        keys[to].focus();
      } else if (typed >= 0 && !event.repeat) play(typed);
    });
  });
  $("keys").append(...keys);
  tell($("pitch"), pitch[chosen($("pitch"))]);
  $("pitch").addEventListener("input", () => tell($("pitch"), pitch[chosen($("pitch"))]));
  $("pitch").addEventListener("change", () => play(chosen($("pitch"))));
}

export async function digits(model = "digits_long") {
  const { word, voice } = (await described(model)).conditions;
  const languages = { en: "English", zh: "Chinese" };
  options($("voice"), voice);
  word.forEach((name, i) => {
    const [language, digit] = name.split("-");
    const button = Object.assign(document.createElement("button"), { type: "button" });
    button.textContent = language === "en" ? digit : "零一二三四五六七八九"[digit];
    button.setAttribute("aria-label", `${digit} in ${languages[language]}`);
    if (language === "zh") button.lang = "zh";
    button.addEventListener("click", () => {
      const what = `${digit} in ${languages[language]}, ${voice[chosen($("voice"))]}`;
      hit(model, [i, chosen($("voice"))], what);
    });
    $("words").append(button);
  });
}

/** A slider from 0 to 100, in hundredths of its way; with a range it shows what it stands for. */
function slider(name, range) {
  const id = `slider-${name}`;
  const field = Object.assign(document.createElement("div"), { className: "field" });
  const label = Object.assign(document.createElement("label"), { htmlFor: id });
  label.textContent = name.replaceAll("_", " ");
  const output = document.createElement("output");
  output.setAttribute("for", id);
  output.ariaHidden = "true";
  const input = document.createElement("input");
  Object.assign(input, { id, type: "range", min: 0, max: 100, step: 1, value: 50 });
  const show = () => tell(input, valueOf(input.value / 100, range), output);
  input.addEventListener("input", show);
  show();
  field.append(label, output, input);
  if (range?.meaning) {
    const id = `meaning-${name}`;
    field.append(Object.assign(document.createElement("small"), { id, textContent: range.meaning }));
    input.setAttribute("aria-describedby", id);
  }
  return [field, input];
}

const UNITS = { "1": "", "1/s": "a second" }; // others stand as they are

function valueOf(way, range) {
  if (!range) return `${Math.round(100 * way)} %`;
  const { low, high, unit, straight } = range;
  const value = straight ? low + way * (high - low) : low * (high / low) ** way;
  const digits = unit === "dB" ? value.toFixed(0) : `${+value.toPrecision(3)}`;
  return `${digits.replace("-", "\u2212")} ${UNITS[unit] ?? unit}`.trim();
}

/**
 * A model whose description names sliders, { kind: [name, ...] }; their positions in hundredths
 * stand behind the kind in its labels. `factors`, { kind: { name: { low, high, unit, straight,
 * meaning } } }, says what the positions stand for, where it is there.
 */
export async function effects(model = "effects_long") {
  const { conditions, sliders: names, factors, inputs } = await described(model);
  const [kinds] = Object.values(conditions);
  const [, size] = inputs.find(({ name }) => name === "labels").shape;
  let sliders = [];
  const play = () => {
    const places = Array.from({ length: size - 1 }, (_, i) => Number(sliders[i]?.value ?? 50));
    hit(model, [chosen($("kind")), ...places], kinds[chosen($("kind"))]);
  };
  const choose = () => {
    const kind = kinds[chosen($("kind"))];
    const made = names[kind].map((name) => slider(name, factors?.[kind]?.[name]));
    sliders = made.map(([, input]) => input);
    sliders.forEach((input) => input.addEventListener("change", play));
    $("factors").replaceChildren(...made.map(([field]) => field));
  };
  options($("kind"), kinds);
  $("kind").addEventListener("change", choose);
  $("hit-effect").addEventListener("click", play);
  choose();
  $("effects-panel").hidden = false;
}

export async function start() {
  const models = await engine.built();
  const panels = { notes_long: notes, digits_long: digits, effects_long: effects };
  await Promise.all(models.filter((name) => panels[name]).map((name) => panels[name](name)));
}
