"""A sound and each form it takes: samples, codes, spectrograms, pictures; what is read from it."""

from audiogan_tf.sound import interpolation
from audiogan_tf.sound.audio import (
    fix_length,
    limit,
    load,
    peak_normalise,
    resample,
    save,
    to_pcm16,
)
from audiogan_tf.sound.descriptors import (
    attack,
    brightness,
    cents,
    duration,
    level,
    onset,
    pitch,
)
from audiogan_tf.sound.editing import chain, click, crossfade, cut, remove, splice
from audiogan_tf.sound.finishing import fade, loudness, to_loudness, trim
from audiogan_tf.sound.mixing import in_room, mix, noise_gain
from audiogan_tf.sound.phase import fast_griffin_lim, griffin_lim, neighbour_phase, pghi, zero_phase
from audiogan_tf.sound.processing import process
from audiogan_tf.sound.quantisation import (
    dequantise,
    mu_law_decode,
    mu_law_encode,
    quantisation_step,
    quantise,
)
from audiogan_tf.sound.representation import Representation, Waveform, forward_all, inverse_all
from audiogan_tf.sound.spectral import hann, istft, mel_filter_bank, stft
from audiogan_tf.sound.streaming import process_file
from audiogan_tf.sound.stretching import onsets, shift_pitch, stretch, wsola
from audiogan_tf.sound.voice import VoiceParts, pitch_track, voice_of, voice_parts
