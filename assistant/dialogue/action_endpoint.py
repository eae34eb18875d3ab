"""The action server behind a deadline: a dead or slow one costs an apology, never silence."""
import asyncio
import json
from typing import Any, Dict, List, Optional

import structlog
from aiohttp import ClientError
from rasa.shared.exceptions import RasaException
from rasa.utils.endpoints import ClientResponseError, EndpointConfig

from assistant.settings import SECRET_HEADER

logger = structlog.get_logger(__name__)

_FAILURES = (ClientError, ClientResponseError, RasaException, OSError, asyncio.TimeoutError, json.JSONDecodeError)


class SafeActions(EndpointConfig):
    """An action endpoint whose every failure is an apology with the phone number.

    What could not be validated is not kept, and a form whose validation failed ends: its details
    stay in their slots, so that it goes on where it was once the action server is back.
    """

    deadline: float

    @classmethod
    def over(
        cls,
        other: EndpointConfig,
        *,
        url: Optional[str],
        secret: str,
        deadline: float,
    ) -> "SafeActions":
        """The same endpoint, wrapped.

        Args:
            other: the endpoint as Rasa read it from endpoints.yml.
            url: another address for it, None to keep its own.
            secret: sent with every call.
            deadline: seconds until a call is given up.
        """
        headers = {**(other.headers or {}), SECRET_HEADER: secret}
        made = cls(url=url or other.url, headers=headers, basic_auth=other.basic_auth, **other.kwargs)
        made.deadline = deadline
        return made

    async def request(self, *args: Any, **kwargs: Any) -> Any:
        """Calls the action server; returns its answer, or the apology in the same form."""
        try:
            answer = await asyncio.wait_for(super().request(*args, **kwargs), self.deadline)
        except _FAILURES as error:
            return self._apology(kwargs, type(error).__name__)
        if not isinstance(answer, dict) or not isinstance(answer.get("events"), list):
            # a proxy's page, or an answer in no form that can be trusted
            return self._apology(kwargs, "unreadable answer")
        return answer

    @staticmethod
    def _apology(call: Dict[str, Any], why: str) -> Dict[str, Any]:
        action = str((call.get("json") or {}).get("next_action"))
        logger.error("action.failed", action=action, why=why)
        events: List[Dict[str, Any]] = [{"event": "slot", "name": "action_failed", "value": True}]
        if action.startswith("validate_"):
            events += [
                {"event": "slot", "name": "requested_slot", "value": None},
                {"event": "active_loop", "name": None},
            ]
        return {"events": events, "responses": [{"response": "utter_action_failed"}]}
