import unicodedata

from audiogan_tf.errors import InputError
from audiogan_tf.models import dcgan
from audiogan_tf.models.sound_generator import SoundGenerator
from audiogan_tf.models.vocoder import Vocoder
from audiogan_tf.sound import Representation

import numpy as np
import pytest


def test_a_label_is_found_composed_or_not():
    sizes = {"shape": [32, 32, 1], "class_counts": [2], "channels": 2}
    pictures, network = Representation(8000, 256, 64, 32, n_mels=32), dcgan.build_generator(**sizes)
    split = unicodedata.normalize("NFD", "café")
    generator = SoundGenerator(network, sizes, pictures, {"label": ("a", split)})
    asked = generator.draw_conditions(3, unicodedata.normalize("NFC", "café"))
    assert asked[:, 0].tolist() == [1, 1, 1]
    with pytest.raises(InputError, match="'cafe' is unknown to this model"):
        generator.draw_conditions(3, "cafe")


def test_a_vocoder_of_the_same_pictures_is_another_way_back():
    sizes = {"shape": [32, 32, 1], "class_counts": [2], "channels": 2}
    pictures, network = Representation(8000, 256, 64, 32, n_mels=32), dcgan.build_generator(**sizes)
    generator = SoundGenerator(network, sizes, pictures, {"label": ("a", "b")})
    asked = generator.draw_conditions(3)
    learned = generator.sounds(asked, vocoder=Vocoder(pictures, channels=8, blocks=1))
    plain = generator.sounds(asked)
    assert learned.shape == plain.shape == (3, 31 * 64) and learned.dtype == plain.dtype
    assert not np.allclose(learned, plain, atol=1e-3)
    with pytest.raises(InputError, match="other pictures"):
        generator.sounds(asked, vocoder=Vocoder(channels=8, blocks=1))
