import unicodedata

from audiogan_tf.errors import InputError
from audiogan_tf.models import dcgan
from audiogan_tf.models.sound_generator import SoundGenerator
from audiogan_tf.sound import Representation

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
