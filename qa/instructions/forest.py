"""Boosted trees as flat arrays: a few hundred kilobytes, no pickle, and prediction in numpy alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Forest:
    """All trees' nodes one after another. A leaf's `left` and `right` are itself, so that walking on stays there.

    `roots` and `outputs` have one entry per tree: where it starts, and to which output its leaf is added.
    """

    feature: NDArray[np.int16]
    threshold: Floats
    left: NDArray[np.int32]
    right: NDArray[np.int32]
    value: Floats
    roots: NDArray[np.int32]
    outputs: NDArray[np.int16]
    baseline: Floats

    def scores(self, features: Floats) -> Floats:
        """Log-odds for rows of features: shape (rows, outputs)."""
        at = np.broadcast_to(self.roots, (len(features), len(self.roots)))
        rows = np.arange(len(features))[:, None]
        while True:
            below = features[rows, self.feature[at]] <= self.threshold[at]
            further = np.where(below, self.left[at], self.right[at])
            if (further == at).all():
                break
            at = further
        added = np.zeros((len(features), len(self.baseline)), np.float32)
        for output in range(len(self.baseline)):
            added[:, output] = self.value[at[:, self.outputs == output]].sum(axis=1)
        return added + self.baseline

    def to_arrays(self, prefix: str) -> dict[str, NDArray[Any]]:
        small = {"value": np.float16, "left": np.uint16, "right": np.uint16, "roots": np.uint16}
        offset = np.repeat(self.roots, np.diff([*self.roots, len(self.value)]))
        arrays = {**self.__dict__, "left": self.left - offset, "right": self.right - offset}
        arrays["roots"] = np.diff([*self.roots, len(self.value)])
        return {f"{prefix}{name}": array.astype(small.get(name, array.dtype)) for name, array in arrays.items()}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]], prefix: str) -> Self:
        sizes = arrays[f"{prefix}roots"].astype(np.int64)
        roots = np.concatenate([[0], np.cumsum(sizes)[:-1]]).astype(np.int32)
        offset = np.repeat(roots, sizes)
        return cls(
            feature=arrays[f"{prefix}feature"],
            threshold=arrays[f"{prefix}threshold"],
            left=arrays[f"{prefix}left"].astype(np.int32) + offset,
            right=arrays[f"{prefix}right"].astype(np.int32) + offset,
            value=arrays[f"{prefix}value"].astype(np.float32),
            roots=roots,
            outputs=arrays[f"{prefix}outputs"],
            baseline=arrays[f"{prefix}baseline"],
        )

    @classmethod
    def of(cls, iterations: Sequence[Sequence[Any]], baseline: Any) -> Self:
        """From scikit-learn's histogram gradient boosting: its `_predictors` and its `_baseline_prediction`."""
        parts: dict[str, list[Any]] = {name: [] for name in ("feature", "threshold", "left", "right", "value")}
        roots, outputs, start = [], [], 0
        for trees in iterations:
            for output, tree in enumerate(trees):
                _append(parts, tree.nodes, start)
                roots.append(start)
                outputs.append(output)
                start += len(tree.nodes)
        types = {"feature": np.int16, "threshold": np.float32, "left": np.int32, "right": np.int32, "value": np.float32}
        flat = {name: np.concatenate(pieces).astype(types[name]) for name, pieces in parts.items()}
        return cls(
            **flat,
            roots=np.array(roots, np.int32),
            outputs=np.array(outputs, np.int16),
            baseline=np.asarray(baseline, np.float32).ravel(),
        )


def _append(parts: dict[str, list[Any]], nodes: Any, start: int) -> None:
    leaf, itself = nodes["is_leaf"].astype(bool), np.arange(len(nodes)) + start
    parts["feature"].append(np.where(leaf, 0, nodes["feature_idx"]))
    parts["threshold"].append(np.where(leaf, 0.0, nodes["num_threshold"]))
    parts["left"].append(np.where(leaf, itself, nodes["left"] + start))
    parts["right"].append(np.where(leaf, itself, nodes["right"] + start))
    parts["value"].append(nodes["value"])
