"""Optimizers that take fewer operations a step than Keras's own."""

import keras
import tensorflow as tf
from keras import ops


@keras.saving.register_keras_serializable("audiogan_tf")
class FusedAdam(keras.optimizers.Adam):
    """Keras's Adam, which updates each variable in one operation of TensorFlow instead of ten.

    Small networks spend as long on starting operations as on computing them. Arguments and
    results are those of `keras.optimizers.Adam`. Kingma and Ba (2015). Lesson 05 trains with it.
    """

    def update_step(self, gradient, variable, learning_rate):
        """Move a variable (float, any shape) along its gradient, as Keras's engine calls it."""
        if self.amsgrad:
            return super().update_step(gradient, variable, learning_rate)
        place = self._get_variable_index(variable)
        steps = ops.cast(self.iterations + 1, variable.dtype)
        tf.raw_ops.ResourceApplyAdam(
            var=variable.handle,
            m=self._momentums[place].handle,
            v=self._velocities[place].handle,
            beta1_power=ops.power(self.beta_1, steps),
            beta2_power=ops.power(self.beta_2, steps),
            lr=ops.cast(learning_rate, variable.dtype),
            beta1=self.beta_1,
            beta2=self.beta_2,
            epsilon=self.epsilon,
            grad=gradient,
        )
