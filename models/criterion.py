"""The criterion by which one of the valid clusterings is taken."""

from collections.abc import Callable, Sequence

from models.candidates import Candidate
from models.fitting import Method

PREFERRED_MIN_CLUSTERS = 3
"""By silhouette alone two clusters win on most data: `more` and `less`, as the value tiers say."""
KEEP_SLACK = 0.02
"""Silhouette that the previous number of clusters may lack and still be kept at a refit."""

Previous = tuple[Method, int]


def choose(candidates: Sequence[Candidate], previous: Previous | None) -> tuple[Candidate, str]:
    """Return the one of the valid candidates that is taken, and the sentence that says why.

    By how well it separates the next 90 days' spend where a past night shows that, else by the
    silhouette. Either way a refit keeps the previous number of clusters, and if it can the
    method, within the slack: noise in the third digit must not regroup everybody.
    """
    if all(candidate.separation is not None for candidate in candidates):
        return _by_separation(candidates, previous)
    return _by_silhouette(candidates, previous)


def _by_separation(
    candidates: Sequence[Candidate], previous: Previous | None
) -> tuple[Candidate, str]:
    """Take the fewest clusters that separate as well as the best but for its standard error.

    The rule of one standard error (Breiman et al. 1984, section 3.4.3): what lies within the
    noise of the best is as good, and fewer segments are easier to act on.
    """
    best = max(candidates, key=_separated)
    error = best.separation.error if best.separation else 0.0
    good = [item for item in candidates if _separated(item) >= _separated(best) - error]
    said = (
        f"one standard error ({error:.3f}) of the best separation of the next 90 days' spend, "
        f"{_separated(best):.3f} with {best.n_clusters}"
    )
    kept = _as_before(good, previous, _separated)
    if kept is not None:
        return kept, f"as before, with {_separated(kept):.3f} within {said}"
    fewest = min(item.n_clusters for item in good)
    taken = max((item for item in good if item.n_clusters == fewest), key=_separated)
    return taken, f"the fewest clusters, with {_separated(taken):.3f}, within {said}"


def _by_silhouette(
    candidates: Sequence[Candidate], previous: Previous | None
) -> tuple[Candidate, str]:
    """Take the highest silhouette, of two clusters only if there is nothing else."""
    preferred = [item for item in candidates if item.n_clusters >= PREFERRED_MIN_CLUSTERS]
    of_those = " of the valid ones with at least three clusters" if preferred else ""
    pool = preferred or candidates
    best = max(pool, key=lambda item: (_silhouette(item), -item.n_clusters))
    good = [item for item in pool if _silhouette(best) - _silhouette(item) <= KEEP_SLACK]
    kept = _as_before(good, previous, _silhouette)
    no_past = "no past night shows yet what customers spend next"
    if kept is not None and kept is not best:
        lacks = _silhouette(best) - _silhouette(kept)
        return kept, f"as before; the best silhouette is only {lacks:.3f} higher; {no_past}"
    if len(candidates) == 1:
        return best, f"the only valid clustering; {no_past}"
    return best, f"highest silhouette{of_those}; {no_past}"


def _as_before(
    good: Sequence[Candidate],
    previous: Previous | None,
    figure: Callable[[Candidate], float],
) -> Candidate | None:
    """Return the candidate with the previous number of clusters, the same method first."""
    if previous is None:
        return None
    method, n_clusters = previous
    same = [item for item in good if item.n_clusters == n_clusters]
    return max(same, key=lambda item: (item.method == method, figure(item)), default=None)


def _separated(candidate: Candidate) -> float:
    return candidate.separation.value if candidate.separation else -1.0


def _silhouette(candidate: Candidate) -> float:
    return -1.0 if candidate.silhouette is None else candidate.silhouette
