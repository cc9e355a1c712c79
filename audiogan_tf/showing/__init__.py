"""For eyes, ears and hands: figures, players, widgets, live views, the report of a run."""

from audiogan_tf.showing.findings import measured
from audiogan_tf.showing.live import LiveView
from audiogan_tf.showing.page import instrument_page
from audiogan_tf.showing.players import player, players, scale_together, turned_up
from audiogan_tf.showing.plots import (
    BLUE,
    GREY,
    ORANGE,
    confusion_matrix,
    heat_map,
    image_html,
    label_hz,
    lines,
    loss_curves,
    png,
    score_curve,
    show,
    spectrogram_grid,
    subplots,
    waveforms,
)
from audiogan_tf.showing.report import write_report
from audiogan_tf.showing.results import (
    between_floors,
    leaderboard,
    long_training,
    number,
    read_table,
    remedies,
)
from audiogan_tf.showing.tiles import tiles
from audiogan_tf.showing.widgets import ask, explore, instrument, listen
