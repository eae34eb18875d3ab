"""The pictures of the quality report, as SVG with its words as text."""
from __future__ import annotations

import io
import warnings
from collections import Counter
from typing import Any, Callable, Sequence

import numpy as np

from benchmarks.calibration import Bin

INK, GOOD, BAD, CALM = "#33403a", "#4d7c5f", "#b4533c", "#b9c4bd"
MOST = 14  # intents on a side of the confusion picture
LEAST_SHOWN = 5  # messages in a bin that is drawn
MARKED = (0.3, 0.5, 0.7, 0.8, 0.9)  # thresholds written beside the curve


def reliability(found: Sequence[Bin]) -> str:
    """How sure the bot said it was, against how often it was right."""

    def draw(axes: Any) -> None:
        shown = [one for one in found if one.count >= LEAST_SHOWN]
        axes.plot([0, 100], [0, 100], color=CALM, linewidth=1.5, label="said = right")
        axes.plot([100 * one.said for one in shown], [100 * one.right for one in shown], color=GOOD, marker="o",
                  label="this assistant")
        for one in shown:
            axes.annotate(f"{one.count}", (100 * one.said, 100 * one.right), xytext=(0, 9),
                          textcoords="offset points", ha="center", fontsize=8, color=INK)
        axes.set(xlim=(0, 104), ylim=(-3, 110), xlabel="how sure it said it was, %", ylabel="how often it was right, %")
        axes.legend(loc="lower right", frameon=False)

    return _svg(draw, 5.2, 4.2)


def coverage(curve: Sequence[tuple[float, float, float, float]], own: float | None) -> str:
    """Wrong answers against answers given, as the threshold moves."""

    def draw(axes: Any) -> None:
        axes.plot([one[3] for one in curve], [one[2] for one in curve], color=GOOD)
        nearest = {mark: min(curve, key=lambda one: abs(one[0] - mark)) for mark in MARKED}
        for mark, (_, _, wrong, answered) in nearest.items():
            axes.plot(answered, wrong, marker="o", color=CALM, markersize=5)
            axes.annotate(f"{mark:.1f}", (answered, wrong), xytext=(-5, 5), textcoords="offset points", ha="right",
                          fontsize=8, color=INK)
        if own is not None:
            _, _, wrong, answered = min(curve, key=lambda one: abs(one[0] - own))
            axes.plot(answered, wrong, marker="o", color=BAD, markersize=8)
            axes.annotate(f"ours ({own:.2f})", (answered, wrong), xytext=(8, -12), textcoords="offset points",
                          fontsize=9, color=BAD)
        axes.set(xlabel="messages that get an answer, %", ylabel="messages that get a wrong one, %")
        axes.set_ylim(bottom=0)

    return _svg(draw, 5.2, 4.2)


def confusion(found: Counter[tuple[str, str]], said: Callable[[str], str]) -> str:
    """What was wanted and what was got instead, of the intents mixed up most.

    Args:
        found: how often each (wanted, got) was met.
        said: an intent in words.
    """
    rows = [name for name, _ in _sums(found, 0).most_common(MOST)]
    shown = Counter({pair: count for pair, count in found.items() if pair[0] in rows})
    columns = [name for name, _ in _sums(shown, 1).most_common(MOST)]
    counts = np.array([[found[row, column] for column in columns] for row in rows] or [[0]])

    def draw(axes: Any) -> None:
        axes.imshow(counts, cmap="Oranges", vmin=0, vmax=max(counts.max(), 1), aspect="auto")
        for (row, column), count in np.ndenumerate(counts):
            if count:
                dark = count > 0.6 * counts.max()
                axes.text(column, row, str(count), ha="center", va="center", color="white" if dark else INK, fontsize=9)
        axes.set_xticks(range(len(columns)), [said(name) for name in columns], rotation=40, ha="right", fontsize=8)
        axes.set_yticks(range(len(rows)), [said(name) for name in rows], fontsize=8)
        axes.set(xlabel="what it took the message for", ylabel="what was wanted")
        axes.tick_params(length=0)

    return _svg(draw, 8.6, 1.8 + 0.32 * max(len(rows), 1))


def _sums(found: Counter[tuple[str, str]], side: int) -> Counter[str]:
    sums: Counter[str] = Counter()
    for pair, count in found.items():
        sums[pair[side]] += count
    return sums


def _svg(draw: Callable[[Any], None], width: float, height: float) -> str:
    """One drawing, the same bytes for the same numbers."""
    warnings.simplefilter("ignore")  # matplotlib's parser warns of its own names
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    style = {"svg.fonttype": "none", "svg.hashsalt": "quality", "font.family": "sans-serif", "font.size": 10,
             "axes.spines.top": False, "axes.spines.right": False, "axes.edgecolor": CALM, "text.color": INK,
             "axes.labelcolor": INK, "xtick.color": INK, "ytick.color": INK, "figure.facecolor": "white"}
    with pyplot.rc_context(style):
        figure, axes = pyplot.subplots(figsize=(width, height), layout="constrained")
        draw(axes)
        out = io.StringIO()
        figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
        pyplot.close(figure)
    drawn = out.getvalue().replace("'sans-serif'", "sans-serif")  # in quotes it would be a font of that name
    return "\n".join(line.rstrip() for line in drawn[drawn.index("<svg") :].splitlines()) + "\n"
