"""One self-contained page about a training run: score, sounds, spectrograms, what to do next."""

import base64
import html
from pathlib import Path

from audiogan_tf.showing import plots
from audiogan_tf.showing.players import player_html, players
from audiogan_tf.storage.files import atomic_path

CSS = """
:root { --ink: #1d2733; --soft: #5f6670; --rule: #d9dee5; --paper: #fff; --page: #f4f6f8;
  --accent: #0072b2; --warn: #9a3b00; --warnpaper: #fff4ec; }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink);
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
main { max-width: 62rem; margin: 0 auto; padding: 1.5rem 1rem 3rem; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0.4rem 0 1.2rem; overflow-wrap: anywhere; }
h2 { font-size: 1.1rem; margin: 0 0 0.6rem; }
section { background: var(--paper); border: 1px solid var(--rule); border-radius: 10px;
  padding: 1rem 1.1rem; margin: 0 0 1rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: right; padding: 0.35rem 0.7rem; border-bottom: 1px solid var(--rule); }
th:first-child, td:first-child { text-align: left; padding-left: 0; }
thead th { color: var(--soft); font-weight: 600; }
td.value { font-weight: 700; color: var(--accent); }
.sounds { display: grid; gap: 0.4rem 1.2rem;
  grid-template-columns: repeat(auto-fill, minmax(15rem, 1fr)); }
.sounds.pairs { grid-template-columns: 1fr 1fr; }
.sounds figure { width: 100% !important; }
figure { margin: 0; }
figcaption { color: var(--soft); font-size: 0.92rem; overflow-wrap: anywhere; }
img { max-width: 100%; min-width: 34rem; height: auto; display: block; margin: 0 auto; }
audio { max-width: 100%; }
.alarm { background: var(--warnpaper); border-color: #e8b48f; }
.alarm h2 { color: var(--warn); }
ul { margin: 0; padding-left: 1.2rem; }
pre { margin: 0 0 0.5rem; padding: 0.6rem 0.8rem; background: var(--page); border-radius: 6px;
  white-space: pre-wrap; overflow-wrap: anywhere; font-size: 0.9rem; }
p { margin: 0 0 0.7rem; }
.note { color: var(--soft); font-size: 0.92rem; margin: 0.6rem 0 0; }
"""
PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<title>{title}</title>
<style>{css}</style>
</head>
<body>
<main>
<h1>{title}</h1>
{body}
</main>
</body>
</html>
"""


def write_report(
    path,
    title,
    summary,
    history,
    sounds,
    sample_rate,
    grid_png,
    grid_alt="Spectrograms of the sounds above, time to the right and frequency upwards.",
    alarms=(),
    next_commands=(),
    recorded=(),
    found=(),
    notes=(),
    legend=(),
):
    """Write report.html, which needs no other file and no network; returns its path.

    summary: rows (metric, value, noise floor, real floor), numbers or None; the score curve
    takes its dashed lines from the first row. history: list of dicts with "step", "score",
    "distance" (to held-out clips) and values whose names end in "loss". sounds: list of
    (caption, (samples,) float), played at sample_rate Hz and scaled together. grid_png: a PNG's
    bytes or None, with its alt text. alarms: sentences; next_commands: commands to type.
    recorded: held-out recordings, as `sounds`, played beside them and scaled with them. found:
    sentences on the sounds it learned from; notes: sentences on the scores; legend: what the
    numbers in the picture stand for.
    The file appears whole or not at all.
    """
    parts = [
        _section("What went wrong", _items(alarms), "alarm") if alarms else "",
        _section("How good it is", _score(summary, notes)) if summary or notes else "",
        _section("Hear it", _players(sounds, recorded, sample_rate)) if sounds else "",
        _section("See it", _image(grid_png, grid_alt) + _small(legend)) if grid_png else "",
        _section("How it got there", _curves(history, summary)) if history else "",
        _section("What it learned from", _items(found)) if found else "",
        _section("What to type next", _commands(next_commands)) if next_commands else "",
    ]
    body = "\n".join(part for part in parts if part)
    with atomic_path(path) as temporary:
        page = PAGE.format(title=html.escape(title), css=CSS, body=body)
        temporary.write_text(page, encoding="utf-8", errors="backslashreplace")
    return Path(path)


def _section(heading, content, kind="plain"):
    return f'<section class="{kind}">\n<h2>{heading}</h2>\n{content}\n</section>'


def _items(lines):
    return "<ul>\n" + "\n".join(f"<li>{html.escape(str(line))}</li>" for line in lines) + "\n</ul>"


def _number(value):
    if value is None:
        return "&ndash;"
    return html.escape(value) if isinstance(value, str) else f"{float(value):.3g}"


def _table(summary):
    heads = ("metric", "this run", "noise floor", "real floor")
    head = "".join(f'<th scope="col">{name}</th>' for name in heads)
    rows = "\n".join(
        f'<tr><td>{html.escape(metric)}</td><td class="value">{_number(value)}</td>'
        f"<td>{_number(noise)}</td><td>{_number(real)}</td></tr>"
        for metric, value, noise, real in summary
    )
    note = (
        "The noise floor is the score of random noise that went the same way back to sound; "
        "the real floor is the score of recordings that were held out of the training."
    )
    return (
        f'<div class="wide"><table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}\n</tbody>\n'
        f'</table></div>\n<p class="note">{note}</p>'
    )


def _score(summary, notes):
    return (_table(summary) if summary else "") + _small(notes)


def _small(lines):
    return "".join(f'\n<p class="note">{html.escape(str(line))}</p>' for line in lines)


def _players(sounds, recorded, sample_rate):
    """Each generated sound and, to its right, a recording; then what is left of either."""
    beside = [pair for pairs in zip(sounds, recorded, strict=False) for pair in pairs]
    count = len(beside) // 2
    made = players([*beside, *sounds[count:], *recorded[count:]], sample_rate)
    pairs = zip(made.captions, made.waveforms, strict=True)
    inner = "\n".join(player_html(*pair, sample_rate) for pair in pairs)
    note = "All sounds are scaled together, so louder here is louder in the model."
    if recorded:
        note += (
            " The recordings were held out of the training: no generated sound can be expected to "
            "be better."
        )
    kind = "sounds pairs" if recorded else "sounds"
    return f'<div class="{kind}">\n{inner}\n</div>\n<p class="note">{note}</p>'


def _image(picture, alt):
    data = base64.b64encode(picture).decode()
    picture = f'<img src="data:image/png;base64,{data}" alt="{html.escape(alt)}">'
    return f'<div class="wide">{picture}</div>'


def _curves(history, summary):
    metric, _, *floors = summary[0] if summary else ("score", None, None, None)
    noise, real = (None if isinstance(floor, str) else floor for floor in floors)
    parts = []
    scored = [row for row in history if row.get("score") is not None]
    if scored:
        first, last = scored[0], scored[-1]
        alt = (
            f"{metric} by training step: {first['score']:.3g} at step {first['step']}, "
            f"{last['score']:.3g} at step {last['step']}; noise {_plain(noise)}, "
            f"real clips {_plain(real)}."
        )
        parts.append(_image(plots.png(plots.score_curve(history, noise, real, metric), 120), alt))
    apart = [row for row in history if row.get("distance") is not None]
    if apart:
        steps, distances = ([row[name] for row in apart] for name in ("step", "distance"))
        text = "Distance to held-out clips", "training step", "distance (1)"
        alt = (
            f"Distance to held-out clips by training step, lower is better: {distances[0]:.3g} at "
            f"step {steps[0]}, {distances[-1]:.3g} at step {steps[-1]}."
        )
        curve = plots.lines(steps, {"a preview's clips": distances}, *text)
        parts.append(_image(plots.png(curve, 120), alt))
    if any(name.endswith("loss") for row in history for name in row):
        alt = "Losses by training step; they say that training goes on, not how good the sound is."
        parts.append(_image(plots.png(plots.loss_curves(history), 120), alt))
    return "\n".join(parts)


def _plain(value):
    return "unknown" if value is None else f"{value:.3g}"


def _commands(lines):
    return "\n".join(f"<pre><code>{html.escape(line)}</code></pre>" for line in lines)
