"""A step on one of several replicas, which together do what one machine would have done.

Under a strategy of `tf.distribute` every replica sees a share of the batch, and the optimizers add
up what the replicas' gradients say. Random numbers are drawn for the whole batch on each, from the
same state, and each keeps those of its own share. Used by `train --strategy`.
"""

import tensorflow as tf


def count():
    """How many replicas work together, 1 outside a strategy."""
    return tf.distribute.get_strategy().num_replicas_in_sync


def draw_share(draw, examples):
    """What one machine would have drawn for these examples.

    draw: function of a number of examples that returns as many rows; examples: how many this
    replica has, as many as each other. Returns `examples` rows.
    """
    if count() == 1:
        return draw(examples)
    place = tf.distribute.get_replica_context().replica_id_in_sync_group
    return draw(examples * count())[place * examples : (place + 1) * examples]


def mean_of_all(value):
    """The mean over the replicas of a number that each computes from its share, a scalar tensor."""
    if count() == 1:
        return value
    return tf.distribute.get_replica_context().all_reduce(tf.distribute.ReduceOp.MEAN, value)


def share_of(gradients):
    """Gradients of means over this replica's examples, scaled so that all replicas' add up.

    gradients: list of tensors, or None where a variable has no part in the loss.
    """
    if count() == 1:
        return gradients
    dense = [None if g is None else tf.convert_to_tensor(g) for g in gradients]  # of embeddings too
    return [None if gradient is None else gradient / count() for gradient in dense]
