"""Figure of lesson 05: a panel a listing, a line a change, a dot a seed."""

from audiogan_tf.lessons.figures import lesson_05 as figures
from audiogan_tf.showing import plots


def table():
    rows = [{"listing": "kit", "change": "all", "inception_score": "7.9"}]
    for seed in range(2):
        for name in ("listing D0", "listing D3"):
            for change in ("all", "rate", "listing"):
                score = f"{1 + 2 * seed}"
                rows.append({"listing": name, "change": change, "inception_score": score})
    return rows


def test_a_panel_a_listing_and_a_line_a_change():
    figure = figures.listing_changes(table())
    assert [axis.get_title() for axis in figure.axes] == ["listing D0", "listing D3"]
    first = figure.axes[0]
    names = [text.get_text() for text in first.get_yticklabels()]
    assert names == ["listing", "rate", "all"], "from the listing as it stands to all changes"
    *dots, kit = first.get_lines()
    assert [list(line.get_xdata()) for line in dots] == [[1, 3]] * 3
    assert kit.get_xdata()[0] == 7.9
    assert plots.png(figure)[:4] == b"\x89PNG"


def test_a_table_that_is_not_finished_is_drawn_too():
    rows = [row for row in table() if (row["listing"], row["change"]) != ("listing D3", "all")]
    figure = figures.listing_changes(rows)
    assert [len(line.get_xdata()) for line in figure.axes[1].get_lines()] == [2, 2, 0, 2]
