"""Signatures estimate the shared shingles of two texts without bias, in any script."""

import random

import numpy as np
import pytest

from qa.vectors.signatures import (
    bands_of,
    exact_hash,
    from_bytes,
    normalized,
    resemblance,
    signature_of,
    to_bytes,
    words_of,
)


def true_jaccard(one, other):
    def shingles(text):
        words = text.split()
        return {" ".join(words[at : at + 5]) for at in range(len(words) - 4)}

    return len(shingles(one) & shingles(other)) / len(shingles(one) | shingles(other))


def test_the_estimate_is_right_on_average_and_within_its_error():
    generator, errors = random.Random(7), []
    for _ in range(200):
        words = [f"w{generator.randrange(900)}" for _ in range(80)]
        changed = [word if generator.random() > 0.05 else f"x{generator.randrange(900)}" for word in words]
        one, other = " ".join(words), " ".join(changed)
        errors.append(resemblance(signature_of(one), signature_of(other)) - true_jaccard(one, other))
    assert abs(np.mean(errors)) < 0.01
    assert np.sqrt(np.mean(np.square(errors))) < 0.05


def test_texts_of_one_template_are_no_copies():
    one = signature_of("Identify which instrument is string or woodwind: Wheelharp, Clarinet")
    assert resemblance(one, signature_of("Identify which instrument is string or woodwind: Octobass, Flute")) < 0.6


def test_near_copies_share_a_band_and_strangers_do_not():
    text = " ".join(f"word{number}" for number in range(60))
    near = set(bands_of(signature_of(text + " and more"), "p1"))
    assert near & set(bands_of(signature_of(text), "p1"))
    assert not near & set(bands_of(signature_of(text), "p2")), "collections are kept apart"
    assert not near & set(bands_of(signature_of("Why is the sky blue on a clear day in summer?"), "p1"))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("What is Law?", "what  is “law”"),
        ("Ｗｈａｔ is law", "What is law"),
        ("Ça va", "c\u0327a VA!"),
        ("？！", "？！"),
    ],
)
def test_case_punctuation_and_compatibility_forms_do_not_matter(one, other):
    assert exact_hash(one) == exact_hash(other)


def test_what_differs_in_a_word_or_between_prompt_and_context_does_matter():
    assert exact_hash("a b", "c") != exact_hash("a", "b c")
    assert exact_hash("north") != exact_hash("south")
    assert exact_hash("?") != exact_hash("!")


def test_scripts_without_spaces_are_read_by_character():
    assert words_of("水の循環。don't stop") == ["水", "の", "循", "環", "don't", "stop"]
    near = resemblance(
        signature_of("请解释水的循环过程以及它对气候的影响"), signature_of("请解释水的循环过程以及它对天气的影响")
    )
    assert 0.3 < near < 0.9


def test_signatures_survive_being_stored():
    signature = signature_of("some words of a text that is long enough")
    assert resemblance(signature, from_bytes(to_bytes(signature))) == 1
    assert len(to_bytes(signature)) == 512
    assert normalized("\ud800") == "\ud800"
