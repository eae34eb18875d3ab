"""The bot, with an understanding that breaks on one text: started as a process of its own by tests."""
import sys

from assistant import serve
from assistant.nlu.components import Judgement

POISON = "pomegranate"
_process = Judgement.process


def _breaks(self, messages):
    for message in messages:
        if POISON in (message.get("text") or ""):
            raise ValueError(f"cannot judge {message.get('text')}")
    return _process(self, messages)


if __name__ == "__main__":
    Judgement.process = _breaks
    serve.main(sys.argv[1:])
