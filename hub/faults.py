"""Where a fault of ours happened, for a log that must hold no value: a traceback's messages may, its places do not."""

import traceback


def named(error: BaseException) -> str:
    """What it is and where it was raised, as `KeyError in /srv/vigie/hub/readings.py:91`."""
    return f"{type(error).__name__} in {whereabouts(error)}"


def whereabouts(error: BaseException) -> str:
    """File and line in which the error was raised."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{last.filename}:{last.lineno}"
