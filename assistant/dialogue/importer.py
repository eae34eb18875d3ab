"""Reads the project for training, with the answers kept out of what the understanding learns from."""
from typing import Optional, Text

from rasa.shared.core.domain import Domain
from rasa.shared.importers.rasa import RasaFileImporter
from rasa.shared.nlu.training_data.training_data import TrainingData
from rasa.shared.utils.common import cached_method


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
        return super().get_nlu_data()
