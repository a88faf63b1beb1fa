"""One small file a page; found by being here."""

from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType


def pages() -> tuple[ModuleType, ...]:
    """The modules of this folder, each with its `router`."""
    return tuple(import_module(module.name) for module in iter_modules(__path__, f"{__name__}."))
