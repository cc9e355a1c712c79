"""Figure of the documents' listings: what each setting of the kit changes."""

from audiogan_tf.showing.plots import BLUE, GREY, ORANGE, TITLE, subplots


def listing_changes(rows, score="inception_score", label="Inception Score (1), of 8"):
    """A score of every repaired listing as it stands and with settings of the kit, a panel each.

    rows: as in data/listings.csv, dicts of texts; score: a column; label: of the axis. One dot a
    seed; the dashed line is the kit's own network, its mean over the seeds. Returns a figure.
    Read in lesson 05.
    """
    kit = [float(row[score]) for row in rows if row["listing"] == "kit"]
    own = [row for row in rows if row["listing"] != "kit"]
    names = sorted({row["listing"] for row in own})
    changes = list(dict.fromkeys(row["change"] for row in own))
    changes.sort(key=lambda change: (change != "listing") + (change == "all"))
    figure, axes = subplots(2.4 * len(names) + 1.2, 3.2, 1, len(names), sharex=True, sharey=True)
    for axis, name in zip(axes[0], names, strict=True):
        for place, change in enumerate(changes):
            pair = name, change
            dots = [float(r[score]) for r in own if (r["listing"], r["change"]) == pair]
            colour = ORANGE if change == "all" else BLUE
            axis.plot(dots, [place] * len(dots), "o", color=colour, markersize=7, alpha=0.7)
        axis.axvline(sum(kit) / len(kit), color=GREY, dashes=(6, 2))
        axis.set_yticks(range(len(changes)), changes)
        axis.set(title=name, xlabel=label, ylim=(len(changes) - 0.5, -0.5))
        axis.grid(axis="y", color=GREY, alpha=0.2)
    figure.suptitle("Which change makes it a drum? Dashed: the kit's network", fontsize=TITLE)
    return figure
