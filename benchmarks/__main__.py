"""`python -m benchmarks`: every ratio, or one; see benchmarks/README.md."""

from dataclasses import dataclass
from enum import StrEnum
from statistics import median
from typing import Annotated

import typer
from rich.console import Console

from benchmarks import (
    clinic_list,
    flood,
    floor_copy,
    floor_loop,
    glucose_figures,
    load,
    measured,
    reading_back,
    refusals,
    store_keep,
    views,
    whole_way,
)
from benchmarks.publishing import waiting_for
from benchmarks.rounds import Compared, Speed, compare, table
from benchmarks.setting import Setting, holders, setting
from device_adapters.devices.native_mqtt import TOPIC
from vigie.services.state import Say

console = Console()


class Part(StrEnum):
    """What can be measured."""

    STORE = "store"
    WHOLE = "whole"
    FLOOD = "flood"
    GLUCOSE = "glucose"
    LIST = "list"
    READING = "reading"
    VIEWS = "views"


@dataclass(frozen=True, slots=True)
class Size:
    """How much is measured."""

    rounds: int
    rows: int
    messages_of_1: int
    messages_of_25: int
    flood_seconds: int


FULL = Size(rounds=5, rows=100_000, messages_of_1=40_000, messages_of_25=8_000, flood_seconds=300)
QUICK = Size(rounds=3, rows=30_000, messages_of_1=12_000, messages_of_25=3_000, flood_seconds=30)
SMALL_BATCH = 1_000
"""What one transaction holds at most when messages are of one reading."""


def main(
    only: Annotated[list[Part] | None, typer.Option(help="Measure this part only; may be given twice.")] = None,
    quick: Annotated[bool, typer.Option(help="Smaller and fewer: a first look, in two minutes.")] = False,
    rounds: Annotated[int | None, typer.Option(help="Rounds of floor and ours.")] = None,
) -> None:
    """Speed as ratios to floors measured in the same run. Nothing stays: servers and data are temporary."""
    size, parts = QUICK if quick else FULL, only or list(Part)
    times = rounds or size.rounds
    if Part.GLUCOSE in parts:
        with console.status("glucose figures, ours and the peers'…"):
            console.print(glucose_figures.table(times))
    if set(parts) - {Part.GLUCOSE}:
        _on_servers(size, parts, times)


def _on_servers(size: Size, parts: list[Part], times: int) -> None:
    with console.status("starting servers…") as status, setting(lambda line: status.update(line)) as where:
        compared: list[Compared] = []
        if Part.STORE in parts:
            for batch in (size.rows, SMALL_BATCH):
                status.update(f"store.keep, {batch:,} readings a transaction, {times} rounds…")
                compared.append(_store(where, size.rows, batch, times))
                console.print(table(compared[-1:]))
        if Part.WHOLE in parts:
            for total, each in ((size.messages_of_1, 1), (size.messages_of_25, 25)):
                status.update(f"the whole way, {total:,} messages of {each}, {times} rounds…")
                compared.append(_whole_way(where, total, each, times))
                console.print(table(compared[-1:]))
        if Part.READING in parts:
            status.update(f"trends, {times} rounds…")
            console.print(reading_back.table(reading_back.run(where, times)))
        if Part.LIST in parts:
            status.update(f"the clinician's list, {times} rounds…")
            console.print(reading_back.table(clinic_list.run(where, times)))
        if Part.VIEWS in parts:
            status.update(f"what the rights cost, {times} rounds…")
            console.print(reading_back.table(views.run(where, times) + refusals.run(where, times)))
        if Part.FLOOD in parts:
            _flood(where, size, compared, status.update)


def _flood(where: Setting, size: Size, compared: list[Compared], say: Say) -> None:
    """At ten times what the hub has shown to take; measured now if it was not."""
    if not any(each.name == _whole_name(flood.READINGS_EACH) for each in compared):
        say("measuring what the hub can take…")
        compared.append(_whole_way(where, QUICK.messages_of_25, flood.READINGS_EACH, rounds=1))
    taken = [s for each in compared if each.name == _whole_name(flood.READINGS_EACH) for s in each.ours]
    most = median(speed.messages / speed.seconds for speed in taken)
    console.print(flood.table(flood.run(where, most, size.flood_seconds, say)))


def _whole_name(readings_each: int) -> str:
    return f"whole way, messages of {readings_each}"


def _store(where: Setting, rows: int, batch: int, rounds: int) -> Compared:
    readings = load.readings(rows, holders(where.database_url))

    def floor() -> Speed:
        where.empty()
        return floor_copy.run(where.database_url, readings, batch)

    def ours() -> Speed:
        where.empty()
        return store_keep.run(where.database_url, readings, batch)

    return compare(f"store.keep, {batch:,} a transaction", rounds, floor, ours)


def _whole_way(where: Setting, total: int, each: int, rounds: int) -> Compared:
    task = measured.Task(messages=total, readings_each=each, warm_up=total // 10)
    messages = list(load.messages(total, each))

    def run(client_id: str, module: str) -> Speed:
        where.empty()
        with waiting_for(where.mqtt_url, client_id, (TOPIC + "+",), messages):
            speed = measured.run(module, task, where)
        if (stored := where.count("reading")) != total * each:
            raise RuntimeError(f"{stored} readings are stored instead of {total * each}")
        return speed

    return compare(
        _whole_name(each),
        rounds,
        lambda: run(floor_loop.CLIENT_ID, "benchmarks.floor_loop"),
        lambda: run(whole_way.CLIENT_ID, "benchmarks.whole_way"),
    )


if __name__ == "__main__":
    typer.run(main)
