"""Our aggregation against crowd-kit, wherever that is installed (it asks for NumPy 1, so not beside the rest):
`pip install crowd-kit pytest` in an environment of its own, this repository and `platform/` on the path."""

import numpy as np
import pytest

from experts.aggregation import dawid_skene
from experts.benchmarks.crowd import crowdkit_accuracies, crowdkit_dawid_skene
from tests.unit.experts.test_aggregation import made_up

LABELS = 2


def test_the_benchmark_follows_crowdkit_to_the_digit() -> None:
    aggregation = pytest.importorskip("crowdkit.aggregation", reason="crowd-kit is not installed here")
    pandas = pytest.importorskip("pandas")
    answers, _ = made_up(4)
    table = pandas.DataFrame({"task": answers.items, "worker": answers.people, "label": answers.labels})
    theirs = aggregation.DawidSkene(n_iter=100, tol=1e-5).fit(table)
    shares, errors, pairs, prior = crowdkit_dawid_skene(answers)
    assert np.abs(theirs.probas_.sort_index().to_numpy() - shares).max() < 1e-6
    said = [theirs.errors_.loc[(pair // LABELS, pair % LABELS)].to_numpy() for pair in pairs]
    assert np.abs(np.array(said) - errors).max() < 1e-6
    assert np.abs(theirs.priors_.sort_index().to_numpy() - prior).max() < 1e-6


def test_without_gold_we_are_as_near_the_truth_as_crowdkits_algorithm() -> None:
    answers, truth = made_up(4)
    theirs = crowdkit_dawid_skene(answers)[0].argmax(axis=1)
    ours = dawid_skene(answers).shares.argmax(axis=1)
    assert (ours == truth).mean() >= (theirs == truth).mean() - 0.005
    expected, agreed = crowdkit_accuracies(answers)
    assert np.abs(expected - agreed).max() < 0.05
