"""The spaCy pipeline of the assistant: tokens, lemmas, the field's words, the sentence vector.

It is built once into a folder (build/pipeline) that Rasa's stock `SpacyNLP` loads. Free of Rasa.

spaCy reads the annotations of the factory when it runs, hence no postponed ones here.
"""

import logging
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Optional, Union

import spacy
import yaml
from spacy.language import Language
from spacy.tokens import Doc

from assistant.nlu.artefacts import (
    damage,
    file_sha256,
    fingerprint,
    locked,
    read_manifest,
    replacing,
    text_sha256,
    write_manifest,
)
from assistant.nlu.build_encoder import ensure_encoder
from assistant.nlu.encoder import SentenceEncoder, Vectors

VOCABULARY = Path(__file__).with_name("vocabulary.yml")
RECIPE = 1  # raise it when the components or their settings change: pipelines are built anew
VECTOR = "sentence_vector"

logger = logging.getLogger(__name__)
Progress = Callable[[str], None]


class SentenceEncoderPipe:
    """spaCy component that gives a document its sentence vector when somebody asks for it."""

    def __init__(self, encoder: str) -> None:
        """Remember where the encoder lies, relative to the pipeline's folder."""
        self._place = encoder
        self.encoder: Optional[SentenceEncoder] = None

    def __call__(self, doc: Doc) -> Doc:
        """Make `doc.vector` the sentence vector, computed at most once per document."""
        doc.user_hooks["vector"] = self._vector
        return doc

    def from_disk(self, path: Path, *, exclude: object = ()) -> "SentenceEncoderPipe":
        """Load the encoder (spaCy calls this with the component's place in the pipeline)."""
        self.encoder = SentenceEncoder.load(Path(path).parent / self._place)
        return self

    def _vector(self, doc: Doc) -> Vectors:
        if self.encoder is None:
            raise RuntimeError("The pipeline has to be loaded from disk before it gives vectors.")
        vector: Optional[Vectors] = doc.user_data.get(VECTOR)
        if vector is None:
            vector = self.encoder.encode_one(doc.text)
            doc.user_data[VECTOR] = vector
        return vector


@Language.factory("sentence_encoder", default_config={"encoder": "../encoder"})
def create_sentence_encoder(nlp: Language, name: str, encoder: str) -> SentenceEncoderPipe:
    """Make the component; spaCy finds this function by the package's entry point."""
    return SentenceEncoderPipe(encoder)


def ensure_pipeline(
    directory: Union[Path, str], *, encoder: Union[Path, str, None] = None,
    progress: Progress = logger.info,
) -> Path:
    """Make sure a whole, current pipeline lies in `directory`, and the encoder it needs.

    Args:
        directory: where the pipeline belongs, such as build/pipeline.
        encoder: the encoder's folder; beside the pipeline when not given.
        progress: is told in a few words what is going on.

    Returns:
        The directory.

    Raises:
        EncoderError: when the encoder cannot be built; the message says what to do.
    """
    directory = Path(directory)
    encoder = Path(encoder) if encoder else directory.parent / "encoder"
    ensure_encoder(encoder, progress=progress)
    place = os.path.relpath(encoder.resolve(), directory.resolve())
    made_of = {
        "recipe": RECIPE,
        "vocabulary": file_sha256(VOCABULARY),
        "spacy": spacy.__version__,
        "encoder": place,
    }
    with locked(directory):
        known = read_manifest(directory).get("made_of") == made_of
        if not (known and damage(directory) is None):
            progress("spaCy pipeline: building")
            with replacing(directory) as fresh:
                build(place).to_disk(fresh)
                write_manifest(fresh, made_of=made_of)
    return directory


def build(encoder: str) -> Language:
    """Return the pipeline; `encoder` is the encoder's folder as seen from the pipeline's."""
    nlp = spacy.blank("en")
    nlp.add_pipe("lemmatizer", config={"mode": "lookup"})
    ruler = nlp.add_pipe("entity_ruler", config={"phrase_matcher_attr": "LOWER"})
    nlp.add_pipe("sentence_encoder", config={"encoder": encoder})
    nlp.initialize()
    ruler.add_patterns(list(patterns()))  # type: ignore[attr-defined]
    return nlp


def patterns(vocabulary: Path = VOCABULARY) -> Iterator[dict[str, str]]:
    """Yield the entity ruler's patterns from the vocabulary file."""
    kinds = yaml.safe_load(vocabulary.read_text(encoding="utf-8"))
    for kind, ids in kinds.items():
        for identifier, phrases in ids.items():
            for phrase in phrases:
                yield {"label": kind, "id": identifier, "pattern": str(phrase)}


def pipeline_sha256(directory: Union[Path, str]) -> str:
    """Return one hash for a built pipeline and the encoder it uses.

    A trained classifier belongs to one pair of them: other vectors, other answers.
    """
    directory = Path(directory)
    place = read_manifest(directory).get("made_of", {}).get("encoder", "../encoder")
    return text_sha256(fingerprint(directory) + fingerprint(directory / place))


def encoder_of(nlp: Language) -> SentenceEncoder:
    """Return the pipeline's sentence encoder."""
    pipe = nlp.get_pipe("sentence_encoder")
    if not isinstance(pipe, SentenceEncoderPipe) or pipe.encoder is None:
        raise RuntimeError("The pipeline has no loaded sentence encoder; run `make setup`.")
    return pipe.encoder
