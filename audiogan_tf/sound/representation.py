"""Waveforms to pictures a network can learn, and back."""

from audiogan_tf.errors import InputError
from audiogan_tf.sound import phase as phases
from audiogan_tf.sound import spectral
from audiogan_tf.sound.postfilter import postfilter
from audiogan_tf.sound.quantisation import compress, expand

import numpy as np
import tensorflow as tf

BLOCK = 1024  # waveforms are padded to a multiple of it, so that strides of 4 fit three times
MOST_BLOCKS = 32  # longer clips are padded to multiples of 4, 16, ... blocks: one more stride fits
PHASES = {  # name: (magnitude, n_fft, hop_length, iterations) to waveforms
    "fast_griffin_lim": phases.fast_griffin_lim,
    "griffin_lim": phases.griffin_lim,
    "pghi": lambda magnitude, n_fft, hop_length, _: phases.pghi(magnitude, n_fft, hop_length),
    "zero": lambda magnitude, n_fft, hop_length, _: phases.zero_phase(magnitude, n_fft, hop_length),
}


def _check_samples(waveforms, samples):
    if waveforms.shape[-1] != samples:
        raise InputError(
            f"waveforms have {waveforms.shape[-1]} samples, this representation takes "
            f"{samples}; use sound.fix_length first"
        )


def _check_shape(images, shape):
    if tuple(images.shape[1:]) != shape:
        raise InputError(f"images have shape {tuple(images.shape[1:])}, expected {shape}")


class Representation:
    """Log spectrograms scaled to [-1, 1], and the way back to sound.

    sample_rate in Hz; n_fft and hop_length in samples; frames of one clip;
    n_mels: mel bands, or None for n_fft // 2 linear bins (the Nyquist bin is dropped);
    floor_db, ceiling_db: the range of levels that maps to [-1, 1]; what is outside is clipped.
    After `fit`, each band is scaled by its own mean and deviation instead (per-bin
    normalisation; Donahue et al., SpecGAN, 2018). Built step by step in lesson 02.
    """

    def __init__(
        self, sample_rate, n_fft, hop_length, frames, n_mels=None, floor_db=-70.0, ceiling_db=32.0
    ):
        if hop_length > n_fft // 2:
            raise InputError(
                f"hop_length={hop_length} leaves gaps between windows of n_fft={n_fft}; "
                "use at most n_fft // 2"
            )
        self.sample_rate, self.n_fft, self.hop_length = sample_rate, n_fft, hop_length
        self.frames, self.n_mels = frames, n_mels
        self.floor_db, self.ceiling_db = float(floor_db), float(ceiling_db)
        self.bin_centre = self.bin_spread = None
        if n_mels:
            self.filter_bank = spectral.mel_filter_bank(sample_rate, n_fft, n_mels)

    @property
    def spectrogram(self):
        """The Representation that draws these sounds for the eye: this one; see Waveform."""
        return self

    @property
    def bins(self):
        """Bands of the picture: mel bands, or linear bins without Nyquist."""
        return self.n_mels or self.n_fft // 2

    @property
    def shape(self):
        """Shape of one picture: (frames, bins, 1)."""
        return (self.frames, self.bins, 1)

    @property
    def samples(self):
        """Length of one clip in samples: (frames - 1) * hop_length."""
        return (self.frames - 1) * self.hop_length

    @property
    def seconds(self):
        """Length of one clip in seconds."""
        return self.samples / self.sample_rate

    @property
    def bin_hz(self):
        """Centre frequency of each band in Hz, (bins,)."""
        if self.n_mels:
            top = spectral.hz_to_mel(self.sample_rate / 2)
            return spectral.mel_to_hz(np.linspace(0, top, self.n_mels + 2))[1:-1]
        return np.arange(self.bins) * self.sample_rate / self.n_fft

    def magnitude(self, waveforms):
        """Band magnitudes of waveforms, (clips, frames, bins) float32, linear."""
        waveforms = tf.convert_to_tensor(waveforms, tf.float32)
        _check_samples(waveforms, self.samples)
        magnitude = tf.abs(spectral.stft(waveforms, self.n_fft, self.hop_length))
        return magnitude @ self.filter_bank if self.n_mels else magnitude[..., :-1]

    def decibels(self, waveforms):
        """Band levels in dB, clipped to [floor_db, ceiling_db], (clips, frames, bins)."""
        magnitude = self.magnitude(waveforms)
        level = 20 / np.log(10) * tf.math.log(tf.maximum(magnitude, 1e-10))
        return tf.clip_by_value(level, self.floor_db, self.ceiling_db)

    def fit(self, waveforms):
        """Learn each band's mean level and deviation, for per-bin normalisation; returns self."""
        level = self.decibels(waveforms).numpy()
        self.bin_centre = level.mean(axis=(0, 1))
        self.bin_spread = 3 * level.std(axis=(0, 1)) + 1e-3
        return self

    def with_frames(self, frames):
        """The same pictures of longer or shorter clips."""
        return Representation.from_config(self.get_config() | {"frames": frames})

    def centre_and_spread(self):
        """What a picture's 0 stands for and how much its 1 adds, in dB; numbers or (bins,)."""
        if self.bin_centre is None:
            spread = (self.ceiling_db - self.floor_db) / 2
            return self.floor_db + spread, spread
        return self.bin_centre.astype("float32"), self.bin_spread.astype("float32")

    def forward(self, waveforms):
        """Waveforms to pictures.

        waveforms: (clips, samples) float32, peaks up to 1.
        Returns (clips, frames, bins, 1) float32 in [-1, 1].
        Raises InputError if the number of samples is not `samples`.
        """
        centre, spread = self.centre_and_spread()
        return tf.clip_by_value((self.decibels(waveforms) - centre) / spread, -1, 1)[..., None]

    def to_magnitude(self, images):
        """Pictures to STFT magnitudes, (clips, frames, n_fft // 2 + 1) float32, linear."""
        centre, spread = self.centre_and_spread()
        level = tf.convert_to_tensor(images, tf.float32)[..., 0] * spread + centre
        magnitude = tf.pow(10.0, level / 20) - 10 ** (self.floor_db / 20)
        magnitude = tf.nn.relu(magnitude)
        if self.n_mels:
            return spectral.mel_to_linear(magnitude, self.filter_bank)
        return tf.pad(magnitude, [[0, 0], [0, 0], [0, 1]])

    def inverse(self, images, phase="fast_griffin_lim", iterations=60):
        """Pictures back to waveforms; the phase, which a picture lacks, is estimated.

        images: (clips, frames, bins, 1) float in [-1, 1]. phase: one of PHASES.
        Returns (clips, samples) float32; may peak above 1 (see sound.limit).
        Raises InputError for another shape or an unknown phase.
        """
        _check_shape(images, self.shape)
        if phase not in PHASES:
            raise InputError(f"phase={phase!r}: use one of {', '.join(PHASES)}")
        return PHASES[phase](self.to_magnitude(images), self.n_fft, self.hop_length, iterations)

    def get_config(self):
        """Everything needed to rebuild this representation, as JSON-able values."""
        names = ("sample_rate", "n_fft", "hop_length", "frames", "n_mels", "floor_db", "ceiling_db")
        config = {name: getattr(self, name) for name in names}
        if self.bin_centre is not None:
            config["bin_centre"] = [float(v) for v in self.bin_centre]
            config["bin_spread"] = [float(v) for v in self.bin_spread]
        return config

    @classmethod
    def from_config(cls, config):
        """The inverse of get_config."""
        config = dict(config)
        centre, spread = config.pop("bin_centre", None), config.pop("bin_spread", None)
        made = cls(**config)
        if centre is not None:
            made.bin_centre, made.bin_spread = np.float32(centre), np.float32(spread)
        return made


class Waveform:
    """Samples in [-1, 1], mu-law companded and padded with silence; nothing is estimated.

    spectrogram: the Representation that draws these sounds for the eye; it says how many samples
    a clip has and at which rate. companding: mu of the mu-law, 0 for none; the larger, the more
    of the scale the quiet samples get. postfilter: whether what was drawn is cleaned of noise, see
    the module of that name; it costs clean sound a little. The same interface as Representation.
    Built in lesson 06.
    """

    def __init__(self, spectrogram, companding=15.0, postfilter=False):
        if companding < 0:
            raise InputError(f"companding={companding}: use 0 for none, or a positive mu")
        self.spectrogram, self.companding = spectrogram, float(companding)
        self.postfilter = bool(postfilter)
        self.sample_rate, self.samples = spectrogram.sample_rate, spectrogram.samples
        self.seconds = spectrogram.seconds

    @property
    def shape(self):
        """Shape of one clip for a network: (padded samples, 1)."""
        block = BLOCK
        while self.samples > MOST_BLOCKS * block:
            block *= 4
        return (-(-self.samples // block) * block, 1)

    def forward(self, waveforms):
        """Waveforms to what a network learns.

        waveforms: (clips, samples) float32, peaks up to 1. Returns (clips, padded samples, 1)
        float32 in [-1, 1]. Raises InputError if the number of samples is not `samples`.
        """
        waveforms = tf.convert_to_tensor(waveforms, tf.float32)
        _check_samples(waveforms, self.samples)
        padded = tf.pad(waveforms, [[0, 0], [0, self.shape[0] - self.samples]])
        return compress(padded, self.companding)[..., None]

    def inverse(self, images, iterations=None):
        """What a network drew back to waveforms: expanded and cut, exact but for a postfilter.

        images: (clips, padded samples, 1) float. iterations is not used: there is no phase to
        estimate. Returns (clips, samples) float32. Raises InputError for another shape.
        """
        _check_shape(images, self.shape)
        companded = tf.convert_to_tensor(images, tf.float32)[:, : self.samples, 0]
        waveforms = expand(companded, self.companding)
        if self.postfilter:
            waveforms = tf.constant(postfilter(waveforms.numpy(), self.sample_rate))
        return waveforms

    def get_config(self):
        """Everything needed to rebuild this representation, as JSON-able values."""
        config = {"spectrogram": self.spectrogram.get_config(), "companding": self.companding}
        return config | ({"postfilter": True} if self.postfilter else {})

    @classmethod
    def from_config(cls, config):
        """The inverse of get_config."""
        return cls(**config | {"spectrogram": Representation.from_config(config["spectrogram"])})


def forward_all(waveforms, representation, batch=256):
    """Pictures of many clips, computed batch by batch; (clips, frames, bins, 1) float32."""
    parts = range(0, len(waveforms), batch)
    return np.concatenate([representation.forward(waveforms[i : i + batch]) for i in parts])


def inverse_all(images, representation, iterations=60, batch=100):
    """Sounds of many pictures, computed batch by batch; (clips, samples) float32."""
    parts = range(0, len(images), batch)
    return np.concatenate(
        [representation.inverse(images[i : i + batch], iterations=iterations) for i in parts]
    )
