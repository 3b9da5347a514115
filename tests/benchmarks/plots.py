"""Pictures of the figures: small SVG files, written without a library.

Bars come from the lines of the table, so a picture is drawn for whatever was measured; curves come
from benchmarks that have some (`chart()`).
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Final
from xml.sax.saxutils import escape

import attrs

from tests.benchmarks.measure import Row

__all__ = ["Chart", "Curve", "draw"]

OURS: Final = "#2563eb"
RIVAL: Final = "#9aa3b2"
MISSED: Final = "#dc2626"
LIMIT: Final = "#b45309"
INK: Final = "#111827"
FAINT: Final = "#6b7280"
GRID: Final = "#e5e7eb"
COLOURS: Final = {"ours": OURS, "ours too": "#60a5fa", "rival": "#6b7280", "bound": LIMIT}

WIDTH: Final = 820
MARGIN: Final = 24
HEAD: Final = 72
BAR: Final = 16
STEP: Final = 22
GAP: Final = 14
EM: Final = 7.2
"""About the width of a letter of the text, in pixels, where fonts are wide."""


@attrs.frozen(kw_only=True)
class Curve:
    """One line of a chart.

    Attributes:
        name: Stands beside it.
        points: Where it leads, from left to right.
        kind: `ours`, `ours too`, `rival` or `bound`: chooses its colour; a bound is dashed.
        is_dotted: Whether its points are shown, and no line between them.
    """

    name: str
    points: Sequence[tuple[float, float]]
    kind: str = "rival"
    is_dotted: bool = False


@attrs.frozen(kw_only=True)
class Chart:
    """Curves over common axes.

    Attributes:
        title: What is to be seen.
        note: What one has to know about it.
        across: Name and unit of the horizontal axis.
        up: Name and unit of the vertical one.
        curves: The lines.
    """

    title: str
    note: str
    across: str
    up: str
    curves: Sequence[Curve]


@attrs.frozen(kw_only=True)
class _Bar:
    label: str
    value: float
    text: str
    colour: str


@attrs.frozen(kw_only=True)
class _Group:
    """Bars that belong together, over one scale.

    Attributes:
        label: Stands above them; empty where there is but one group.
        bars: From top to bottom.
        limit: Where the demand lies; `None` where there is none.
        limit_text: The demand in words.
    """

    label: str
    bars: Sequence[_Bar]
    limit: float | None = None
    limit_text: str = ""


_BESIDE: Final = {
    "memory": ("Memory of a waiting workflow", "Resident, 10,000 in flight; less is better."),
    "cpu_per_request": ("CPU of a request", "Start and polls of a workflow; less is better."),
    "waits": ("CPU of an awaited workflow", "Start and all polls included; less is better."),
    "connections for 100 polls": (
        "New TLS connections for 100 polls",
        "A hundred waits, each polled every 30 seconds; fewer is better.",
    ),
    "decode": ("Reading a reply", "From bytes to the typed result; less is better."),
    "import_time": ("CPU of an import", "In a fresh interpreter; less is better."),
}
_UNITS: Final = {"us": "\N{MICRO SIGN}s"}
_ALONE: Final = {
    "wake_up delay": ("From a workflow's end to its waiter", "Webhook over loopback, p95"),
    "deadline_overshoot": ("How late a deadline ends a call", "The worst call of each phase"),
}


def draw(rows: Sequence[Row], charts: Mapping[str, Chart], folder: Path) -> list[Path]:
    """Write a picture of everything that was measured; return the files.

    Args:
        rows: The table.
        charts: Curves, by the name of the file.
        folder: Is made if need be.
    """
    drawn = {name: _curves(chart) for name, chart in charts.items()}
    for start, (title, note) in _BESIDE.items():
        if found := _named(rows, start):
            drawn[start.replace(" ", "_")] = _bars(title, note, _beside(start, found))
    for start, (title, note) in _ALONE.items():
        if found := _named(rows, start):
            told = f"{note}; {found[0].against}"
            drawn[start.replace(" ", "_")] = _bars(title, told, [_alone(start, found)])
    if demanded := [row for row in rows if row.demanded]:
        note = "Each figure as a part of the most (or the least) that is demanded of it."
        drawn["demands"] = _bars("Figures beside their demands", note, [_demands(demanded)])
    folder.mkdir(parents=True, exist_ok=True)
    paths: list[Path] = []
    for name, picture in drawn.items():
        path = folder / f"{name}.svg"
        path.write_text(picture, encoding="utf-8")
        paths.append(path)
    return paths


# ── what the table becomes ──


def _named(rows: Iterable[Row], start: str) -> list[Row]:
    """Return the lines of one benchmark; those that belong to the line before are indented."""
    found: list[Row] = []
    is_inside = False
    for row in rows:
        if not row.name.startswith(" "):
            is_inside = row.name.startswith(start)
        if is_inside:
            found.append(row)
    return found


def _beside(start: str, rows: Sequence[Row]) -> list[_Group]:
    """Return ours and all rivals, for each name of a line."""
    groups: list[_Group] = []
    by_name = [(name, list(found)) for name, found in groupby(rows, lambda row: row.name.strip())]
    for name, found in by_name:
        absolute = next((row for row in found if row.rival is None and row.demanded), None)
        rivals = [_bar(row.against, row.rival, row) for row in found if row.rival is not None]
        bars = [_bar("linkedapi_async", found[0].ours, found[0], colour=OURS), *rivals]
        label = name.removeprefix(start).strip(" ,") if len(by_name) > 1 else ""
        if absolute is None:
            groups.append(_Group(label=label, bars=bars))
        else:
            told = f"demanded: ≤ {absolute.demanded:g} {absolute.unit}"
            limit = absolute.demanded
            groups.append(_Group(label=label, bars=bars, limit=limit, limit_text=told))
    return groups


def _alone(start: str, rows: Sequence[Row]) -> _Group:
    """Return what each line is about, against their common demand."""
    bars = [
        _bar(row.name.removeprefix(start).strip(" ,"), row.compared, row, colour=_colour(row))
        for row in rows
    ]
    limit = rows[0].demanded
    told = "" if limit is None else f"demanded: ≤ {limit:g} {rows[0].unit}"
    return _Group(label="", bars=bars, limit=limit, limit_text=told)


def _demands(rows: Sequence[Row]) -> _Group:
    bars: list[_Bar] = []
    for row in rows:
        part = _part(row)
        beside = f" / {row.against}" if row.rival is not None else ""
        label = f"{row.name.strip()}{beside}"
        bars.append(_Bar(label=label, value=part, text=f"{100 * part:.0f} %", colour=_colour(row)))
    return _Group(label="", bars=bars, limit=1.0, limit_text="what is demanded")


def _part(row: Row) -> float:
    """Return how much of what is allowed a figure takes."""
    demanded = row.demanded or 1.0
    if not row.is_least:
        return row.compared / demanded
    return demanded / row.compared


def _colour(row: Row) -> str:
    return MISSED if row.is_missed else OURS


def _bar(label: str, value: float, row: Row, *, colour: str = RIVAL) -> _Bar:
    return _Bar(label=label, value=value, text=_figure(value, row.unit), colour=colour)


def _figure(value: float, unit: str) -> str:
    figure = f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
    return f"{figure} {_UNITS.get(unit, unit)}".strip()


# ── bars ──


def _bars(title: str, note: str, groups: Sequence[_Group]) -> str:
    """Return a picture of bars that lie; each group has a scale of its own."""
    labels = max(len(bar.label) for group in groups for bar in group.bars) * EM
    texts = max(len(bar.text) for group in groups for bar in group.bars) * EM
    left = MARGIN + labels + 10
    room = WIDTH - MARGIN - texts - 10 - left
    body: list[str] = []
    top = float(HEAD)
    for group in groups:
        if group.label:
            body.append(_text(MARGIN, top + 12, group.label, weight=600))
            top += STEP
        if group.limit is not None:
            top += STEP
        most = max(bar.value for bar in group.bars)
        scale = room / (max(most, group.limit or 0.0) or 1.0)
        body += _group(group, left, top, scale)
        top += STEP * len(group.bars) + GAP
    return _picture(title, note, body, height=top + 4)


def _group(group: _Group, left: float, top: float, scale: float) -> list[str]:
    """Return bars, then the line of the demand, then the texts, which have to stay readable."""
    slabs: list[str] = []
    texts: list[str] = []
    for place, bar in enumerate(group.bars):
        y, width = top + STEP * place, max(0.0, bar.value * scale)
        slabs.append(_slab(left, y, max(width, 1.5), bar.colour))
        texts.append(_text(left - 10, y + 12.5, bar.label, anchor="end"))
        texts.append(_text(left + width + 7, y + 12.5, bar.text, colour=FAINT))
    if group.limit is None:
        return slabs + texts
    at = left + group.limit * scale
    end = top + STEP * (len(group.bars) - 1) + BAR
    anchor = "end" if at > WIDTH / 2 else "start"
    limit = [
        _line(at, top - 4, at, end + 4, LIMIT, dash="4 3"),
        _text(at, top - 9, group.limit_text, colour=LIMIT, anchor=anchor, size=12),
    ]
    return slabs + limit + texts


# ── curves ──


def _curves(chart: Chart) -> str:
    """Return a picture of lines over two axes that begin at nought."""
    height, top, bottom = 500.0, HEAD + 24.0, 444.0
    left, right = MARGIN + 30.0, WIDTH - MARGIN - 10.0
    points = [point for curve in chart.curves for point in curve.points]
    across = _ticks(max(x for x, _ in points))
    up = _ticks(max(y for _, y in points))

    def place(x: float, y: float) -> tuple[float, float]:
        return (
            left + (right - left) * x / across[-1],
            bottom - (bottom - top) * y / up[-1],
        )

    body: list[str] = []
    for tick in up:
        _, y = place(0.0, tick)
        body += [_line(left, y, right, y, GRID), _text(left - 8, y + 4, f"{tick:g}", anchor="end")]
    for tick in across:
        x, _ = place(tick, 0.0)
        body += [
            _line(x, bottom, x, bottom + 5, FAINT),
            _text(x, bottom + 20, f"{tick:g}", anchor="middle"),
        ]
    body.append(_text((left + right) / 2, bottom + 42, chart.across, anchor="middle", colour=FAINT))
    body.append(_text(MARGIN, top - 12, chart.up, colour=FAINT))
    for curve in chart.curves:
        body += _stroke(curve, [place(x, y) for x, y in curve.points])
    body += _legend(chart.curves, right=right, top=top + 16)
    return _picture(chart.title, chart.note, body, height=height)


def _stroke(curve: Curve, spots: Sequence[tuple[float, float]]) -> list[str]:
    colour = COLOURS[curve.kind]
    if curve.is_dotted:
        return [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5.5" fill="{colour}"/>' for x, y in spots]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in spots)
    dash = ' stroke-dasharray="6 4"' if curve.kind == "bound" else ""
    return [f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2.5"{dash}/>']


def _legend(curves: Sequence[Curve], *, right: float, top: float) -> list[str]:
    """Return the names of the curves, in the corner that curves which fall leave free."""
    x = right - max(len(curve.name) for curve in curves) * EM
    body: list[str] = []
    for place, curve in enumerate(curves):
        y = top + STEP * place
        stroke = [(x - 38, y), (x - 24, y), (x - 10, y)]
        body += _stroke(curve, stroke[1:2] if curve.is_dotted else stroke)
        body.append(_text(x, y + 4.5, curve.name))
    return body


def _ticks(most: float) -> list[float]:
    """Return round numbers from nought to the first that is enough."""
    rough = most / 6
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * factor for factor in (1, 2, 2.5, 5, 10) if power * factor >= rough)
    return [step * i for i in range(math.ceil(most / step) + 1)]


# ── SVG ──


def _picture(title: str, note: str, body: Iterable[str], *, height: float) -> str:
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height:.0f}" '
        f'viewBox="0 0 {WIDTH} {height:.0f}" font-size="13" '
        'font-family="system-ui, DejaVu Sans, sans-serif">'
    )
    parts = [
        head,
        f"<title>{escape(title)}</title>",
        f'<rect width="{WIDTH}" height="{height:.0f}" fill="#ffffff"/>',
        _text(MARGIN, 30, title, weight=600, size=18),
        _text(MARGIN, 51, note, colour=FAINT),
        *body,
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _text(
    x: float,
    y: float,
    text: str,
    *,
    colour: str = INK,
    anchor: str = "start",
    weight: int = 400,
    size: int = 13,
) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" fill="{colour}" text-anchor="{anchor}" '
        f'font-weight="{weight}" font-size="{size}" paint-order="stroke" stroke="#ffffff" '
        f'stroke-width="3">{escape(text)}</text>'
    )


def _slab(x: float, y: float, width: float, colour: str) -> str:
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{BAR}" rx="2" fill="{colour}"/>'
    )


def _line(x: float, y: float, to_x: float, to_y: float, colour: str, *, dash: str = "none") -> str:
    return (
        f'<line x1="{x:.1f}" y1="{y:.1f}" x2="{to_x:.1f}" y2="{to_y:.1f}" stroke="{colour}" '
        f'stroke-width="1.2" stroke-dasharray="{dash}"/>'
    )
