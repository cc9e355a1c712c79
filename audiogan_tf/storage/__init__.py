"""What lies on disk, whole or not at all: files, downloads, weights, and where they lie."""

from audiogan_tf.storage.weights import list_pretrained, read_weights, save_weights
