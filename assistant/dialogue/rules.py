"""RulePolicy that looks only at the rules a turn could match.

Rasa compares every rule with the conversation, twice for a message and again for each action after it,
which cost more than everything else in deciding what to do. What is learned and predicted is Rasa's.
"""
import warnings
from collections import defaultdict
from typing import Any, Dict, List, Optional, Set, Text, Tuple

from rasa.core.policies.rule_policy import RULES, RULES_FOR_LOOP_UNHAPPY_PATH, RulePolicy
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.core.constants import ACTION_LISTEN_NAME, PREVIOUS_ACTION, USER
from rasa.shared.core.domain import Domain, State
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import ACTION_NAME, INTENT

# Rasa's check of config.yml knows RulePolicy by its exact class and takes this one for none.
warnings.filterwarnings("ignore", message="'RulePolicy' is not included in the model's", category=UserWarning)

# The newest state when RulePolicy reads a message's text instead of its intent.
_TEXT_ONLY: State = {PREVIOUS_ACTION: {ACTION_NAME: ACTION_LISTEN_NAME}}

_Place = Tuple[Optional[Text], Optional[Text]]  # name of the last action, intent; a rule may leave out the intent


class RuleIndex:
    """The rules of a lookup by the last action and the intent in their newest state."""

    def __init__(self, lookup: Dict[Text, Text]) -> None:
        """Takes rules as RulePolicy keeps them: states as JSON, and what they lead to."""
        self.lookup = lookup
        self.size = len(lookup)
        self._at: Dict[_Place, Dict[Text, Text]] = defaultdict(dict)
        for key, leads_to in lookup.items():
            self._at[_place(RulePolicy._rule_key_to_state(key)[-1])][key] = leads_to

    def candidates(self, newest: State) -> Dict[Text, Text]:
        """Every rule that may match a conversation with this newest state, and a few that do not."""
        action, intent = _place(newest)
        return {**self._at.get((action, intent), {}), **self._at.get((action, None), {})}


@DefaultV1Recipe.register(
    DefaultV1Recipe.ComponentType.POLICY_WITHOUT_END_TO_END_SUPPORT, is_trainable=True
)
class IndexedRules(RulePolicy):
    """Learns and predicts what RulePolicy does."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Takes what RulePolicy takes."""
        super().__init__(*args, **kwargs)
        self._indexes: Dict[int, RuleIndex] = {}

    def _get_possible_keys(self, lookup: Dict[Text, Text], states: List[State]) -> Set[Text]:
        candidates = self._index(lookup).candidates(states[-1])
        keys: Set[Text] = super()._get_possible_keys(candidates, states)
        return keys

    def _find_action_from_rules(
        self, tracker: DialogueStateTracker, domain: Domain, use_text_for_last_user_input: bool
    ) -> Tuple[Optional[Text], Optional[Text], bool]:
        if use_text_for_last_user_input and not self._reads_text():
            return None, None, False
        found: Tuple[Optional[Text], Optional[Text], bool] = super()._find_action_from_rules(
            tracker, domain, use_text_for_last_user_input
        )
        return found

    def _reads_text(self) -> bool:
        """Whether any rule could match a message without its intent."""
        lookups = (self.lookup[RULES], self.lookup[RULES_FOR_LOOP_UNHAPPY_PATH])
        return any(self._index(lookup).candidates(_TEXT_ONLY) for lookup in lookups)

    def _index(self, lookup: Dict[Text, Text]) -> RuleIndex:
        """The index of a lookup; made anew after training has taken rules away."""
        index = self._indexes.get(id(lookup))
        if index is None or index.size != len(lookup):
            index = self._indexes[id(lookup)] = RuleIndex(lookup)
        return index


def _place(state: State) -> _Place:
    return state.get(PREVIOUS_ACTION, {}).get(ACTION_NAME), state.get(USER, {}).get(INTENT)
