"""Trees kept as arrays say what scikit-learn's say."""

import numpy as np
import pytest

from qa.instructions.forest import Forest

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
