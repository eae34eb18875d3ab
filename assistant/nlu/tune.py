"""Learns the encoders' adapters from the training phrases, on two cores.

    python -m assistant.nlu.tune field|thorough|alarm [--without WRITER,WRITER --out FILE]

`field` and `thorough` teach the small and the large encoder to bring phrases of one intent together (`adapter.npz`,
ten minutes; `thorough_adapter.npz`, fifty), `alarm` the large one to tell alarms from what only looks like one
(`alarm_adapter.npz`, twenty minutes). Run all three after data/nlu has grown by a good part; no build needs it.
`--without` leaves writers (files of data/nlu) out, to be asked afterwards. TensorFlow, which Rasa brings along,
computes; nothing else here uses it.
"""

from __future__ import annotations

import argparse
import dataclasses
import logging
import math
import random
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from assistant.nlu.adapter import ADAPTER, ALARM_ADAPTER, THOROUGH_ADAPTER, kept_back, write, write_narrow
from assistant.nlu.encoder import MAX_TOKENS, tidy
from assistant.nlu.encoder_graph import RELATIVE, distances
from assistant.nlu.intents import RED_FLAG
from assistant.nlu.phrases import Phrases, read
from assistant.nlu.published import MINILM, MPNET, Published, published
from assistant.settings import ROOT

HEAD_LEARNING_RATE = 2e-2
BATCH, POOL = 64, 20  # phrases; batches that are drawn at once, so that phrases of like length go together
SMOOTHING = 0.1  # of the labels: phrases on a border are no certainties
SHARPNESS = 16.0  # of the softmax over cosines
DROPOUT = 0.1
MOST_TOKENS = 64
LEARNING = "encoder.layer."  # what learns: not the embeddings
NARROW_SCALE = 2.0  # of narrow matrices' product, so that they learn as fast as others
SEED = 1
LARGE: dict[str, Any] = {"encoder": MPNET, "rank": 16, "learning_rate": 4e-4}  # how the large encoder learns
# Whoever writes alarms also writes what only looks like one: files with so large a share of alarms hold the
# look-alikes that are hard to tell, and the one file that holds nothing else. Other phrases are seen less often.
ALARM_WRITERS, LOOKALIKES, OTHERS = 0.2, "lookalikes", 0.15

logger = logging.getLogger(__name__)


@dataclasses.dataclass(frozen=True)
class _Task:
    """What is learned.

    Attributes:
        targets: the class of each phrase.
        chances: how often each is drawn.
        shown: how many are shown.
        learning_rate: in what steps.
        encoder: which learns.
        rank: how narrow the matrices are whose product is added to each weight; 0 changes the weights themselves.
        judges: whether the encoder shall tell the classes itself; with narrow matrices only.
    """

    targets: Any
    chances: Any
    shown: int
    learning_rate: float
    encoder: str = MINILM
    rank: int = 0
    judges: bool = False


def main() -> None:
    """Learn and write."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("adapter", choices=list(TASKS))
    options.add_argument("--without", default="", help="files of data/nlu, without .yml, with commas between")
    options.add_argument("--out", type=Path)
    given = options.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    phrases = read(ROOT / "data" / "nlu")
    left_out = set(filter(None, given.without.split(",")))
    unknown = left_out - set(phrases.writers)
    if unknown:
        options.error(f"there is no data/nlu/{min(unknown)}.yml")
    rows = [row for row, writer in enumerate(phrases.writers) if writer not in left_out]
    task, file = TASKS[given.adapter]
    learn(phrases, rows, task, given.out or file)


def learn(phrases: Phrases, rows: Sequence[int], task: Callable[[Any, Any], _Task], file: Path) -> None:
    """Learn an adapter from some rows of the phrases and write it to `file`.

    Args:
        phrases: all there are.
        rows: those to learn from; what is kept back is left out.
        task: makes what is learned of the labels and writers of the phrases.
        file: where to.
    """
    from tokenizers import Tokenizer

    corrected = phrases.corrected()
    texts = {row: corrected[row] for row in rows if not kept_back(corrected[row])}
    learned = task(phrases.labels[list(texts)], phrases.writers[list(texts)])
    encoder = published(learned.encoder)
    tokenizer = Tokenizer.from_str(encoder.tokenizer.decode("utf-8"))
    tokenizer.enable_truncation(MOST_TOKENS)
    tokenizer.no_padding()
    tokens = [item.ids for item in tokenizer.encode_batch([tidy(text) for text in texts.values()])]

    learner = _Learner(encoder, int(learned.targets.max()) + 1, learned.rank)
    steps = learned.shown // BATCH
    step = learner.stepper(steps, learned.learning_rate)
    began, loss = time.monotonic(), math.nan
    for number, batch in zip(range(1, steps + 1), _batches(tokens, learned.chances), strict=False):
        new = float(step(*_padded([tokens[row] for row in batch]), learned.targets[batch].astype(np.int32)))
        loss = new if math.isnan(loss) else 0.98 * loss + 0.02 * new
        if number % 50 == 0 or number == steps:
            logger.info("%d of %d batches, loss %.3f, %.0f s", number, steps, loss, time.monotonic() - began)
    if learned.rank:
        head = learner.direction() if learned.judges else None
        write_narrow(file, learner.narrow_changes(), list(texts.values()), head=head)
    else:
        write(file, learner.changes(), list(texts.values()))
    logger.info("Written to %s", file)


def _field(labels: Any, writers: Any) -> _Task:
    """Every intent apart; a large one is drawn less often than its share, a small one more often."""
    _, targets = np.unique(labels, return_inverse=True)
    chances = 1.0 / np.sqrt(np.bincount(targets)[targets])
    return _Task(targets, chances / chances.sum(), shown=2 * len(labels), learning_rate=6e-5)


def _thorough(labels: Any, writers: Any) -> _Task:
    """The same for the large encoder."""
    return dataclasses.replace(_field(labels, writers), **LARGE)


def _alarm(labels: Any, writers: Any) -> _Task:
    """Alarms against everything else, mostly against what looks like one."""
    alarms = labels == RED_FLAG
    _names, of = np.unique(writers, return_inverse=True)
    share = np.bincount(of, weights=alarms) / np.bincount(of)
    near = alarms | (share >= ALARM_WRITERS)[of] | (writers == LOOKALIKES)
    chances = np.where(near, 1.0, OTHERS)
    shown = 2 * int(chances.sum())
    return _Task(alarms.astype(int), chances / chances.sum(), shown, judges=True, **LARGE)


TASKS: dict[str, tuple[Callable[[Any, Any], _Task], Path]] = {
    "field": (_field, ADAPTER), "thorough": (_thorough, THOROUGH_ADAPTER), "alarm": (_alarm, ALARM_ADAPTER),
}


def _batches(tokens: Sequence[Sequence[int]], chances: Any) -> Iterator[Any]:
    """Yield rows for ever."""
    draw, shuffle = np.random.RandomState(SEED), random.Random(SEED)
    lengths = np.array([len(one) for one in tokens])
    while True:
        pool = draw.choice(len(tokens), BATCH * POOL, p=chances)
        pool = pool[np.argsort(lengths[pool], kind="stable")]
        batches = list(np.split(pool, POOL))
        shuffle.shuffle(batches)
        yield from batches


def _padded(rows: Sequence[Sequence[int]]) -> tuple[Any, Any]:
    longest = max(map(len, rows))
    ids, mask = np.zeros((len(rows), longest), np.int32), np.zeros((len(rows), longest), np.float32)
    for number, row in enumerate(rows):
        ids[number, : len(row)], mask[number, : len(row)] = row, 1.0
    return ids, mask


class _Learner:
    """The encoder in TensorFlow, as `encoder_graph.write_graph` writes it, with what may change."""

    def __init__(self, encoder: Published, classes: int, rank: int) -> None:
        import tensorflow as tf

        self.tf, self.config, self.published = tf, encoder.config, encoder.tensors
        self.weights = {
            name: tf.Variable(value) if name.startswith(LEARNING) and not rank else tf.constant(value)
            for name, value in self.published.items()
        }
        draw = np.random.RandomState(SEED)
        self.up, self.down = {}, {}
        for name, value in self.published.items():
            if rank and name.startswith(LEARNING) and value.ndim == 2:
                rows, columns = value.shape
                self.down[name] = tf.Variable((draw.randn(rank, columns) / math.sqrt(columns)).astype(np.float32))
                self.up[name] = tf.Variable(np.zeros((rows, rank), np.float32))
        self.learning = [
            *(value for value in self.weights.values() if isinstance(value, tf.Variable)),
            *self.up.values(), *self.down.values(),
        ]
        width = encoder.config["hidden_size"]
        self.head = tf.Variable((draw.randn(width, classes) * 0.02).astype(np.float32))
        self.bias = tf.Variable(np.zeros(classes, np.float32))
        self.nearness: Any = None
        if RELATIVE in self.published:
            self.nearness = tf.constant(self.published[RELATIVE][distances(MAX_TOKENS)].transpose(2, 0, 1)[None])

    def changes(self) -> dict[str, Any]:
        """Return what is to be added to each tensor."""
        return {
            name: value.numpy() - self.published[name]
            for name, value in self.weights.items() if name.startswith(LEARNING)
        }

    def narrow_changes(self) -> dict[str, tuple[Any, Any]]:
        """Return the two matrices whose product is to be added to each tensor."""
        return {name: (NARROW_SCALE * up.numpy(), self.down[name].numpy()) for name, up in self.up.items()}

    def direction(self) -> Any:
        """Return what a vector, with 1 after it, is multiplied with for the log-odds of class 1 against class 0."""
        towards = self.tf.nn.l2_normalize(self.head, 0).numpy()
        bias = self.bias.numpy()
        return np.append(SHARPNESS * (towards[:, 1] - towards[:, 0]), bias[1] - bias[0]).astype(np.float32)

    def stepper(self, steps: int, learning_rate: float) -> Any:
        """Return a function that learns from one batch (ids, mask, targets) and returns its loss."""
        tf = self.tf
        decay = tf.keras.optimizers.schedules.PolynomialDecay
        inner = tf.keras.optimizers.Adam(decay(learning_rate, steps, learning_rate / 20))
        outer = tf.keras.optimizers.Adam(decay(HEAD_LEARNING_RATE, steps, HEAD_LEARNING_RATE / 20))
        encoder, head = self.learning, [self.head, self.bias]
        classes = self.bias.shape[0]

        @tf.function(autograph=False, reduce_retracing=True, input_signature=[
            tf.TensorSpec([None, None], tf.int32), tf.TensorSpec([None, None], tf.float32),
            tf.TensorSpec([None], tf.int32),
        ])
        def step(ids: Any, mask: Any, targets: Any) -> Any:
            with tf.GradientTape() as tape:
                cosines = self._vectors(ids, mask) @ tf.nn.l2_normalize(self.head, 0)
                wanted = tf.one_hot(targets, classes) * (1 - SMOOTHING) + SMOOTHING / classes
                losses = tf.nn.softmax_cross_entropy_with_logits(wanted, SHARPNESS * cosines + self.bias)
                loss = tf.reduce_mean(losses)
            gradients = tape.gradient(loss, encoder + head)
            inner.apply_gradients(zip(gradients[: len(encoder)], encoder, strict=True))
            outer.apply_gradients(zip(gradients[len(encoder):], head, strict=True))
            return loss

        return step

    def _vectors(self, ids: Any, mask: Any) -> Any:
        tf = self.tf
        batch, length = tf.shape(ids)[0], tf.shape(ids)[1]
        heads = self.config["num_attention_heads"]
        size = self.config["hidden_size"] // heads
        words, places, kinds = (
            self.weights[f"embeddings.{kind}_embeddings.weight"] for kind in ("word", "position", "token_type")
        )
        x = self._norm(tf.gather(words, ids) + places[:length] + kinds[0], "embeddings.LayerNorm")
        apart = (1.0 - mask)[:, None, None, :] * -1e9
        if RELATIVE in self.published:
            apart += self.nearness[:, :, :length, :length]

        def part(x: Any, name: str) -> Any:
            return tf.transpose(tf.reshape(self._dense(x, name), [batch, length, heads, size]), [0, 2, 1, 3])

        for layer in range(self.config["num_hidden_layers"]):
            name = f"encoder.layer.{layer}"
            query, key, value = (part(x, f"{name}.attention.self.{kind}") for kind in ("query", "key", "value"))
            shares = tf.nn.softmax(tf.matmul(query, key, transpose_b=True) / math.sqrt(size) + apart)
            mixed = tf.transpose(tf.matmul(tf.nn.dropout(shares, DROPOUT), value), [0, 2, 1, 3])
            mixed = self._dense(tf.reshape(mixed, [batch, length, heads * size]), f"{name}.attention.output.dense")
            x = self._norm(x + tf.nn.dropout(mixed, DROPOUT), f"{name}.attention.output.LayerNorm")
            inner = self._dense(tf.nn.gelu(self._dense(x, f"{name}.intermediate.dense")), f"{name}.output.dense")
            x = self._norm(x + tf.nn.dropout(inner, DROPOUT), f"{name}.output.LayerNorm")
        pooled = tf.reduce_sum(x * mask[:, :, None], 1) / tf.reduce_sum(mask, 1, keepdims=True)
        return tf.nn.l2_normalize(pooled, -1)

    def _dense(self, x: Any, name: str) -> Any:
        found = self.tf.einsum("bti,oi->bto", x, self.weights[f"{name}.weight"]) + self.weights[f"{name}.bias"]
        if f"{name}.weight" in self.up:
            narrow = self.tf.einsum("bti,ri->btr", x, self.down[f"{name}.weight"])
            found += NARROW_SCALE * self.tf.einsum("btr,or->bto", narrow, self.up[f"{name}.weight"])
        return found

    def _norm(self, x: Any, name: str) -> Any:
        scale, shift = self.weights[f"{name}.weight"], self.weights[f"{name}.bias"]
        mean, variance = self.tf.nn.moments(x, [-1], keepdims=True)
        return (x - mean) * self.tf.math.rsqrt(variance + self.config["layer_norm_eps"]) * scale + shift


if __name__ == "__main__":
    main()
