"""Measures the models: dictionaries and bytes to models and back, and the memory of a model."""

from __future__ import annotations

import argparse
import gc
import importlib
import importlib.util
import json
import operator
import statistics
import sys
import tracemalloc
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
from attrs import asdict, frozen
from ruamel.yaml import YAML

from kodexa_client._requests import encode_json
from kodexa_client._responses import Answer, read_json
from kodexa_client._wire import OutgoingRequest
from kodexa_client.models import AccessToken

from .measuring import Timings, measure, table, versions
from .rivals import PydanticAccessToken, vanilla_access_token

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

DOCUMENT = Path(__file__).parents[1] / "openapi.yaml"
PACKAGES = ("attrs", "httpx", "openapi-python-client", "orjson", "pydantic")
KEPT_MODELS = 10_000
RUNS = 5


@frozen
class Comparison:
    """One row of the result.

    Attributes:
        what: What is measured.
        than: What it is compared with.
        bound: ``at least`` or ``at most``, of the ratio; None if nothing is promised.
        target: The ratio that is promised.
        ratios: The median ratio of each run.
    """

    what: str
    than: str
    bound: str | None
    target: float | None
    ratios: list[float]

    @property
    def ratio(self) -> float:
        """Return the result: the median over the runs."""
        return statistics.median(self.ratios)

    @property
    def verdict(self) -> str:
        """Say whether the target is met."""
        if self.target is None:
            return ""
        is_met = {"at least": operator.ge, "at most": operator.le, "below": operator.lt}
        return "met" if is_met[self.bound or ""](self.ratio, self.target) else "MISSED"

    def row(self) -> list[str]:
        """Return the cells of the row."""
        return [
            self.what,
            self.than,
            f"{self.ratio:.2f}",
            f"{min(self.ratios):.2f} - {max(self.ratios):.2f}",
            "" if self.target is None else f"{self.bound} {self.target}",
            self.verdict,
        ]


def main(arguments: list[str] | None = None) -> int:
    """Measure and print; return the exit code, which does not depend on the result."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.models", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print the result as JSON")
    parser.add_argument("--runs", type=int, default=RUNS, help="how often everything is repeated")
    options = parser.parse_args(arguments)
    example = _page_example()
    with vanilla_access_token(DOCUMENT) as vanilla:
        functions = _functions(example, vanilla)
        runs = [measure(functions) for _ in range(options.runs)]
        comparisons = [*_speed(runs), *_memory(example, vanilla)]
    if options.json:
        result = {
            "versions": versions(*PACKAGES),
            "comparisons": [
                asdict(comparison)
                | {"ratio": comparison.ratio, "verdict": comparison.verdict or None}
                for comparison in comparisons
            ],
            "microseconds": {
                name: round(statistics.median(run.median(name) for run in runs) * 1e6, 2)
                for name in functions
            },
        }
        _print(json.dumps(result, indent=2))
        return 0
    _print(", ".join(f"{name} {version}" for name, version in versions(*PACKAGES).items()))
    _print("")
    _print(
        table(
            ["what", "compared with", "ratio", "of the runs", "target", "verdict"],
            [comparison.row() for comparison in comparisons],
        )
    )
    return 0


def _page_example() -> dict[str, Any]:
    document = YAML(typ="safe").load(DOCUMENT.read_text(encoding="utf-8"))
    example: dict[str, Any] = document["components"]["examples"]["AccessToken"]["value"]
    return example


def _variants(example: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the page's example, and what a server may make of it, as decoded JSON."""
    unknown = example | {
        "tenant": "acme",
        "scopes": ["read", "write"],
        "user": {"locale": "en"} | example["user"],
    }
    user = {name: example["user"][name] for name in ("id", "email", "createdOn")}
    variants = {
        "the page's example": example,
        "nulls, where the document has them": example | {"expiresAt": None, "userId": None},
        "unknown fields in both": unknown,
        "half the fields": dict(list(example.items())[::2])
        | {"user": dict(list(example["user"].items())[::2])},
        "sparse": {"id": example["id"], "name": example["name"], "user": user},
    }
    copies: dict[str, dict[str, Any]] = json.loads(json.dumps(variants))
    return copies


def _functions(example: dict[str, Any], vanilla: Any) -> dict[str, Callable[[], object]]:  # noqa: ANN401 - a class made on the fly
    functions: dict[str, Callable[[], object]] = {}
    for name, source in _variants(example).items():
        functions[f"from_dict, {name}"] = partial(AccessToken.from_dict, source)
        functions[f"vanilla, {name}"] = partial(vanilla.from_dict, source)
    data = json.dumps(example).encode()
    request = OutgoingRequest.of(httpx.Request("POST", "https://platform.test"))
    answer = Answer(201, httpx.Headers(), data, request)
    model = AccessToken.from_dict(example)
    vanilla_model = vanilla.from_dict(example)
    pydantic_model = PydanticAccessToken.model_validate_json(data)
    ready = model.to_dict()
    if ready != example or json.loads(encode_json(ready)) != example:
        raise RuntimeError("The model does not give the example back.")
    functions |= {
        "json.loads": lambda: json.loads(data),
        "read_json + from_dict": lambda: AccessToken.from_dict(read_json(answer)),
        "json.loads + from_dict": lambda: AccessToken.from_dict(json.loads(data)),
        "json.loads + vanilla": lambda: vanilla.from_dict(json.loads(data)),
        "pydantic's model_validate_json": lambda: PydanticAccessToken.model_validate_json(data),
        "json.dumps": lambda: json.dumps(ready),
        "to_dict + encode_json": lambda: encode_json(model.to_dict()),
        "to_dict + json.dumps": lambda: json.dumps(model.to_dict()).encode(),
        "vanilla to_dict + json.dumps": lambda: json.dumps(vanilla_model.to_dict()).encode(),
        "pydantic's model_dump_json": lambda: pydantic_model.model_dump_json(
            by_alias=True, exclude_unset=True
        ).encode(),
    }
    if importlib.util.find_spec("orjson"):
        loads = importlib.import_module("orjson").loads
        functions["orjson.loads + from_dict"] = lambda: AccessToken.from_dict(loads(data))
    return functions


def _speed(runs: list[Timings]) -> Iterable[Comparison]:
    """Compare what was timed; ratios of from_dict are how many times faster than vanilla."""

    def compare(
        what: str, than: str, bound: str | None = None, target: float | None = None
    ) -> Comparison:
        return Comparison(what, than, bound, target, [run.ratio(what, than) for run in runs])

    prefix = "from_dict, "
    for name in runs[0].seconds:
        if name.startswith(prefix):
            rival = f"vanilla, {name.removeprefix(prefix)}"
            ratios = [run.ratio(rival, name) for run in runs]
            promised = "page's" in name or "nulls" in name or "unknown" in name
            yield Comparison(
                what=name,
                than="vanilla, times faster",
                bound="at least" if promised else None,
                target=3.5 if promised else None,
                ratios=ratios,
            )
    yield compare("read_json + from_dict", "json.loads", "at most", 1.5)
    yield compare("json.loads + from_dict", "json.loads", "at most", 1.5)
    yield compare("json.loads + vanilla", "json.loads")
    yield compare("pydantic's model_validate_json", "json.loads")
    if "orjson.loads + from_dict" in runs[0].seconds:
        yield compare("orjson.loads + from_dict", "pydantic's model_validate_json", "below", 1.0)
    yield compare("to_dict + encode_json", "json.dumps", "at most", 1.6)
    yield compare("to_dict + json.dumps", "json.dumps")
    yield compare("vanilla to_dict + json.dumps", "json.dumps")
    yield compare("pydantic's model_dump_json", "json.dumps")


def _memory(example: dict[str, Any], vanilla: Any) -> Iterable[Comparison]:  # noqa: ANN401 - as above
    """Compare the memory of kept models: of bytes each, and of one decoded dictionary."""
    data = json.dumps(example)
    for what, source in (
        ("memory, each read from JSON of its own", lambda: json.loads(data)),
        ("memory, without the strings", lambda: example),
    ):
        ours, theirs = (_bytes_kept(kind, source) for kind in (AccessToken, vanilla))
        yield Comparison(what, "vanilla", "at most", 0.6, [ours / theirs])


def _bytes_kept(kind: Any, source: Callable[[], dict[str, Any]]) -> int:  # noqa: ANN401 - as above
    kind.from_dict(source())
    gc.collect()
    tracemalloc.start()
    try:
        kept = [kind.from_dict(source()) for _ in range(KEPT_MODELS)]
        used, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    return used // len(kept)


def _print(text: str) -> None:
    sys.stdout.write(f"{text}\n")


if __name__ == "__main__":
    raise SystemExit(main())
