"""Runs a loaded model's components in a fixed order: Rasa plans every run anew, which costs more than most of them."""
from graphlib import TopologicalSorter
from typing import Any, Dict, List, Optional, Text, Tuple

from rasa.engine.graph import ExecutionContext, GraphNodeHook, GraphSchema
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.engine.runner.interface import GraphRunner
from rasa.engine.storage.storage import ModelStorage


class OrderedRunner(GraphRunner):
    """The components of a model that Rasa has loaded already, one after the other."""

    def __init__(self, loaded: DaskGraphRunner) -> None:
        """Takes over the components of a runner."""
        self._schema = loaded._graph_schema
        self._nodes = loaded._instantiated_nodes
        self._orders: Dict[Tuple[Text, ...], List[Text]] = {}

    @classmethod
    def create(
        cls,
        graph_schema: GraphSchema,
        model_storage: ModelStorage,
        execution_context: ExecutionContext,
        hooks: Optional[List[GraphNodeHook]] = None,
    ) -> "OrderedRunner":
        """Loads the components of a schema as Rasa does."""
        return cls(DaskGraphRunner.create(graph_schema, model_storage, execution_context, hooks))

    def run(
        self, inputs: Optional[Dict[Text, Any]] = None, targets: Optional[List[Text]] = None
    ) -> Dict[Text, Any]:
        """The outputs of some components (default: the schema's targets), by name.

        Args:
            inputs: what placeholders such as "__message__" stand for.
            targets: names of the components whose output is wanted.
        """
        wanted = tuple(targets or self._schema.target_names)
        outputs = dict(inputs or {})
        for name in self._order(wanted):
            needs = self._schema.nodes[name].needs.values()
            _, outputs[name] = self._nodes[name](*((need, outputs[need]) for need in needs))
        return {name: outputs[name] for name in wanted}

    def _order(self, wanted: Tuple[Text, ...]) -> List[Text]:
        """Names of the components behind the wanted ones, each after those it needs."""
        known = self._orders.get(wanted)
        if known is None:
            nodes = self._schema.minimal_graph_schema(list(wanted)).nodes
            sorter = TopologicalSorter({name: set(node.needs.values()) for name, node in nodes.items()})
            # what is needed and no component is an input
            known = self._orders[wanted] = [name for name in sorter.static_order() if name in nodes]
        return known
