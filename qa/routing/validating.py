"""How well a router fitted from people's decisions does on texts it has not seen. No Django."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from qa.routing.router import Router

FOLDS = 5
SEED = 20


@dataclass(frozen=True)
class Validation:
    """Shares of the texts that were routed as people decided: by the fitted router, each text by one that was fitted
    without it; by the router as it comes; and by always giving the commoner answer."""

    texts: int
    fitted: float
    as_it_comes: float
    commoner: float


def validated(router: Router, texts: Sequence[str], labels: Sequence[bool], language: str = "en") -> Validation:
    """Five-fold cross-validation with both kinds in every fold. `texts` are different from each other. Raises
    ValueError where `Router.fit` does, EngineUnavailable while the embedder is away."""
    wanted = np.array(labels, bool)
    folds = _folds(wanted)
    fitted = np.zeros(len(texts))
    for fold in range(FOLDS):
        left_out = [bool(one) for one in folds == fold]
        rest = [at for at, out in enumerate(left_out) if not out]
        own = router.fit([texts[at] for at in rest], [bool(wanted[at]) for at in rest], language)
        for at in (at for at, out in enumerate(left_out) if out):
            fitted[at] = own.chance(texts[at])
    plain = np.array([router.route(text, language).score for text in texts])
    commoner = float(max(wanted.mean(), 1 - wanted.mean()))
    return Validation(len(texts), _right(fitted, wanted), _right(plain, wanted), commoner)


def _right(scores: NDArray[np.float64], wanted: NDArray[np.bool_]) -> float:
    return float(((scores > 0.5) == wanted).mean())


def _folds(wanted: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Each kind is dealt out in turn, in an order that is always the same."""
    folds, order = np.zeros(len(wanted), np.int64), np.random.default_rng(SEED)
    for kind in (True, False):
        of_kind = order.permutation(np.flatnonzero(wanted == kind))
        folds[of_kind] = np.arange(len(of_kind)) % FOLDS
    return folds
