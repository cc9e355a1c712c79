"""What every test needs: quiet TensorFlow, fixed seeds, real data found or the test skipped."""

import os
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # TensorFlow reads it when first imported

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).resolve().parent.parent
# A busy machine is slow, not wrong: no example has a deadline.
settings.register_profile("busy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy")


@pytest.fixture(scope="session")
def root():
    """The folder that holds pyproject.toml."""
    return ROOT


@pytest.fixture(autouse=True)
def seeded():
    """Every test starts from the same random state."""
    import keras

    keras.utils.set_random_seed(0)


@pytest.fixture(scope="session")
def fsdd():
    """The corpus of spoken digits, or a skip where it is neither local nor to be had."""
    from audiogan_tf.corpora import load_corpus
    from audiogan_tf.errors import InputError

    try:
        return load_corpus("fsdd")
    except InputError as error:
        pytest.skip(f"fsdd is not here: {error}")
