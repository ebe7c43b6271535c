"""Claims about the gallery of blocks: alike ones once, every use named, no anchor twice."""

from generator.records import ModelSpec, Origin
from generator.render.drawings import BlockDrawing, Drawing
from generator.render.gallery import Use, gallery


def _spec(slug: str, family: str) -> ModelSpec:
    return ModelSpec(
        slug=slug, title=slug.upper(), family=family, origin=Origin.USER, factory="toys:Net"
    )


def _block(name: str, signature: str, count: int = 1) -> BlockDrawing:
    drawing = Drawing(f"blocks/1-{name}.svg", "<svg/>", 1, 1)
    return BlockDrawing(name, "", count, ("a",), signature, drawing, drawing)


def _drawn(*blocks: BlockDrawing) -> tuple[BlockDrawing, ...]:
    return blocks


def test_a_block_that_models_share_is_shown_once_with_its_uses() -> None:
    """As the first model draws it; the others are named with their counts."""
    specs = [_spec("one", "Nets"), _spec("two", "Nets")]
    alike = {"one": _drawn(_block("basic", "s", 3)), "two": _drawn(_block("basic", "s", 8))}
    ((family,), (shown,)) = (gallery(specs, alike), gallery(specs, alike)[0].blocks)
    assert (family.name, family.anchor) == ("Nets", "nets")
    assert (shown.slug, shown.block.count) == ("one", 3)
    assert shown.uses == (Use("one", "ONE", 3), Use("two", "TWO", 8))


def test_blocks_that_differ_stand_side_by_side() -> None:
    """By what they are called, or by how they are built."""
    specs = [_spec("one", "Nets"), _spec("two", "Nets")]
    drawn = {
        "one": _drawn(_block("basic", "s"), _block("bottleneck", "s")),
        "two": _drawn(_block("basic", "t")),
    }
    (family,) = gallery(specs, drawn)
    assert [(s.slug, s.block.name, s.block.signature) for s in family.blocks] == [
        ("one", "basic", "s"),
        ("one", "bottleneck", "s"),
        ("two", "basic", "t"),
    ]


def test_families_keep_the_order_of_their_models() -> None:
    """A family without blocks has no heading."""
    specs = [_spec("b", "Later"), _spec("a", "Early"), _spec("c", "Later"), _spec("d", "Plain")]
    drawn = {name: _drawn(_block(name, name)) for name in "abc"} | {"d": _drawn()}
    assert [family.name for family in gallery(specs, drawn)] == ["Later", "Early"]


def test_no_two_families_share_an_anchor() -> None:
    """Names may differ in signs only, or have no Latin letter at all."""
    names = ["Res-Net", "Res Net", "残差", "稠密", "other"]
    specs = [_spec(f"m{n}", name) for n, name in enumerate(names)]
    drawn = {spec.slug: _drawn(_block("basic", spec.slug)) for spec in specs}
    assert [family.anchor for family in gallery(specs, drawn)] == [
        *("res-net", "res-net-2", "other", "other-2", "other-3"),
    ]
