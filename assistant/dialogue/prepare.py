"""Makes a loaded Rasa agent ours: called by every channel once the server has started."""
import logging
from typing import Any

from rasa.core.agent import Agent
from rasa.core.tracker_store import FailSafeTrackerStore, TrackerStore
from rasa.engine.runner.dask import DaskGraphRunner

from assistant.dialogue.action_endpoint import SafeActions
from assistant.dialogue.runner import OrderedRunner
from assistant.settings import Settings, SettingsError

FOR_THE_REST_SECONDS = 1.5  # of a visitor's wait are not the action server's


def prepare(agent: Agent, settings: Settings) -> None:
    """Takes the store out of Rasa's fail-safe wrapper, puts the action endpoint into ours and runs the model our way.

    Rasa's wrapper answers a failed read with a blank tracker and keeps failed writes in memory:
    both would pretend. Harmless when called again.

    Raises:
        SettingsError: this is production and Rasa would log every message (`rasa run --debug`).
    """
    if settings.production and logging.getLogger("rasa").isEnabledFor(logging.DEBUG):
        raise SettingsError("clinic.yml says production: true, and --debug logs what visitors write: leave it out.")
    store: Any = agent.tracker_store
    if isinstance(store, FailSafeTrackerStore):
        store = store._tracker_store
    _use_store(agent, store)
    if agent.processor and isinstance(agent.processor.graph_runner, DaskGraphRunner):
        agent.processor.graph_runner = OrderedRunner(agent.processor.graph_runner)
    endpoint = agent.action_endpoint
    if endpoint is not None and not isinstance(endpoint, SafeActions):
        safe = SafeActions.over(
            endpoint, url=settings.actions_url, secret=settings.secret.decode(),
            deadline=settings.deadline - FOR_THE_REST_SECONDS,
        )
        agent.action_endpoint = safe
        if agent.processor:
            agent.processor.action_endpoint = safe


def _use_store(agent: Agent, store: TrackerStore) -> None:
    agent.tracker_store = store
    if agent.processor:
        agent.processor.tracker_store = store
