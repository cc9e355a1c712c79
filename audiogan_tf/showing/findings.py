"""A measured number and its verdict on one line, which two machines can compare."""


def measured(what, value, *, over=None, under=None, unit=""):
    """Print a number, and whether it lies over or under the bound that the text names.

    what: what was measured; value: a number; over, under: the bound, a number, or a pair of a name
    and a number where the bound was measured too; unit: behind the number. Prints for example

        modes left: [about: 2], under 12: yes
        distance after an hour: [about: 0.47], under the minute's [about: 2.02]: yes

    The numbers in brackets differ in their last digits between processors; the tests compare
    the words around them, and the verdict. Needs one bound at least: raises ValueError without.
    """
    if over is None and under is None:
        raise ValueError(f"{what}: name a bound, over or under; print() shows a number alone")
    line, holds = f"{what}: {_about(value, unit)}", True
    for word, bound in (("over", over), ("under", under)):
        if bound is None:
            continue
        name, number = bound if isinstance(bound, tuple) else (None, bound)
        line += f", {word} " + (f"{name} {_about(number, unit)}" if name else f"{number:g}{unit}")
        holds = holds and (value > number if word == "over" else value < number)
    print(f"{line}: {'yes' if holds else 'no'}")


def _about(value, unit=""):
    return f"[about: {float(value):.3g}{unit}]"
