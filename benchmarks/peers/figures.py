"""Two kinds of drawing as SVG, on logarithmic scales: bars, one a peer, and points with the line fitted to each."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from html import escape

_STYLE = "text{font:13px sans-serif;fill:#222}.o{fill:#1f6f54}.p{fill:#9fb8c8}.g{stroke:#ddd}.t{font-weight:bold}"
_COLOURS = ("#1f6f54", "#b3541e", "#3a5a98", "#8a3b8f", "#777777")
Points = Sequence[tuple[float, float]]


def bars(title: str, values: Mapping[str, float], ours: str = "averment") -> str:
    """A bar for each value, longest first."""
    ordered = sorted(values.items(), key=lambda entry: -entry[1])
    low, high = math.floor(math.log10(min(values.values()))), math.ceil(math.log10(max(values.values())))
    left, width, step = 330, 460, 24
    bottom = 50 + step * len(ordered)

    def at(value: float) -> float:
        return left + width * (math.log10(value) - low) / max(1, high - low)

    parts = [f'<text class="t" x="16" y="26">{escape(title)}</text>']
    for power in range(low, high + 1):
        x = at(10.0**power)
        parts.append(f'<line class="g" x1="{x:.0f}" y1="40" x2="{x:.0f}" y2="{bottom}"/>')
        parts.append(f'<text x="{x:.0f}" y="{bottom + 18}" text-anchor="middle">{short(10.0**power)}</text>')
    for number, (name, value) in enumerate(ordered):
        y = 46 + step * number
        kind = "o" if name.startswith(ours) else "p"
        parts.append(f'<text x="{left - 8}" y="{y + 14}" text-anchor="end">{escape(name)}</text>')
        parts.append(
            f'<rect class="{kind}" x="{left}" y="{y + 2}" width="{max(1, at(value) - left):.0f}" height="17"/>'
        )
        parts.append(f'<text x="{at(value) + 6:.0f}" y="{y + 15}">{short(value)}</text>')
    return _svg(left + width + 80, bottom + 32, parts)


def lines(title: str, across: str, up: str, series: Mapping[str, Points]) -> str:
    """For each series its points and, dashed, the line fitted to their logarithms, whose slope is in the legend."""
    points = [point for line in series.values() for point in line]
    spans = [(math.log10(min(axis)), math.log10(max(axis))) for axis in zip(*points, strict=True)]
    (x0, x1), (y0, y1) = ((math.floor(low), math.ceil(high)) for low, high in spans)
    left, top, width, height = 80, 66, 560, 320

    def at(x: float, y: float) -> tuple[float, float]:
        return (
            left + width * (math.log10(x) - x0) / max(1, x1 - x0),
            top + height * (1 - (math.log10(y) - y0) / max(1, y1 - y0)),
        )

    parts = [f'<text class="t" x="16" y="26">{escape(title)}</text>']
    for power in range(x0, x1 + 1):
        x, _ = at(10.0**power, 10.0**y0)
        parts.append(f'<line class="g" x1="{x:.0f}" y1="{top}" x2="{x:.0f}" y2="{top + height}"/>')
        parts.append(f'<text x="{x:.0f}" y="{top + height + 18}" text-anchor="middle">{short(10.0**power)}</text>')
    for power in range(y0, y1 + 1):
        _, y = at(10.0**x0, 10.0**power)
        parts.append(f'<line class="g" x1="{left}" y1="{y:.0f}" x2="{left + width}" y2="{y:.0f}"/>')
        parts.append(f'<text x="{left - 8}" y="{y + 4:.0f}" text-anchor="end">{short(10.0**power)}</text>')
    for number, (name, line) in enumerate(series.items()):
        colour = _COLOURS[number % len(_COLOURS)]
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{colour}"/>' for x, y in (at(*one) for one in line)]
        ends = [at(x, fitted(line, x)) for x in (line[0][0], line[-1][0])]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in ends)
        parts.append(f'<polyline fill="none" stroke="{colour}" stroke-dasharray="6 4" points="{path}"/>')
        legend = top + height + 62 + 20 * number
        parts.append(f'<circle cx="{left + 6}" cy="{legend - 5}" r="5" fill="{colour}"/>')
        parts.append(f'<text x="{left + 18}" y="{legend}">{escape(name)}: {slopes(line)}</text>')
    parts.append(f'<text x="{left + width}" y="{top + height + 38}" text-anchor="end">{escape(across)}</text>')
    parts.append(f'<text x="{left}" y="{top - 12}">{escape(up)}</text>')
    return _svg(left + width + 40, top + height + 70 + 20 * len(series), parts)


def slopes(points: Points) -> str:
    """The slope fitted to all points, and that between the last two, where what is fixed weighs least."""
    return f"slope {slope(points):.2f}, at the end {slope(points[-2:]):.2f}"


def fitted(points: Points, x: float) -> float:
    """Where the least-squares line through the logarithms is at ``x``."""
    middle_x, middle_y = (sum(map(math.log, axis)) / len(points) for axis in zip(*points, strict=True))
    return math.exp(middle_y + slope(points) * (math.log(x) - middle_x))


def slope(points: Points) -> float:
    """The slope of the least-squares line through the logarithms: 1 is linear."""
    xs, ys = [math.log(x) for x, _ in points], [math.log(y) for _, y in points]
    mean_x, mean_y = sum(xs) / len(xs), sum(ys) / len(ys)
    over = sum((x - mean_x) ** 2 for x in xs)
    return sum((x - mean_x) * (y - mean_y) for x, y in zip(xs, ys, strict=True)) / over


def short(value: float) -> str:
    """A number in few signs: 1,300,000 is 1.3M."""
    for size, sign in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if value >= size:
            return f"{value / size:.3g}{sign}"
    return f"{value:.3g}"


def _svg(width: float, height: float, parts: list[str]) -> str:
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}">'
    return "\n".join(
        [head, f"<style>{_STYLE}</style>", '<rect width="100%" height="100%" fill="#fff"/>', *parts, "</svg>\n"]
    )
