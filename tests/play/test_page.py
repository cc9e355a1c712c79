"""The instrument in a browser: the sounds that Python makes, a link, a keyboard, a small screen."""

import gzip
import io
import json
import re
import shutil

from audiogan_tf.models import SoundGenerator

import numpy as np
import pytest
import soundfile

DRAWS = [  # model, labels, and how it is drawn
    ("drums_long", [0], {"seed": 1}),
    ("drums_long", [6], {"seed": 4294967295, "temperature": 0.7}),
    ("notes_long", [9, 1], {"seed": 7, "other": 8, "morph": 0.3}),
    ("notes_long", [0, 3], {"seed": 5}),
    ("digits_long", [3, 0], {"seed": 2, "temperature": 0.0}),
    ("digits_long", [17, 1], {"seed": 123456}),
]
EVERY_KIND = [  # whispered digits, granular notes and footsteps are noise, and the touchiest
    *(("drums_long", [drum], {"seed": 3}) for drum in range(8)),
    *(("notes_long", [pitch, timbre], {"seed": 3}) for timbre in range(5) for pitch in (0, 12)),
    *(("digits_long", [word, word % 5], {"seed": 3}) for word in range(20)),
    *(("digits_long", [word, 4], {"seed": 3}) for word in (10, 14, 18)),
    *(("effects_long", [kind, 50, 50, 50], {"seed": 3}) for kind in range(8)),
    *(("effects_long", [kind, 0, 100, 20], {"seed": 2}) for kind in range(8)),
]
DRAW = """async (asked) => {
    const made = await (await import("./engine.js")).draw(asked);
    return { sound: Array.from(made.sound), rate: made.rate };
}"""
SMALL = {"width": 360, "height": 740}


def status(page, text):
    """Wait until the live region says something that matches."""
    page.wait_for_function(
        "(text) => new RegExp(text).test(document.getElementById('status').textContent)", arg=text
    )
    return page.text_content("#status")


def test_the_page_makes_the_sounds_that_python_makes(opened, reference):
    page = opened()
    for name, labels, asked in [*DRAWS, *EVERY_KIND]:
        made = page.evaluate(DRAW, {"name": name, "labels": labels, **asked})
        wanted = reference["sound"](name, labels, **asked)
        assert len(made["sound"]) == len(wanted)
        assert np.corrcoef(made["sound"], wanted)[0, 1] >= 0.99, (name, labels)


def test_another_seed_is_another_sound(reference):
    for name, labels, asked in DRAWS:
        made = reference["sound"](name, labels, **asked)
        other = reference["sound"](name, labels, **(asked | {"seed": 99, "temperature": 1.0}))
        assert np.corrcoef(made, other)[0, 1] < 0.9, (name, labels)


def test_a_picture_that_differs_by_a_millionth_gives_the_same_sound(reference):
    rng = np.random.default_rng(3)
    for name in ("drums_long", "notes_long", "digits_long", "effects_long"):
        generator = SoundGenerator.load(name)
        pictures = generator.images(generator.draw_conditions(40, seed=3), seed=3)
        moved = pictures + rng.uniform(-1e-6, 1e-6, pictures.shape).astype("float32")
        both = [reference["way_back"](p, generator.representation) for p in (pictures, moved)]
        alike = [np.corrcoef(one, two)[0, 1] for one, two in zip(*both, strict=True)]
        assert min(alike) >= 0.999, (name, np.argmin(alike))


def test_both_draw_the_same_random_numbers(opened, reference):
    page = opened()
    code = "async ([seed, n]) => Array.from((await import('./random.js')).normals(seed, n))"
    for seed in (0, 1, 2**31, 2**32 - 1):
        drawn = page.evaluate(code, [seed, 64])
        np.testing.assert_allclose(drawn, reference["normals"](seed, 64), atol=1e-9)


def test_the_random_numbers_are_normal_and_independent(reference):
    drawn = np.stack([reference["normals"](seed, 64) for seed in range(2000)])
    assert abs(drawn.mean()) < 0.02 and abs(drawn.std() - 1) < 0.02
    assert abs((drawn**4).mean() - 3) < 0.2
    for one, two in ((drawn[:, :-1], drawn[:, 1:]), (drawn[:-1], drawn[1:])):
        assert abs((one * two).mean()) < 0.02


def test_a_hit_is_a_fresh_draw_and_a_held_seed_is_not(opened):
    page = opened()
    kick = page.get_by_role("button", name="Kick", exact=True)
    kick.click()
    assert status(page, "^Kick, seed 1,").endswith("ms.")
    kick.click()
    status(page, "^Kick, seed 2,")
    page.get_by_label("A fresh draw for each hit").uncheck()
    page.get_by_label("Seed", exact=True).fill("77")
    for _ in range(2):
        page.evaluate("() => { document.getElementById('status').textContent = ''; }")
        kick.click()
        status(page, "^Kick, seed 77,")
    assert page.input_value("#seed") == "77"


def test_the_pattern_plays_and_stops(opened):
    page = opened("#t=240&p=8888.0000.0000.0000.0000.0000.0000.0000")
    run = page.get_by_role("button", name="Play", exact=True)
    run.click()
    counted = "async () => (await import('./sequencer.js')).played.hits"
    while page.evaluate(counted) < 3:
        page.wait_for_timeout(200)
    page.get_by_role("button", name="Stop").click()
    assert (
        page.get_by_role("button", name="Play", exact=True).get_attribute("aria-pressed") == "false"
    )
    assert page.evaluate(counted) >= 3 and int(page.input_value("#seed")) >= 4


def test_swing_makes_every_second_step_late_and_keeps_the_bar(opened):
    page = opened()
    code = """async (asked) => {
        const { lengthOf } = await import("./sequencer.js");
        return [0, 1, 2, 3].map((i) => lengthOf(i, asked));
    }"""
    plain, swung = (page.evaluate(code, {"tempo": 120, "swing": s}) for s in (0, 0.5))
    np.testing.assert_allclose(plain, [0.125] * 4)
    np.testing.assert_allclose(swung, [0.1875, 0.0625] * 2)


def test_a_link_holds_everything_and_is_read_back(opened):
    page = opened()
    code = """async (state) => {
        const link = await import("./link.js");
        const text = link.encode(state);
        return [text, link.decode("#" + text), link.decode("#=&p=zz.")];
    }"""
    rng = np.random.default_rng(0)
    for _ in range(20):
        state = {
            "tempo": int(rng.integers(40, 241)),
            "swing": round(float(rng.uniform(0, 0.6)), 2),
            "seed": int(rng.integers(2**32)),
            "other": int(rng.integers(2**32)),
            "morph": round(float(rng.uniform()), 2),
            "temperature": round(float(rng.uniform(0, 1.5)), 2),
            "fresh": int(rng.integers(2)),
            "steps": (rng.uniform(size=[8, 16]) < 0.3).tolist(),
        }
        text, back, broken = page.evaluate(code, state)
        assert back == state and re.fullmatch(r"[\w.&=]+", text)
    assert broken["tempo"] == 110 and not np.any(broken["steps"])


def test_a_link_opens_the_pattern_that_was_made(opened):
    page = opened()
    page.get_by_role("button", name="A pattern to begin with").click()
    page.get_by_label("Cowbell, step 16").click()
    page.get_by_label("Tempo").fill("133")
    again = opened(page.evaluate("() => location.hash"))
    pressed = "() => [...document.querySelectorAll('.step')].map((s) => s.ariaPressed)"
    assert page.evaluate(pressed) == again.evaluate(pressed)
    assert again.evaluate(pressed).count("true") == 17 and again.input_value("#tempo") == "133"


def test_the_keyboard_alone_is_enough(opened):
    page = opened()
    page.get_by_label("Kick, step 1", exact=True).focus()
    for key in ("ArrowRight", "ArrowRight", "ArrowDown", "Space"):
        page.keyboard.press(key)
    assert page.get_by_label("Snare, step 3", exact=True).get_attribute("aria-pressed") == "true"
    page.keyboard.press("End")
    focused = page.evaluate("() => document.activeElement.ariaLabel")
    assert focused == "Snare, step 16"
    page.locator("#keys button").first.focus()
    page.keyboard.press("g")
    status(page, "^G4, additive, seed")
    page.get_by_label("3 in Chinese").focus()
    page.keyboard.press("Enter")
    status(page, "^3 in Chinese, man, seed")


def test_everything_that_can_be_used_has_a_name(opened):
    page = opened()
    nameless = page.evaluate(
        """() => [...document.querySelectorAll("button, input, select")].filter((one) =>
            !(one.ariaLabel || one.textContent.trim() || one.labels?.[0]?.textContent.trim())
        ).map((one) => one.outerHTML)"""
    )
    assert nameless == []
    assert page.locator("[role=grid] [role=row]").count() == 8
    assert page.locator("[role=row] [role=gridcell]").count() == 128
    assert page.get_by_role("status").get_attribute("aria-live") == "polite"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_shows_all_without_scrolling_sideways(opened, scheme):
    page = opened(viewport=SMALL, has_touch=True, is_mobile=True, color_scheme=scheme)
    width = """() => Math.max(...[...document.querySelectorAll("*")].map(
        (one) => one.getBoundingClientRect().right))"""
    assert page.evaluate("() => document.documentElement.scrollWidth") == 360
    assert page.evaluate(width) <= 360
    step = page.get_by_label("Kick, step 1", exact=True)
    assert step.bounding_box()["width"] >= 24 and step.bounding_box()["height"] >= 24
    step.tap()
    assert step.get_attribute("aria-pressed") == "true"
    colours = page.evaluate(
        "() => { const s = getComputedStyle(document.body); return [s.color, s.backgroundColor]; }"
    )
    text, back = (np.mean([int(v) for v in re.findall(r"\d+", c)[:3]]) for c in colours)
    assert (text < back) == (scheme == "light")


def test_the_last_sound_and_a_pattern_are_saved_as_wav(opened, reference):
    page = opened("#t=240&p=8000.0000.0000.0000.0000.0000.0000.0000", accept_downloads=True)
    page.get_by_label("A fresh draw for each hit").uncheck()
    page.get_by_role("button", name="Kick", exact=True).click()
    status(page, "^Kick, seed 1,")
    with page.expect_download() as caught:
        page.get_by_role("button", name="Save the last sound").click()
    sound, rate = soundfile.read(io.BytesIO(caught.value.path().read_bytes()))
    assert caught.value.suggested_filename == "kick-1.wav" and rate == 16000
    assert np.corrcoef(sound, reference["sound"]("drums_long", [0], seed=1))[0, 1] >= 0.99
    with page.expect_download() as caught:
        page.get_by_role("button", name="Save two bars").click()
    sound, rate = soundfile.read(io.BytesIO(caught.value.path().read_bytes()))
    assert rate == 48000 and len(sound) == 48000 * 2.5
    one, two = sound[:24000], sound[48000:72000]  # the kick of each bar, and the same seed
    assert np.abs(one).max() > 0.1 and np.corrcoef(one, two)[0, 1] > 0.99


def test_before_the_first_sound_at_most_7_mb_are_loaded(opened, built, address):
    page = opened()
    page.get_by_role("button", name="Kick", exact=True).click()
    status(page, "^Kick, seed")
    loaded = page.evaluate("() => performance.getEntriesByType('resource').map((r) => r.name)")
    names = {url.removeprefix(address) for url in loaded} | {"index.html"}
    names |= {"ort/ort.wasm.min.mjs", "ort/ort-wasm-simd-threaded.mjs", "dsp.js", "random.js"}
    names |= {"ort/ort-wasm-simd-threaded.wasm", "models/drums_long/model.onnx"}
    names |= {"models/drums_long/model.json"}  # the worker's requests are not the page's
    sizes = {name: len(gzip.compress((built / name).read_bytes())) for name in names if name}
    assert 3e6 < sum(sizes.values()) <= 7e6, sizes
    assert "models/notes_long/model.onnx" not in names


def test_the_built_page_names_what_it_was_built_with(built, root):
    said = json.loads((root / "play" / "settings.json").read_text("utf-8"))
    given = json.loads((built / "settings.json").read_text("utf-8"))
    assert given["iterations"] == said["iterations"] and "drums_long" in given["models"]
    assert sorted(p.name for p in (built / "ort").iterdir()) == sorted(said["runtime"]["files"])
    for name in given["models"]:
        about = json.loads((built / "models" / name / "model.json").read_text("utf-8"))
        assert about["name"] == name and (built / "models" / name / about["file"]).exists()


def test_an_archive_of_another_content_is_refused(root, tmp_path, monkeypatch):
    import runpy

    from audiogan_tf.errors import InputError

    builder = runpy.run_path(str(root / "play" / "build.py"))
    said = builder["settings"]()["runtime"]
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    path = tmp_path / "audiogan_tf" / f"{said['package']}-{said['version']}.tgz"
    path.parent.mkdir()
    path.write_bytes(b"something else")
    with pytest.raises(InputError, match="sha512 is not the one in settings.json"):
        builder["runtime"]()


def test_a_model_with_sliders_gets_a_panel_of_them(opened, built, tmp_path):
    kinds = {"wind": ["strength", "gusts"], "laser": ["high"]}
    folder = with_sliders(built, tmp_path, kinds)
    page = opened(folder.name + "/")
    panel = page.locator("#effects-panel")
    assert panel.locator("input[type=range]").count() == 2
    page.get_by_label("strength").fill("100")
    status(page, "^wind, seed 1,")
    assert panel.get_by_text("20 m/s").count() == 1 and panel.get_by_text("50 %").count() == 1
    page.get_by_label("Kind").select_option("laser")
    assert page.get_by_label("high").count() == 1 and page.get_by_label("gusts").count() == 0
    page.get_by_role("button", name="Play it").click()
    status(page, "^laser, seed 2,")


def test_the_shipped_effects_show_units_and_say_what_they_mean(opened):
    page = opened()
    shown = {"explosion": ["1.22 s", "18 dB"], "footsteps": ["2.24 a second", "707 Hz"]}
    shown |= {"alarm": ["2.24 Hz", "894 Hz", "7 semitones"], "engine": ["180 Hz", "0.475"]}
    shown["machine"] = ["3.74 a second", "329 Hz", "\u221222 dB"]
    for kind, values in shown.items():
        page.get_by_label("Kind").select_option(kind)
        sliders = page.locator("#factors input")
        said = [one.get_attribute("aria-valuetext") for one in sliders.all()]
        assert (
            said[: len(values)]
            == values
            == page.locator("#factors output").all_text_contents()[: len(values)]
        )
    page.get_by_label("Kind").select_option("alarm")
    described = page.get_by_label("pitch", exact=True).get_attribute("aria-describedby")
    assert page.text_content(f"#{described}") == "the middle between the two tones"
    page.get_by_label("depth").fill("100")
    assert page.get_by_label("depth").get_attribute("aria-valuetext") == "12 semitones"
    status(page, "^alarm, seed 1,")


def test_keys_held_together_are_a_chord_that_does_not_clip(opened):
    page = opened()
    page.evaluate(WATCH)
    page.locator("#keys button").first.focus()
    for key in "adg":  # C, E and G, none let go
        page.keyboard.down(key)
    page.wait_for_function("() => globalThis.started.length === 3")
    for key in "adg":
        page.keyboard.up(key)
    started = page.evaluate("() => started.map(({ at, length }) => [at, at + length])")
    assert max(start for start, _ in started) < min(end for _, end in started)
    assert 0.3 < page.evaluate("() => peakOf(started)") <= 1


WATCH = """() => {
    globalThis.started = [];
    const { start, connect } = AudioBufferSourceNode.prototype;
    AudioBufferSourceNode.prototype.connect = function (gain) {
        this.level = gain.gain.value;
        return connect.call(this, gain);
    };
    AudioBufferSourceNode.prototype.start = function (when) {
        const at = Math.max(when, this.context.currentTime);
        started.push({ at, length: this.buffer.duration, level: this.level, buffer: this.buffer });
        return start.call(this, when);
    };
    globalThis.peakOf = (sounds) => {
        const sum = new Float32Array(Math.max(...sounds.map(({ buffer }) => buffer.length)));
        for (const { buffer, level } of sounds)
            buffer.getChannelData(0).forEach((value, i) => { sum[i] += level * value; });
        return sum.reduce((peak, value) => Math.max(peak, Math.abs(value)), 0);
    };
}"""


def with_sliders(built, tmp_path, kinds):
    """A copy of the page beside it, with a small untrained model: a kind and two positions."""
    from audiogan_tf.exporting import export
    from audiogan_tf.models import SoundGenerator
    from audiogan_tf.models.dcgan import build_generator
    from audiogan_tf.sound import Representation

    folder = built / "with_sliders"
    shutil.copytree(built, folder)
    sizes = {"shape": [32, 32, 1], "class_counts": [2, 101, 101], "channels": 4}
    pictures = Representation(8000, 64, 32, 32, n_mels=32)
    model = SoundGenerator(build_generator(**sizes), sizes, pictures, {"kind": tuple(kinds)})
    model.save(tmp_path / "model.npz")
    shutil.rmtree(folder / "models" / "effects_long", ignore_errors=True)  # the shipped one
    export(tmp_path / "model.npz", "onnx", folder / "models" / "effects_long")
    path = folder / "models" / "effects_long" / "model.json"
    ranges = {"wind": {"strength": {"low": 5, "high": 20, "unit": "m/s", "straight": True}}}
    about = json.loads(path.read_text("utf-8")) | {"sliders": kinds, "factors": ranges}
    path.write_text(json.dumps(about), "utf-8")
    said = json.loads((folder / "settings.json").read_text("utf-8"))
    said["models"] = ["drums_long", "effects_long"]
    (folder / "settings.json").write_text(json.dumps(said), "utf-8")
    return folder
