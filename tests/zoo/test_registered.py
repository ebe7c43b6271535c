"""Claims about names that others give their models: read without importing what they name."""

import subprocess
import sys
from collections.abc import Callable

import pytest
import torchvision

from generator.errors import RequestError
from generator.zoo import registered
from generator.zoo.registered import (
    checked_timm,
    checked_torchvision,
    timm_names,
    torchvision_names,
)


def test_torchvisions_builders_are_read_from_its_source() -> None:
    """The names are the very ones that torchvision itself lists."""
    assert torchvision_names() == set(torchvision.models.list_models(module=torchvision.models))


def test_reading_names_does_not_import_torchvision() -> None:
    """Importing it takes seconds, and it may not be installed where pages are rendered."""
    program = (
        "import sys; from generator.zoo.registered import torchvision_names; "
        "assert 'resnet18' in torchvision_names(); "
        "assert not {'torch', 'torchvision'} & sys.modules.keys()"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_timms_names_are_read_from_its_source() -> None:
    """The names are the very ones that timm itself lists."""
    timm = pytest.importorskip("timm", reason="NO TIMM: its names go untested; pip install timm")
    assert timm_names() == set(timm.list_models())


@pytest.mark.parametrize("check", [checked_torchvision, checked_timm])
def test_a_package_that_is_not_here_cannot_be_asked(
    check: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A site of captures made elsewhere is rendered without either."""
    monkeypatch.setattr(registered, "torchvision_names", frozenset)
    monkeypatch.setattr(registered, "timm_names", frozenset)

    assert check("resnet1000") == "resnet1000"


def test_a_name_may_carry_the_tag_of_its_weights() -> None:
    """As timm writes them; what could lead elsewhere is no name."""
    assert checked_timm("resnet18.a1_in1k") == "resnet18.a1_in1k"
    for wrong in ("", ".a1_in1k", "resnet18.", "../resnet18", "resnet18.a1.b", "resnet 18"):
        with pytest.raises(RequestError, match="is no name of a timm model"):
            checked_timm(wrong)
