"""Lesson 09's checks: stubs fail, solutions pass, typical mistakes get their own hint."""

from audiogan_tf.lessons import checks
from audiogan_tf.models import catalogue, vae
from audiogan_tf.models.sound_generator import SoundGenerator

import numpy as np
import pytest


def said(check, *answer, capsys):
    solved = check(*answer)
    return solved, capsys.readouterr().out


def nats(mean, log_variance):
    return (mean**2 + np.exp(log_variance) - log_variance - 1) / 2


def used_latents(mean, log_variance):
    return int(np.sum(nats(mean, log_variance).mean(axis=0) > 0.1))


@pytest.mark.parametrize(
    "answer, hint",
    [
        (lambda mean, log_variance: 0, "average each latent's"),
        (lambda mean, log_variance: None, "returns nothing"),
        (lambda mean, log_variance: int(np.sum(mean.std(axis=0) > 0.1)), "by its width alone"),
        (
            lambda mean, log_variance: nats(mean, log_variance).mean(axis=0) > 0.1,
            "one whole number",
        ),
        (lambda mean, log_variance: np.sum(nats(mean, log_variance) > 0.1), "average each"),
        (lambda m, v: np.sum(nats(m, v).sum(axis=0) > 0.1), "add up the clips"),
        (lambda m, v: np.sum(nats(m, v).max(axis=0) > 0.1), "the highest clip decides"),
        (lambda m, v: np.sum(np.median(nats(m, v), axis=0) > 0.1), "the median forgets"),
        (lambda m, v: np.sum(2 * nats(m, v).mean(axis=0) > 0.1), "is the half"),
        (lambda m, v: np.sum(nats(m, v).mean(axis=0) / np.log(2) > 0.1), "natural logarithm"),
        (lambda m, v: np.sum(v.mean(axis=0) < -0.1), "by its means alone"),
        (lambda m, v: np.sum(v.min(axis=0) < -0.05), "by its means alone|whispering"),
    ],
)
def test_wrong_counts_of_latents_get_a_hint(answer, hint, capsys):
    solved, line = said(checks.lesson_09_used, answer, capsys=capsys)
    assert not solved and line.startswith("Not yet: ")
    assert any(part in line for part in hint.split("|")), line


def test_right_count_of_latents_passes(capsys):
    assert said(checks.lesson_09_used, used_latents, capsys=capsys)[0]


def kl_between(mean, log_variance, to_mean, to_log_variance):
    ratio = np.exp(log_variance - to_log_variance)
    away = (mean - to_mean) ** 2 / np.exp(to_log_variance)
    return 0.5 * np.sum(away + ratio + to_log_variance - log_variance - 1, axis=1)


def by_draws(mean, log_variance, to_mean, to_log_variance):
    noise = np.random.default_rng(0).standard_normal((200_000, *mean.shape))
    z = mean + np.exp(log_variance / 2) * noise
    log_q = -(noise**2) - log_variance
    log_p = -((z - to_mean) ** 2) / np.exp(to_log_variance) - to_log_variance
    return np.sum(log_q - log_p, axis=-1).mean(axis=0) / 2


@pytest.mark.parametrize(
    "answer, hint",
    [
        (lambda m, v, to_m, to_v: np.zeros(len(m)), "lesson's formula"),
        (lambda m, v, to_m, to_v: None, "returns nothing"),
        (lambda m, v, to_m, to_v: nats(m, v).sum(axis=1), "equal Gaussians"),
        (lambda m, v, to_m, to_v: kl_between(to_m, to_v, m, v), "other way round"),
        (lambda *pair: by_draws(*pair), "an average over random draws"),
        (lambda m, v, to_m, to_v: kl_between(m, v, to_m, to_v) + 1, "the 1 subtracted"),
        (lambda m, v, to_m, to_v: kl_between(m, v, to_m, to_v).mean(), "shape"),
        (lambda m, v, to_m, to_v: kl_between(m - to_m, v - to_v, 0 * m, 0 * v), "divide by"),
    ],
)
def test_wrong_divergences_get_a_hint(answer, hint, capsys):
    solved, line = said(checks.lesson_09_between, answer, capsys=capsys)
    assert not solved and line.startswith("Not yet: ")
    assert any(part in line for part in hint.split("|"))


def test_right_divergence_passes(capsys):
    assert said(checks.lesson_09_between, kl_between, capsys=capsys)[0]


@pytest.fixture(scope="module")
def model():
    decoder = SoundGenerator.load("notes_vae").network
    return vae.VAE(catalogue.load("notes_vae_encoder"), decoder)


def surprise(model, pictures, labels):
    return np.mean((pictures - model.reconstruct(pictures, labels)) ** 2, axis=(1, 2, 3))


def test_the_error_of_the_reconstruction_passes(model, capsys):
    solved, line = said(checks.lesson_09_surprise, surprise, model, capsys=capsys)
    assert solved, line


def test_the_bound_passes(model, capsys):
    def bound(model, pictures, labels):
        again = model.reconstruct(pictures, labels)
        divergence = vae.kl_divergence(*model.encode(pictures, labels))
        return np.array(vae.gaussian_error(pictures, again, 0.1) + divergence)

    solved, line = said(checks.lesson_09_surprise, bound, model, capsys=capsys)
    assert solved, line


def one_later():
    """An answer of 0 for every clip at first and of 1 from then on, whatever it is asked."""
    calls = [0]

    def answer(model, pictures, labels):
        calls[0] += 1
        return np.full(len(pictures), float(calls[0] > 1))

    return answer


@pytest.mark.parametrize(
    "answer, hint",
    [
        (one_later(), "in 50% of the pairs"),
        (lambda model, pictures, labels: None, "returns nothing"),
        (lambda model, pictures, labels: 0.0, "shape"),
        (lambda model, pictures, labels: np.full(len(pictures), np.nan), "not all"),
        (lambda model, pictures, labels: -surprise(model, pictures, labels), "sign"),
        (
            lambda model, pictures, labels: np.random.default_rng(0).random(len(pictures)),
            "how well",
        ),
        (
            lambda model, pictures, labels: surprise(model, pictures, 0 * labels),
            "under the label",
        ),
    ],
)
def test_wrong_surprises_get_a_hint(answer, hint, model, capsys):
    solved, line = said(checks.lesson_09_surprise, answer, model, capsys=capsys)
    assert not solved and line.startswith("Not yet: ") and hint in line
