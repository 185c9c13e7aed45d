"""Trees kept as arrays say what scikit-learn's say."""

import numpy as np
import pytest

from qa.instructions.forest import Forest
from qa.instructions.layout import Layout
from qa.instructions.shape import longest_run, shape_of
from qa.instructions.votes import Votes

ensemble = pytest.importorskip("sklearn.ensemble")


@pytest.mark.parametrize("classes", [2, 4])
def test_the_arrays_predict_what_the_trees_predict_also_after_a_round_trip(classes):
    chance = np.random.default_rng(5)
    features = chance.normal(size=(400, 6)).astype(np.float32)
    labels = (features[:, 0] * 2 + features[:, 1] > 0).astype(int) + (features[:, 2] > 1) * (classes - 2)
    labels[:classes] = range(classes)
    trees = ensemble.HistGradientBoostingClassifier(max_iter=12, max_leaf_nodes=7, min_samples_leaf=2, random_state=0)
    trees.fit(features, labels)
    forest = Forest.of(trees._predictors, trees._baseline_prediction)
    expected = trees.decision_function(features).reshape(len(features), -1)
    assert np.allclose(forest.scores(features), expected, atol=1e-4)
    again = Forest.from_arrays(forest.to_arrays("x "), "x ")
    assert np.allclose(again.scores(features), expected, atol=0.02)


def test_randomized_trees_as_arrays_predict_the_same_shares_also_after_a_round_trip():
    chance = np.random.default_rng(6)
    features = chance.normal(size=(500, 5)).astype(np.float32)
    labels = np.where(features[:, 0] + features[:, 1] > 0, 3, (features[:, 2] > 1) * 1)
    trees = ensemble.ExtraTreesClassifier(20, min_samples_leaf=4, random_state=0).fit(features, labels)
    votes = Votes.of(trees.estimators_, trees.classes_, 5)
    again = Votes.from_arrays(votes.to_arrays("x "), "x ")
    unseen = chance.normal(size=(200, 5)).astype(np.float32)
    # A threshold in 16 bits sends a row the other way now and then.
    assert np.abs(again.chances(unseen)[:, trees.classes_] - trees.predict_proba(unseen)).mean() < 0.003
    assert (again.chances(unseen)[:, [2, 4]] == 0).all()
    assert np.allclose(again.chances(unseen).sum(axis=1), 1, atol=1e-5)


@pytest.mark.parametrize(
    ("told", "given", "words"),
    [("the old bridge closed", "why the old bridge was closed", 3), ("a a a", "a a", 2), ("", "a", 0), ("a", "", 0)],
)
def test_the_longest_run_is_of_words_that_stand_in_a_row_in_both(told, given, words):
    assert longest_run(told.split(), given.split()) == words


def test_a_shape_has_the_same_numbers_whatever_is_missing():
    full = shape_of(
        Layout("List the rivers.", "", "", "The Elbe and the Oder are rivers. They flow north."), "Elbe, Oder"
    )
    assert shape_of(Layout("", "", "", ""), "").shape == full.shape
    assert np.isfinite(full).all()
    assert full.max() <= 12
