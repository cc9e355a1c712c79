"""The documents' GAN listings after their repair in lessons 05 and 06, as pairs of networks.

Lesson 05 shows the faults of each and why the repair looks as it does; here are the same networks
as functions, so that benchmarks/leaderboard.py can train them like the others. D1's listing is
the kit's own "mlp" (lesson 06). Pictures are (64, 64, 1), noise is (100,); none takes labels.
"""

import keras
from keras import layers


def up(channels, activation="relu"):
    """Twice as many frames and bands."""
    return layers.Conv2DTranspose(channels, 4, 2, padding="same", activation=activation)


def down(channels, kernel=4):
    """Half as many frames and bands."""
    return layers.Conv2D(channels, kernel, 2, padding="same", activation="leaky_relu")


def _generator(*steps):
    return keras.Sequential([keras.Input([100]), *steps])


def _discriminator(*steps):
    ending = layers.Flatten(), layers.Dense(1), layers.Reshape([])
    return keras.Sequential([keras.Input([64, 64, 1]), *steps, *ending])


def d0():
    """A deconvolution from 8 x 8, judged by two convolutions and average pooling."""
    start = layers.Dense(256, "relu"), layers.Reshape([8, 8, 4])
    generator = _generator(*start, up(64), up(32), up(1, "tanh"))
    return generator, _discriminator(down(64), down(32), layers.AveragePooling2D(2))


def d2():
    """A deconvolution from 16 x 16, judged by dense layers; a quarter of the channels."""
    start = layers.Dense(16 * 16 * 32, "leaky_relu"), layers.BatchNormalization(momentum=0.8)
    generator = _generator(*start, layers.Reshape([16, 16, 32]), up(32), up(1, "tanh"))
    return generator, _discriminator(layers.Flatten(), layers.Dense(128, "leaky_relu"))


def d3():
    """Dense layers to all pixels, judged by convolutions with dropout."""
    dense = [layers.Dense(size, "relu") for size in (256, 512, 1024)]
    ending = layers.Dense(64 * 64, "tanh"), layers.Reshape([64, 64, 1])
    return _generator(*dense, *ending), _discriminator(
        down(64, 5), layers.Dropout(0.3), down(64, 5)
    )


def d4():
    """Four deconvolutions with tanh between them, judged by four convolutions."""
    steps = [layers.Dense(4 * 4 * 128), layers.Reshape([4, 4, 128])]
    for channels in (64, 32, 16):
        steps += [up(channels, "tanh"), layers.BatchNormalization()]
    return _generator(*steps, up(1, "tanh")), _discriminator(
        down(16), down(32), down(64), down(128)
    )


LISTINGS = {  # name: networks, loss
    "listing D0": (d0, "non_saturating"),
    "listing D2": (d2, "non_saturating"),
    "listing D3": (d3, "least_squares"),
    "listing D4": (d4, "hinge"),
}
