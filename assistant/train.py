"""Builds the spaCy pipeline and trains the Rasa model (run as a process of its own)."""
import logging
import os
import shutil
import sys
import tempfile
from pathlib import Path

from assistant import no_tensorflow

no_tensorflow.install()  # nothing of ours learns with it, and loading it takes ten seconds
# the classifier keeps every processor busy by itself
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from assistant.making import BUILD, MODEL  # noqa: E402
from assistant.nlu.pipeline import ensure_pipeline  # noqa: E402


def main() -> None:
    """Writes models/assistant.tar.gz in one step, so that a killed training leaves the old one."""
    import rasa.model_training
    from rasa.utils.log_utils import configure_structlog

    configure_structlog(logging.WARNING)  # unconfigured it prints every step of every story
    ensure_pipeline(BUILD / "pipeline")
    MODEL.parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=MODEL.parent) as folder:
        result = rasa.model_training.train(
            domain="domain.yml", config="config.yml", training_files=["data"], output=folder,
            fixed_model_name="assistant",
        )
        if result.code != 0 or result.model is None:
            sys.exit("rasa reported a failed training")
        shutil.move(str(Path(result.model)), MODEL)


if __name__ == "__main__":
    main()
