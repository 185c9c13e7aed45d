"""Randomized trees (Geurts et al. 2006) as flat arrays: a leaf holds shares of classes, the trees' mean counts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from qa.instructions.forest import Floats


@dataclass(frozen=True)
class Votes:
    """Nodes depth first, so that left is the next one; `right` counts from the node, and is 0 at a leaf. `shares` has a
    row per leaf, in 255ths; `sizes` the number of nodes per tree."""

    feature: NDArray[np.int16]
    threshold: NDArray[np.float16]
    right: NDArray[np.uint16]
    shares: NDArray[np.uint8]
    sizes: NDArray[np.uint16]

    def chances(self, features: Floats) -> Floats:
        """Shape (rows, classes); every row sums to 1."""
        at = np.broadcast_to(np.cumsum([0, *self.sizes[:-1]]), (len(features), len(self.sizes)))
        rows = np.arange(len(features))[:, None]
        while (right := self.right[at]).any():
            below = features[rows, self.feature[at]] <= self.threshold[at]
            at = at + np.where(right == 0, 0, np.where(below, 1, right))
        leaves = np.cumsum(self.right == 0) - 1
        counted = self.shares[leaves[at]].sum(axis=1, dtype=np.float32)
        return np.asarray(counted / counted.sum(axis=1, keepdims=True), np.float32)

    def to_arrays(self, prefix: str) -> dict[str, NDArray[Any]]:
        return {f"{prefix}{name}": array for name, array in self.__dict__.items()}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]], prefix: str) -> Self:
        return cls(**{name: arrays[f"{prefix}{name}"] for name in cls.__dataclass_fields__})

    @classmethod
    def of(cls, estimators: Sequence[Any], classes: NDArray[np.int64], count: int) -> Self:
        """From a fitted ensemble's trees; `classes` are the places of its classes among `count`."""
        trees = [estimator.tree_ for estimator in estimators]
        shares = []
        for tree in trees:
            values = tree.value[tree.children_left < 0, 0]
            spread = np.zeros((len(values), count))
            spread[:, classes] = values / values.sum(axis=1, keepdims=True)
            shares.append(np.round(spread * 255).astype(np.uint8))
        leaf = np.concatenate([tree.children_left < 0 for tree in trees])
        places = np.concatenate([np.arange(tree.node_count) for tree in trees])
        right = np.concatenate([tree.children_right for tree in trees])
        return cls(
            feature=np.where(leaf, 0, np.concatenate([tree.feature for tree in trees])).astype(np.int16),
            threshold=np.where(leaf, 0, np.concatenate([tree.threshold for tree in trees])).astype(np.float16),
            right=np.where(leaf, 0, right - places).astype(np.uint16),
            shares=np.concatenate(shares),
            sizes=np.array([tree.node_count for tree in trees], np.uint16),
        )
