"""The instrument, a page of its own, inside a lesson."""

from IPython.display import HTML

# `make lab` serves the folder play/ at /static/. A notebook that is read elsewhere, or before
# `make play`, keeps the sentence.
_PAGE = """\
<div class="audiogan-page"><p>The instrument is not served here. To play it, type
<code>make play</code> in a terminal, open the lessons with <code>make lab</code>, and run this
cell.</p></div>
<script>
(() => {
  const about = document.getElementById("jupyter-config-data");
  const base = (about && JSON.parse(about.textContent).baseUrl) || "/";
  const page = base + "static/dist/index.html";
  fetch(page, { method: "HEAD" }).then((answer) => {
    if (!answer.ok) return;
    for (const place of document.querySelectorAll(".audiogan-page")) {
      const frame = document.createElement("iframe");
      Object.assign(frame, { src: page, title: "The instrument: play the generators" });
      frame.style = "width: 100%; height: HEIGHTpx; border: 1px solid #8888";
      place.replaceChildren(frame);
    }
  }).catch(() => {});
})();
</script>
"""


def instrument_page(height=640):
    """The page that `make play` builds, in a frame of `height` pixels; an IPython HTML object.

    Shown where `make lab` serves it; elsewhere a sentence says how to get there. Used in lesson 17.
    """
    return HTML(_PAGE.replace("HEIGHT", str(int(height))))
