"""Models that name each other as predecessors, for tests of how descent is drawn."""

from generator.records import Change, ModelSpec, Origin, Text


def descendant(slug: str, *since: str, year: int | None = 2000, family: str = "Toys") -> ModelSpec:
    """Make a model that took something from others; its title is its slug in capitals."""
    return ModelSpec(
        slug=slug,
        title=slug.upper(),
        family=family,
        year=year,
        origin=Origin.USER,
        factory=f"toys:{slug}",
        changes=tuple(
            Change(since=other, text=Text(en=f"Widens {other}.", zh=f"加宽 {other}。"))
            for other in since
        ),
    )


FAMILIES = (
    descendant("oak", year=1990, family="Trees"),
    descendant("elm", "oak", year=1990, family="Trees"),
    descendant("fir", "elm", "oak", year=1990, family="Trees"),
    descendant("fern", "oak", year=1995, family="Plants"),
    descendant("moss", "fern", "fir", year=2000, family="Plants"),
    descendant("reed", "fern", year=1995, family="Grasses"),
    descendant("weed", "moss", year=None, family="Grasses"),
)
"""Trees in a row, one of them with two parents; arrows across, within and out of the years."""
