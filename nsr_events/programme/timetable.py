"""Lays one day's sessions out in a grid: one pure function for the public page, the board and print.

Positions are whole numbers, so that shipped classes can place the cards under a strict Content Security
Policy (docs/explanation/programme.md). Nothing here knows of Django.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

MOST_LANES = 4
SHORTEST, TALLEST = 5, 60
"""Bounds of a row's height class, in minutes; what the card holds may stretch it."""

ELSEWHERE = ""
"""The room of the column for sessions without a room."""


@dataclass(frozen=True)
class Placed:
    """A session with a time. ``rooms`` are uids, the main one first; ``for_all`` spans all columns."""

    uid: str
    start: dt.datetime
    end: dt.datetime
    rooms: tuple[str, ...] = ()
    for_all: bool = False

    def __post_init__(self) -> None:
        if self.end <= self.start:
            raise ValueError(f"session {self.uid} ends before it starts")


@dataclass(frozen=True)
class Column:
    """A room's place from the left, from 1; the column of times does not count."""

    number: int
    room: str


@dataclass(frozen=True)
class Row:
    """The stretch between two neighbouring starts or ends. ``height`` is its class, in minutes."""

    number: int
    start: dt.datetime
    end: dt.datetime
    minutes: int
    height: int


@dataclass(frozen=True)
class Gap:
    """A long stretch in which nothing takes place: one thin dotted row."""

    number: int
    start: dt.datetime
    end: dt.datetime
    minutes: int


@dataclass(frozen=True)
class Cell:
    """Where a session stands. Rows, columns and lanes count from 1.

    ``taken`` marks the slim block in a further room of a session whose card stands elsewhere; ``more`` names
    the sessions that found no lane and are told as "+n" on this card.
    """

    uid: str
    row: int
    row_span: int
    column: int
    column_span: int
    lane: int = 1
    lanes: int = 1
    taken: bool = False
    more: tuple[str, ...] = ()

    @property
    def classes(self) -> str:
        """The shipped classes that place the card."""
        place = f"ne-r{self.row} ne-rs{self.row_span} ne-c{self.column} ne-cs{self.column_span}"
        lanes = f" ne-l{self.lane} ne-ls{self.lanes}" if self.lanes > 1 else ""
        return place + lanes + (" ne-taken" if self.taken else "")


@dataclass(frozen=True)
class Timetable:
    """One day as a grid. ``scrolls``: more columns than fit; the grid scrolls in its box, print is a list."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    cells: tuple[Cell, ...]
    gaps: tuple[Gap, ...]
    scrolls: bool = False

    @property
    def lines(self) -> tuple[Row | Gap, ...]:
        """Rows and gaps in the order they stand."""
        return tuple(sorted((*self.rows, *self.gaps), key=lambda line: line.number))


@dataclass(frozen=True)
class _Piece:
    """A session's claim on neighbouring columns for its time."""

    session: Placed
    column: int
    span: int
    taken: bool = False

    @property
    def columns(self) -> range:
        return range(self.column, self.column + self.span)


def lay_out(
    sessions: Iterable[Placed],
    rooms: Sequence[str],
    *,
    step: int = 5,
    gap: int = 30,
    max_columns: int = 8,
    all_rooms: bool = False,
) -> Timetable:
    """Place ``sessions`` (of one day) in a grid of ``rooms`` (uids in the order they are shown).

    Rooms in use become columns, with ``all_rooms`` the others too; sessions without a known room share a last
    column. Heights are rounded up to ``step`` minutes; an empty stretch of ``gap`` minutes or more becomes a
    ``Gap``. The answer does not depend on the order of ``sessions``.
    """
    placed = sorted(sessions, key=lambda session: (session.start, session.end, session.uid))
    columns = _columns(placed, rooms, all_rooms=all_rooms)
    numbers = {column.room: column.number for column in columns}
    rows, gaps = _lines(placed, step=step, gap=gap)
    lines: list[Row | Gap] = [*rows, *gaps]
    starts = {line.start: line.number for line in lines}
    ends = {line.end: line.number for line in lines}
    pieces = [piece for session in placed for piece in _pieces(session, numbers)]
    cells = [
        replace(
            cell,
            row=starts[piece.session.start],
            row_span=ends[piece.session.end] - starts[piece.session.start] + 1,
        )
        for piece, cell in _cells(pieces)
    ]
    cells.sort(key=lambda cell: (cell.row, cell.column, cell.uid, cell.taken))
    return Timetable(columns, rows, tuple(cells), gaps, scrolls=len(columns) > max_columns)


def _columns(placed: Sequence[Placed], rooms: Sequence[str], *, all_rooms: bool) -> tuple[Column, ...]:
    """The rooms in use in the given order, then one column for what has no room among them."""
    used = {room for session in placed for room in session.rooms}
    shown = [room for room in dict.fromkeys(rooms) if all_rooms or room in used]
    homeless = any(not session.for_all and not set(session.rooms) & set(shown) for session in placed)
    if homeless or (placed and not shown):
        shown.append(ELSEWHERE)
    return tuple(Column(number, room) for number, room in enumerate(shown, 1))


def _lines(placed: Sequence[Placed], *, step: int, gap: int) -> tuple[tuple[Row, ...], tuple[Gap, ...]]:
    """Cut the day at every start and end; stretches in which nothing runs may be gaps."""
    changes: dict[dt.datetime, int] = defaultdict(int)
    for session in placed:
        changes[session.start] += 1
        changes[session.end] -= 1
    running, rows, gaps = 0, [], []
    for number, (start, end) in enumerate(pairwise(sorted(changes)), 1):
        running += changes[start]
        minutes = int((end - start).total_seconds()) // 60
        if not running and minutes >= gap:
            gaps.append(Gap(number, start, end, minutes))
        else:
            rows.append(Row(number, start, end, minutes, _height(minutes, step)))
    return tuple(rows), tuple(gaps)


def _height(minutes: int, step: int) -> int:
    return min(max(-(-minutes // step) * step, SHORTEST), TALLEST)


def _pieces(session: Placed, numbers: dict[str, int]) -> Iterator[_Piece]:
    """The card over the run of columns that holds the main room, and "taken" blocks in the others."""
    if session.for_all:
        yield _Piece(session, 1, len(numbers))
        return
    wanted = [numbers[room] for room in session.rooms if room in numbers] or [numbers[ELSEWHERE]]
    runs = _runs(wanted)
    main = next(run for run in runs if wanted[0] in run)
    yield _Piece(session, main.start, len(main))
    yield from (_Piece(session, number, 1, taken=True) for run in runs if run != main for number in run)


def _runs(numbers: Iterable[int]) -> list[range]:
    """Neighbouring numbers as ranges."""
    runs: list[range] = []
    for number in sorted(set(numbers)):
        if runs and runs[-1].stop == number:
            runs[-1] = range(runs[-1].start, number + 1)
        else:
            runs.append(range(number, number + 1))
    return runs


def _cells(pieces: list[_Piece]) -> Iterator[tuple[_Piece, Cell]]:
    """Settle every cluster of overlapping pieces.

    Lanes split a column (or a run of columns) evenly, so they only work among pieces of equal extent. Wide
    pieces therefore first give way to narrower ones; what still differs shrinks to single columns.
    """
    for cluster in _clusters(pieces):
        if _equal(cluster):
            yield from _in_lanes(cluster)
            continue
        for part in _clusters(_give_way(cluster)):
            if _equal(part):
                yield from _in_lanes(part)
                continue
            for column in _clusters([single for piece in part for single in _singles(piece)]):
                yield from _in_lanes(column)


def _clusters(pieces: list[_Piece]) -> list[list[_Piece]]:
    """Group pieces that overlap in time and column, directly or through others; one sweep in time."""
    leader = list(range(len(pieces)))

    def find(index: int) -> int:
        while leader[index] != index:
            leader[index] = leader[leader[index]]
            index = leader[index]
        return index

    order = sorted(range(len(pieces)), key=lambda index: pieces[index].session.start)
    last: dict[int, tuple[dt.datetime, int]] = {}
    for index in order:
        session = pieces[index].session
        for column in pieces[index].columns:
            until, other = last.get(column, (session.start, index))
            if until > session.start:
                leader[find(index)] = find(other)
            last[column] = max((until, other), (session.end, index), key=lambda pair: pair[0])
    groups: dict[int, list[_Piece]] = defaultdict(list)
    for index in order:
        groups[find(index)].append(pieces[index])
    return list(groups.values())


def _equal(cluster: list[_Piece]) -> bool:
    return len({(piece.column, piece.span) for piece in cluster}) == 1


def _give_way(cluster: list[_Piece]) -> list[_Piece]:
    """Take from each wide piece the columns in which a narrower one runs at the same time."""
    return [kept for piece in cluster for kept in _shrunk(piece, cluster)]


def _shrunk(piece: _Piece, cluster: list[_Piece]) -> Iterator[_Piece]:
    lost = {column for other in cluster if _yields(piece, other) for column in other.columns}
    free = _runs(column for column in piece.columns if column not in lost)
    if not lost.intersection(piece.columns):
        yield piece
        return
    run = max(free, key=len, default=range(piece.column, piece.column + 1))
    yield replace(piece, column=run.start, span=len(run))
    if not piece.session.for_all:
        yield from (replace(piece, column=c, span=1, taken=True) for c in piece.columns if c not in run)


def _yields(piece: _Piece, other: _Piece) -> bool:
    """Whether ``other`` is narrower and runs while ``piece`` does."""
    first, second = piece.session, other.session
    return other.span < piece.span and first.start < second.end and second.start < first.end


def _singles(piece: _Piece) -> Iterator[_Piece]:
    """The piece on its first column; joined rooms also as "taken" in the rest."""
    yield replace(piece, span=1)
    if not piece.session.for_all:
        yield from (replace(piece, column=column, span=1, taken=True) for column in piece.columns[1:])


def _in_lanes(cluster: list[_Piece]) -> Iterator[tuple[_Piece, Cell]]:
    """Give pieces of equal extent the first free lane; what finds none is "+n" on the last lane's card."""
    lanes: list[list[_Piece]] = []
    more: dict[_Piece, list[str]] = defaultdict(list)
    for piece in sorted(cluster, key=lambda piece: (piece.taken, piece.session.start, piece.session.uid)):
        lane = next((lane for lane in lanes if not any(_together(piece, other) for other in lane)), None)
        if lane is not None:
            lane.append(piece)
        elif len(lanes) < MOST_LANES:
            lanes.append([piece])
        elif not piece.taken:
            more[next(other for other in lanes[-1] if _together(piece, other))].append(piece.session.uid)
    for number, lane in enumerate(lanes, 1):
        for piece in lane:
            cell = Cell(piece.session.uid, 0, 0, piece.column, piece.span, number, len(lanes), piece.taken)
            yield piece, replace(cell, more=tuple(sorted(more[piece])))


def _together(piece: _Piece, other: _Piece) -> bool:
    return piece.session.start < other.session.end and other.session.start < piece.session.end
