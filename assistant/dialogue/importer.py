"""Reads the project for training, with the answers kept out of what the understanding learns from."""
from typing import Optional, Text

from rasa.shared.core.domain import Domain
from rasa.shared.importers.rasa import RasaFileImporter
from rasa.shared.nlu.training_data.training_data import TrainingData


class AnswersImporter(RasaFileImporter):
    """Gives the answers under data/ to the domain only, so that wording never retrains the NLU."""

    def get_nlu_data(self, language: Optional[Text] = "en") -> TrainingData:
        """Training phrases without responses."""
        data = super().get_nlu_data(language)
        data.responses = {}
        return data

    def get_domain(self) -> Domain:
        """The domain with every response of data/responses."""
        answers = super().get_nlu_data().responses
        return super().get_domain().merge(Domain.from_dict({"responses": answers}))
