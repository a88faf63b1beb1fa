"""How many examples a law is tried on that takes its time for each."""

from hypothesis import settings


def so_many(examples: int) -> int:
    """That many in `make test`; where new ones are looked for as many times more as of any other law."""
    return examples * settings.default.max_examples // 100 if settings.default else examples
