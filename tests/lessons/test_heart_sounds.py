"""Heart sounds by formula: one seed, one heart; a murmur is where its name says."""

from audiogan_tf.lessons import heart_sounds

import numpy as np


def test_one_seed_gives_one_set_of_sounds():
    (waves, kinds), (again, _) = (heart_sounds.heart_sounds(3, 5) for _ in range(2))
    assert waves.shape == (9, heart_sounds.SAMPLES) and waves.dtype == np.float32
    assert np.allclose(waves, again, atol=1e-6) and np.abs(waves).max() <= 0.9 + 1e-6
    assert kinds.ravel().tolist() == [0, 1, 2] * 3
    assert not np.allclose(waves[0], waves[3])
    assert heart_sounds.pictures().forward(waves).shape == (9, 32, 32, 1)


def test_a_murmur_adds_power_above_the_thumps():
    waves, kinds = heart_sounds.heart_sounds(60, 0)
    power = np.abs(np.fft.rfft(waves)) ** 2
    hz = np.fft.rfftfreq(heart_sounds.SAMPLES, 1 / heart_sounds.RATE)
    inside, hiss = (hz > 150) & (hz < 300), hz > 600
    above = power[:, inside].mean(axis=1) / power[:, hiss].mean(axis=1)
    normal, *murmurs = (np.median(above[kinds[:, 0] == k]) for k in range(3))
    assert min(murmurs) > 1.3 * normal
