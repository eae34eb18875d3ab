"""Reads the project for training, with the answers kept out of what the understanding learns from."""
from typing import Any, Dict, Optional, Text

from rasa.shared.core.domain import Domain
from rasa.shared.data import is_likely_yaml_file
from rasa.shared.importers.rasa import RasaFileImporter
from rasa.shared.nlu.training_data.formats.rasa_yaml import (
    KEY_INTENT,
    KEY_INTENT_EXAMPLES,
    KEY_METADATA,
    KEY_NLU,
    KEY_RESPONSES,
    RasaYAMLReader,
)
from rasa.shared.nlu.training_data.loading import load_data
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from rasa.shared.utils.common import cached_method
from rasa.shared.utils.io import read_yaml
from rasa.shared.utils.validation import KEY_TRAINING_DATA_FORMAT_VERSION as KEY_VERSION
from ruamel.yaml.error import YAMLError


class Phrase(Message):
    """A training phrase that Rasa compares and copies cheaply.

    It is compared by what was written, not by documents and tokens made of it: those follow from the pipeline,
    on which training depends anyway. Rasa asks thirty times, which took longer than reading fifty thousand phrases.
    """

    def __init__(self, example: Message) -> None:
        """Take over a phrase as it was read."""
        super().__init__(example.data, set(example.output_properties), example.time, list(example.features))
        self._written: Text = example.fingerprint()

    def fingerprint(self) -> Text:
        """What was written, as one hash."""
        return self._written

    def __deepcopy__(self, memo: Dict[int, Any]) -> "Phrase":
        """A phrase of its own; what is in it is replaced, never changed in place."""
        copied = Phrase.__new__(Phrase)
        copied.__dict__.update(self.__dict__)
        copied.data, copied.features = dict(self.data), list(self.features)
        copied.output_properties = set(self.output_properties)
        return copied


class PhrasesReader(RasaYAMLReader):
    """Rasa's reader, faster where a file holds nothing but phrases, or answers.

    Rasa keeps the line of every value in case it has to name one, which takes twice as long as all the rest of the
    reading. Here that is done only for files with something else in them, or something wrong. Of answers nothing but
    the names is used, so what they hold is left to those who read it (`make check`).
    """

    def validate(self, string: Text) -> None:
        """Check a file.

        Raises:
            YamlException: when something is wrong in it; it names file and line.
        """
        try:
            plain = _is_plain(read_yaml(string))
        except YAMLError:
            plain = False
        if not plain:
            super().validate(string)


class AnswersImporter(RasaFileImporter):
    """Gives the names of the answers under data/ to the domain, and nothing of their wording.

    So wording never retrains anything, and a bot does not read all of it as YAML before it is ready
    (a third of its start): the voice reads the answers themselves.
    """

    def get_nlu_data(self, language: Optional[Text] = "en") -> TrainingData:
        """Training phrases without responses."""
        data = self._files()
        return TrainingData(
            data.training_examples, data.entity_synonyms, data.regex_features, data.lookup_tables
        )

    def get_domain(self) -> Domain:
        """The domain with every response of data/responses, each by its name alone."""
        answers = {name: [{"text": name}] for name in self._files().responses}
        return super().get_domain().merge(Domain.from_dict({"responses": answers}))

    @cached_method
    def _files(self) -> TrainingData:
        """All files under data/, read once: Rasa asks four times, and each costs seconds."""
        # merging copies, so each example becomes a phrase before
        files = [_read(file) for file in self._nlu_files]
        for file in files:
            file.training_examples = [Phrase(example) for example in file.training_examples]
        return TrainingData().merge(*files)


def _read(file: Text) -> TrainingData:
    if not is_likely_yaml_file(file):
        return load_data(file)
    found: TrainingData = PhrasesReader().read(file)
    return found


def _is_plain(content: Any) -> bool:
    """Return whether a file's content is phrases by intent and answers by name, and nothing else."""
    if not isinstance(content, dict) or content.keys() - {KEY_VERSION, KEY_NLU, KEY_RESPONSES}:
        return False
    if not isinstance(content.get(KEY_VERSION, ""), str):
        return False
    groups, answers = content.get(KEY_NLU, []), content.get(KEY_RESPONSES, {})
    return isinstance(groups, list) and isinstance(answers, dict) and all(
        isinstance(group, dict) and not group.keys() - {KEY_INTENT, KEY_INTENT_EXAMPLES, KEY_METADATA}
        and all(group.get(key) and isinstance(group[key], str) for key in (KEY_INTENT, KEY_INTENT_EXAMPLES))
        for group in groups
    )
