"""Components run in order give what Rasa's own runner gives."""
from pathlib import Path
from typing import Any, Dict, List

import pytest
from rasa.engine.exceptions import GraphComponentException
from rasa.engine.graph import ExecutionContext, GraphComponent, GraphSchema, SchemaNode
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage

from assistant.dialogue.runner import OrderedRunner

RAN: List[str] = []


class Joins(GraphComponent):
    """Says its name and what it was given."""

    def __init__(self, name: str) -> None:
        self._name = name

    @classmethod
    def create(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "Joins":
        return cls(config["name"])

    def process(self, first: str, second: str = "") -> str:
        RAN.append(self._name)
        if first == "broken":
            raise ValueError("cannot read this")
        return f"{self._name}({first}{second})"


def _node(name: str, **needs: str) -> SchemaNode:
    return SchemaNode(
        needs=needs, uses=Joins, constructor_name="create", fn="process", config={"name": name}, eager=True
    )


SCHEMA = GraphSchema(
    {
        "last": _node("last", first="left", second="right"),
        "right": _node("right", first="__message__", second="left"),
        "left": _node("left", first="__message__"),
        "aside": _node("aside", first="__tracker__"),
    }
)


@pytest.fixture
def runner(tmp_path: Path) -> OrderedRunner:
    RAN.clear()
    return OrderedRunner.create(SCHEMA, LocalModelStorage.create(tmp_path), ExecutionContext(SCHEMA))


def test_it_gives_what_rasas_runner_gives(runner: OrderedRunner, tmp_path: Path) -> None:
    stock = DaskGraphRunner.create(SCHEMA, LocalModelStorage.create(tmp_path), ExecutionContext(SCHEMA))
    for targets in (["last"], ["left", "right"], ["last", "left"]):
        inputs = {"__message__": "hello"}
        assert runner.run(inputs, targets) == stock.run(inputs, targets)


def test_each_component_runs_once_and_those_nobody_needs_do_not(runner: OrderedRunner) -> None:
    for _ in range(2):
        RAN.clear()
        assert runner.run({"__message__": "m"}, ["last"]) == {"last": "last(left(m)right(mleft(m)))"}
        assert RAN == ["left", "right", "last"]


def test_a_component_that_breaks_breaks_the_run_with_its_error_as_the_cause(runner: OrderedRunner) -> None:
    with pytest.raises(GraphComponentException) as raised:
        runner.run({"__message__": "broken"}, ["last"])
    assert isinstance(raised.value.__cause__, ValueError)
