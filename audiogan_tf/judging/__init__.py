"""How good sound is: a judge that hears, scores from what it hears, and how sure they are."""

from audiogan_tf.judging.alarms import find_alarms
from audiogan_tf.judging.confidence import Interval, bootstrap
from audiogan_tf.judging.deletion import area_under, deletion_curve, occlusion
from audiogan_tf.judging.evaluation import Report, Row, evaluate
from audiogan_tf.judging.fidelity import (
    log_kurtosis_ratio,
    log_spectral_distance,
    si_sdr,
    signal_to_noise_ratio,
    snr_over_mean,
    spectral_convergence,
)
from audiogan_tf.judging.judge import STRIDES, WIDTHS, Judge, build_network, load_judge, noise_clips
from audiogan_tf.judging.judge_training import augment, find_judge, judge_for, train_judge
from audiogan_tf.judging.metrics import (
    accuracy,
    covered,
    different_bins,
    envelope_correlation,
    factor_correlation,
    frechet_distance,
    inception_score,
    kernel_distance,
    manifold_scores,
    nearest_neighbour_ratio,
    spectrum_correlation,
    variety,
)
from audiogan_tf.judging.modes import ModeCounter
from audiogan_tf.judging.privacy import attack_auc, monte_carlo, nearest
from audiogan_tf.judging.sliders import measured_sliders, obeyed
