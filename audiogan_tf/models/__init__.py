"""What learns and draws: a family a file, one protocol, one catalogue.

A family (`dcgan`, `wavegan`, `vae`, `wavenet`, `symbol_rnn`, `frame_rnn`, `vocoder`, `acoustic`,
`conversion`, `content`, `contrastive`, `diffusion`, `sentence_conversion`, `enhancement`,
`separation`, `gap_filling`, `sliders`), `alignment`, `aligner`, `losses`, `latent`, `layering` and
`noising` are used as namespaces.
"""

from audiogan_tf.models import (
    acoustic,
    aligner,
    alignment,
    augmentation,
    content,
    contrastive,
    conversion,
    dcgan,
    diffusion,
    enhancement,
    frame_rnn,
    gap_filling,
    latent,
    layering,
    losses,
    noising,
    sampling,
    sentence_conversion,
    separation,
    sliders,
    symbol_rnn,
    vae,
    vocoder,
    wavegan,
    wavenet,
)
from audiogan_tf.models.augmentation import Augmentation
from audiogan_tf.models.catalogue import MODELS, build, find, load, representation_for
from audiogan_tf.models.enhancer import Enhancer
from audiogan_tf.models.gan import GAN
from audiogan_tf.models.gap_filling import GapFiller
from audiogan_tf.models.layers import (
    ConditionalBatchNorm,
    GatedResidual,
    MinibatchStddev,
    PhaseShuffle,
    PostFilter,
    even_conditions,
    shift_in_time,
)
from audiogan_tf.models.learner import Learner
from audiogan_tf.models.reader import Reader
from audiogan_tf.models.sentence_conversion import SentenceConverter
from audiogan_tf.models.separation import Separator
from audiogan_tf.models.sound_generator import SoundGenerator, save_generator
