"""WaveNet: each sample drawn from what the samples before it make likely."""

import functools
import math

from audiogan_tf.errors import InputError
from audiogan_tf.gan import as_columns

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops

BITS = 8
LEVELS = 2**BITS  # codes of a sample; one more stands for "nothing yet"
HOP = 128  # samples that share one condition
SILENT = 0.1  # a companded sample below this is 50 dB under full scale, or quieter


@keras.saving.register_keras_serializable("audiogan_tf")
class GatedResidual(layers.Layer):
    """One dilated causal convolution of two samples, gated, with a residual and a skip path.

    tanh(f) * sigmoid(g), where f and g see the present sample, the one `dilation` samples
    earlier, and the condition; what comes out is added to the input and to the prediction. The
    last layer of a network has no use for the first of these.
    van den Oord et al. (2016), equation 2. Built in lesson 11.
    """

    def __init__(self, channels, skip_channels, dilation, last=False, **kwargs):
        super().__init__(**kwargs)
        self.channels, self.skip_channels = channels, skip_channels
        self.dilation, self.last = dilation, last

    def build(self, features_shape, condition_shape):
        def weight(name, rows, columns):
            return self.add_weight(shape=(rows, columns), name=name)

        width = self.channels
        self.past, self.now = (weight(name, width, 2 * width) for name in ("past", "now"))
        self.condition = weight("condition", condition_shape[-1], 2 * width)
        self.bias = self.add_weight(shape=(2 * width,), initializer="zeros", name="bias")
        self.residual = None if self.last else weight("residual", width, width)
        self.skip = weight("skip", width, self.skip_channels)

    def told(self, condition):
        """What the condition adds before the gate: (..., size) -> (..., 2 * channels)."""
        return ops.matmul(condition, self.condition) + self.bias

    def mix(self, now, past, told):
        """The layer at given moments: features now and earlier (..., channels), `told`.

        Returns features (..., channels) and what is skipped on (..., skip_channels).
        """
        both = ops.matmul(now, self.now) + ops.matmul(past, self.past) + told
        gated = ops.tanh(both[..., : self.channels]) * ops.sigmoid(both[..., self.channels :])
        if not self.last:
            now = now + ops.matmul(gated, self.residual)
        return now, ops.matmul(gated, self.skip)

    def call(self, features, condition):
        """features (batch, samples, channels), condition (batch, ceil(samples / HOP), size)."""
        samples = ops.shape(features)[1]
        told = ops.repeat(self.told(condition), HOP, axis=1)[:, :samples]
        past = ops.pad(features, [[0, 0], [self.dilation, 0], [0, 0]])[:, :samples]
        return self.mix(features, past, told)

    def get_config(self):
        names = ("channels", "skip_channels", "dilation", "last")
        return super().get_config() | {name: getattr(self, name) for name in names}


@keras.saving.register_keras_serializable("audiogan_tf")
class WaveNet(keras.Model):
    """The probability of each mu-law code, given the codes before it, labels and the time.

    samples: of a clip; class_counts: classes of each condition, () for none; dilations: one for
    each layer; embedding: size of the condition. Labels do not say which part of a word is due,
    so the condition also tells, in steps of HOP samples, which share of the word's length is over.
    While training that length is measured; `adapt` learns each class's average for later.
    Call: [codes (batch, samples) int, labels (batch, k) int] -> logits (batch, samples, 256),
    those at a sample made without it. `fit` takes what a GAN takes: sounds (clips, samples, 1),
    companded as Waveform.forward does, and labels.
    van den Oord et al. (2016). Built in lesson 11.
    """

    def __init__(
        self,
        samples,
        class_counts=(),
        channels=32,
        skip_channels=64,
        dilations=tuple(2**i for i in range(10)),
        embedding=64,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.samples, self.class_counts = samples, tuple(class_counts)
        self.channels, self.skip_channels = channels, skip_channels
        self.dilations, self.embedding = tuple(dilations), embedding
        self.heard = layers.Embedding(LEVELS + 1, channels, name="heard")
        self.what = [layers.Embedding(count, embedding) for count in class_counts]
        self.plan = [layers.Dense(size * embedding, "relu") for size in (4, 4, 1)]
        self.lengths = self.add_weight(
            shape=(math.prod(class_counts),),
            initializer=keras.initializers.Constant(samples),
            trainable=False,
            name="lengths",
        )
        sizes = channels, skip_channels
        self.stack = [GatedResidual(*sizes, dilation) for dilation in self.dilations[:-1]]
        self.stack.append(GatedResidual(*sizes, self.dilations[-1], last=True))
        self.head = [layers.Dense(skip_channels, "relu"), layers.Dense(LEVELS)]

    @property
    def receptive_field(self):
        """How many samples before it a sample can depend on: 1 + the sum of the dilations."""
        return 1 + sum(self.dilations)

    def usual_lengths(self, labels):
        """Samples until clips with these labels fall silent, on average: (batch,) float32."""
        return ops.take(self.lengths, self._class_of(labels))

    def _class_of(self, labels):
        """One number for each combination of labels (batch, k)."""
        place = ops.zeros([ops.shape(labels)[0]], "int32")
        for column, count in enumerate(self.class_counts):
            place = place * count + labels[:, column]
        return place

    def adapt(self, examples, labels=None):
        """Learn how long clips of each class last; self.

        examples: (clips, samples, 1) companded; labels: (clips, k) int.
        """
        lengths = np.asarray(sounding(examples))
        labels = np.zeros((len(lengths), 0)) if labels is None else as_columns(labels)
        place = np.asarray(self._class_of(np.asarray(labels, "int32")))
        classes = self.lengths.shape[0]
        count = np.bincount(place, minlength=classes)
        total = np.bincount(place, lengths, minlength=classes)
        self.lengths.assign(np.where(count, total / np.maximum(count, 1), lengths.mean()))
        return self

    def conditions(self, labels, lengths=None, start=0, moments=None):
        """The condition of every moment: labels (batch, k) -> (batch, moments, embedding).

        lengths: samples until each clip falls silent, (batch,), what is usual by default;
        start: the first moment, one for all clips or one for each; moments: how many, all by
        default.
        """
        lengths = self.usual_lengths(labels) if lengths is None else lengths
        moments = ops.arange(moments or -(-self.samples // HOP)) + ops.reshape(start, [-1, 1])
        lengths, now = lengths[:, None], (ops.cast(moments, "float32") + 0.5) * HOP
        over = ops.minimum(now / lengths, 2.0)[..., None]  # (batch, moments, 1)
        angles = over * (np.pi / 2 * 2.0 ** np.arange(6, dtype="float32"))
        known = (now + ops.zeros_like(lengths), lengths + ops.zeros_like(now))
        known = [value[..., None] / self.samples for value in known]
        vectors = [over, ops.sin(angles), ops.cos(angles), *known]
        for column, embed in enumerate(self.what):
            what = embed(labels[:, column])[:, None]
            vectors.append(ops.zeros_like(over) + what)
        x = ops.concatenate(vectors, axis=-1)
        for layer in self.plan:
            x = layer(x)
        return x

    def predict_next(self, previous, condition):
        """Logits from the code before each sample: (batch, n) int -> (batch, n, 256)."""
        features, skipped = self.heard(previous), 0.0
        for layer in self.stack:
            features, skip = layer(features, condition)
            skipped = skipped + skip
        return self._judge(skipped)

    def _judge(self, skipped):
        hidden, logits = self.head
        return logits(hidden(ops.relu(skipped)))

    def build(self, input_shape=None):
        """Make all weights; the number of clips and samples changes none of them."""
        if not self.built:
            self.built = True
            codes = np.zeros((1, HOP), "int32")
            self([codes, np.zeros((1, len(self.class_counts)), "int32")])

    def compile(self, optimizer=None, crop=None, jit_compile=True, **kwargs):
        """Keras' own, with Adam by default; XLA halves the time of a step.

        crop: samples of a clip that a step learns from, all by default. They are the first ones,
        of every fourth clip the last ones: much of the end of a clip is silence.
        """
        optimizer = optimizer or keras.optimizers.Adam(2e-3, clipnorm=1.0)
        super().compile(optimizer=optimizer, jit_compile=jit_compile, **kwargs)
        self.crop = crop

    def playing_weights(self):
        """Weights of the network that `generate` plays."""
        return self.get_weights()

    @property
    def conditional(self):
        """Whether it takes labels."""
        return bool(self.class_counts)

    @property
    def step(self):
        """Updates done so far."""
        return int(self.optimizer.iterations.numpy())

    @property
    def state(self):
        """All variables of a training, for a checkpoint."""
        return [*self.variables, *self.optimizer.variables]

    @property
    def metrics(self):
        """None: a step's own loss is reported."""
        return []

    def train_step(self, data):
        sounds, *labels = data if isinstance(data, tuple) else (data,)
        codes = _codes(sounds)
        labels = as_columns(labels[0]) if labels else ops.zeros([ops.shape(codes)[0], 0], "int32")
        crop = min(self.crop or codes.shape[1], codes.shape[1])
        last = (codes.shape[1] - crop) // HOP * HOP
        turn = ops.arange(ops.shape(codes)[0]) + ops.cast(self.optimizer.iterations, "int32")
        start = ops.where(turn % 4 == 3, last, 0)
        lengths, places = sounding(sounds), start[:, None] + ops.arange(crop)
        previous, codes = (ops.take_along_axis(x, places, 1) for x in (_before(codes), codes))
        with tf.GradientTape() as tape:
            condition = self.conditions(labels, lengths, start // HOP, -(-crop // HOP))
            logits = self.predict_next(previous, condition)
            loss = ops.mean(keras.losses.sparse_categorical_crossentropy(codes, logits, True))
        variables = self.trainable_variables
        self.optimizer.apply(tape.gradient(loss, variables), variables)
        return {"loss": loss}

    def call(self, inputs):
        codes, labels = inputs
        return self.predict_next(_before(codes), self.conditions(labels))

    def get_config(self):
        names = ("samples", "class_counts", "channels", "skip_channels", "dilations", "embedding")
        return super().get_config() | {name: getattr(self, name) for name in names}

    def generate(self, count, labels=None, seed=0, temperature=1.0, samples=None, lengths=None):
        """New clips, sample by sample, with queues that remember what each layer will need.

        count, labels, seed: as in GAN.generate. temperature: below 1 likelier samples, above 1
        less likely ones. samples: how many, all by default. lengths: samples after which each
        clip shall fall silent, (count,); longer is slower; what is usual by default.
        Returns (count, samples, 1) float32 in [-1, 1], companded as Waveform.forward does.
        Paine et al. (2016). Built in lesson 11.
        """
        asked = self._asked(count, labels, seed, temperature, samples, lengths)
        return _levels(self.sing(*asked).numpy())

    def generate_slowly(
        self, count, labels=None, seed=0, temperature=1.0, samples=None, lengths=None
    ):
        """The same clips as `generate`: the whole receptive field is computed for each sample."""
        asked = self._asked(count, labels, seed, temperature, samples, lengths)
        labels, lengths, samples, *how = asked
        condition = self.conditions(labels, lengths)
        codes = np.full((count, 1), LEVELS, "int32")
        for t in range(samples):
            start = max(0, t + 1 - self.receptive_field) // HOP * HOP
            logits = self._last(tf.constant(codes[:, start:]), condition[:, start // HOP :])
            codes = np.concatenate([codes, draw_codes(logits, t, *how)[:, None]], axis=1)
        return _levels(codes[:, 1:])

    def _asked(self, count, labels, seed, temperature, samples, lengths):
        samples = self.samples if samples is None else samples
        if not 0 < samples <= self.samples:
            raise InputError(f"samples={samples}: this network makes 1 to {self.samples}")
        if temperature <= 0:
            raise InputError(f"temperature={temperature}: give a number above 0, such as 1")
        if self.class_counts and labels is None:
            raise InputError("this network is conditional: pass labels, one row for each clip")
        labels = np.zeros((count, 0)) if labels is None else np.asarray(labels)
        labels = labels.astype("int32").reshape(count, -1)
        if labels.shape[1] != len(self.class_counts):
            raise InputError(
                f"labels have {labels.shape[1]} columns, this network takes "
                f"{len(self.class_counts)}: one for each condition"
            )
        labels, seed = tf.constant(labels), tf.constant(seed, tf.int32)
        lengths = self.usual_lengths(labels) if lengths is None else lengths
        lengths = tf.reshape(tf.cast(lengths, tf.float32), [count])
        return labels, lengths, samples, seed, tf.constant(temperature, tf.float32)

    @functools.cached_property
    def _last(self):
        signature = [tf.TensorSpec([None, None], tf.int32)]
        signature.append(tf.TensorSpec([None, None, self.embedding], tf.float32))
        last = lambda codes, condition: self.predict_next(codes, condition)[:, -1]  # noqa: E731
        return tf.function(last, input_signature=signature)

    @functools.cached_property
    def sing(self):
        """The loop over samples, compiled; arguments as `generate` makes them. Returns codes."""
        return tf.function(self._sing, jit_compile=True)

    def _sing(self, labels, lengths, samples, seed, temperature):
        """The loop over samples; one queue a layer holds its last `dilation` inputs."""
        count = labels.shape[0]
        condition = self.conditions(labels, lengths)
        told = tf.stack([layer.told(condition) for layer in self.stack], axis=2)
        queues = [tf.zeros([d, count, self.channels]) for d in self.dilations]
        codes = tf.zeros([samples, count], tf.int32)

        def step(t, previous, queues, codes):
            features, skipped, moved = self.heard(previous), 0.0, []
            for i, (layer, queue) in enumerate(zip(self.stack, queues, strict=True)):
                place = t % layer.dilation
                moved.append(tf.tensor_scatter_nd_update(queue, [[place]], features[None]))
                features, skip = layer.mix(features, queue[place], told[:, t // HOP, i])
                skipped = skipped + skip
            drawn = draw_codes(self._judge(skipped), t, seed, temperature)
            return t + 1, drawn, moved, tf.tensor_scatter_nd_update(codes, [[t]], drawn[None])

        start = (tf.constant(0), tf.fill([count], LEVELS), queues, codes)
        *_, codes = tf.while_loop(lambda t, *_: t < samples, step, start)
        return tf.transpose(codes)


def draw_codes(logits, t, seed, temperature):
    """A code for each row of logits (batch, 256): the highest after adding Gumbel noise.

    t: the sample's place; it and the seed fix the noise. temperature: above 0. That draws each
    code with its softmax probability. Maddison, Tarlow and Minka (2014). Read in lesson 11.
    """
    t, seed = tf.convert_to_tensor(t, tf.int32), tf.convert_to_tensor(seed, tf.int32)
    return _draw_codes(logits, t, seed, tf.convert_to_tensor(temperature, tf.float32))


@tf.function(jit_compile=True)  # XLA and TensorFlow have different random numbers
def _draw_codes(logits, t, seed, temperature):
    even = tf.random.stateless_uniform(tf.shape(logits), tf.stack([seed, t]), 1e-20)
    chances = logits / temperature - tf.math.log(-tf.math.log(even))
    return tf.argmax(chances, axis=-1, output_type=tf.int32)


def sounding(companded):
    """Samples until each clip falls silent for good: (batch, samples, 1) to (batch,) float32.

    At least HOP. Used in lesson 11.
    """
    places = ops.arange(1, ops.shape(companded)[1] + 1, dtype="float32")
    heard = ops.where(ops.abs(companded[..., 0]) > SILENT, places, 0.0)
    return ops.maximum(ops.max(heard, axis=1), float(HOP))


def _codes(companded):
    """From (batch, samples, 1) in [-1, 1] to codes (batch, samples) int32, as in lesson 01."""
    levels = (companded[..., 0] + 1) * ((LEVELS - 1) / 2)
    return ops.cast(ops.floor(levels + 0.5), "int32")


def _before(codes):
    """The code before each sample; before the first there is nothing yet."""
    return ops.pad(codes[:, :-1], [[0, 0], [1, 0]], constant_values=LEVELS)


def _levels(codes):
    return (np.asarray(codes, "float32") * (2 / (LEVELS - 1)) - 1)[..., None]


@keras.saving.register_keras_serializable("audiogan_tf")
class Singer(layers.Layer):
    """A WaveNet as a generator: noise (batch, 2) and labels to (batch, samples, 1), companded.

    The noise only seeds the draws. For the kit's SoundGenerator; temperature as in `generate`.
    """

    def __init__(self, network, temperature=1.0, **kwargs):
        super().__init__(**kwargs)
        self.network, self.temperature = network, temperature

    def build(self, *shapes):
        self.network.build()

    def compute_output_shape(self, noise_shape, labels_shape=None):
        return (noise_shape[0], self.network.samples, 1)

    def call(self, noise, labels=None):
        seed = tf.reduce_sum(tf.bitcast(noise, tf.int32))
        count = noise.shape[0]
        labels = tf.zeros([count, 0], tf.int32) if labels is None else labels
        temperature = tf.constant(self.temperature, tf.float32)
        lengths = self.network.usual_lengths(labels)
        codes = self.network.sing(labels, lengths, self.network.samples, seed, temperature)
        return ops.cast(codes, "float32")[..., None] * (2 / (LEVELS - 1)) - 1


def build_generator(shape, class_counts=(), temperature=1.0, **sizes):
    """A WaveNet that generates: noise (batch, 2) [, labels] -> (batch, samples, 1) companded.

    shape: (samples, 1); sizes: arguments of WaveNet. Built in lesson 11.
    """
    singer = Singer(WaveNet(shape[0], class_counts, **sizes), temperature)
    noise = keras.Input([2], name="noise")
    if not class_counts:
        return keras.Model(noise, singer(noise), name="generator")
    labels = keras.Input([len(class_counts)], dtype="int32", name="labels")
    return keras.Model([noise, labels], singer(noise, labels), name="generator")
