"""Errors whose message a newcomer can act on: the file, the value and the way out."""


class InputError(ValueError):
    """Something given to the kit cannot be used; the message is one clear sentence."""


class UnreadableSound(InputError):
    """A file that should hold sound does not, or holds none that can be used."""


class TrainingFailed(InputError):
    """The losses stopped being numbers."""
