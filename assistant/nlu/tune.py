"""Learns the field's adapter (`adapter.npz`) from the training phrases; takes about ten minutes on two cores.

    python -m assistant.nlu.tune [--without WRITER,WRITER --out FILE]

Run it after data/nlu has grown by a good part; no build needs it. The encoder is shown each phrase about twice
and learns to bring phrases of one intent together, in small steps, and only a part of what it learned is kept:
more of it fits these writers and forgets how everybody else talks (Wortsman et al. 2022, arXiv 2109.01903).
`--without` leaves writers (files of data/nlu) out, to be asked afterwards. TensorFlow, which Rasa brings along,
computes; nothing else here uses it.
"""

from __future__ import annotations

import argparse
import json
import logging
import math
import random
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from assistant.nlu.adapter import ADAPTER, kept_back, write
from assistant.nlu.build_encoder import Tensors, published_encoder
from assistant.nlu.encoder import TOKENIZER_FILE, tidy
from assistant.nlu.phrases import Phrases, read
from assistant.nlu.typos import Typos
from assistant.settings import ROOT

KEPT = 0.7  # of what was learned
LEARNING_RATE, HEAD_LEARNING_RATE = 6e-5, 2e-2
ROUNDS = 2.0
BATCH, POOL = 64, 20  # phrases; batches that are drawn at once, so that phrases of like length go together
SMOOTHING = 0.1  # of the labels: phrases on a border are no certainties
SHARPNESS = 16.0  # of the softmax over cosines
DROPOUT = 0.1
MOST_TOKENS = 64
SEED = 1

logger = logging.getLogger(__name__)


def main() -> None:
    """Learn and write."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--without", default="", help="files of data/nlu, without .yml, with commas between")
    options.add_argument("--out", type=Path, default=ADAPTER)
    given = options.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    phrases = read(ROOT / "data" / "nlu")
    left_out = set(filter(None, given.without.split(",")))
    unknown = left_out - set(phrases.writers)
    if unknown:
        options.error(f"there is no data/nlu/{min(unknown)}.yml")
    learn(phrases, [row for row, writer in enumerate(phrases.writers) if writer not in left_out], given.out)


def learn(phrases: Phrases, rows: Sequence[int], file: Path) -> None:
    """Learn an adapter from some rows of the phrases and write it to `file`."""
    from tokenizers import Tokenizer

    typos = Typos.fit(phrases.texts)
    corrected = {row: typos.correct(phrases.texts[row]) for row in rows}
    texts = {row: text for row, text in corrected.items() if not kept_back(text)}
    intents, targets = np.unique(phrases.labels[list(texts)], return_inverse=True)
    source, weights = published_encoder()
    tokenizer = Tokenizer.from_file(str(source / TOKENIZER_FILE))
    tokenizer.enable_truncation(MOST_TOKENS)
    tokenizer.no_padding()
    tokens = [item.ids for item in tokenizer.encode_batch([tidy(text) for text in texts.values()])]

    learner = _Learner(weights, json.loads((source / "config.json").read_text(encoding="utf-8")), len(intents))
    steps = int(ROUNDS * len(texts) / BATCH)
    step = learner.stepper(steps)
    began, loss = time.monotonic(), math.nan
    for number, batch in zip(range(1, steps + 1), _batches(tokens, targets), strict=False):
        new = float(step(*_padded([tokens[row] for row in batch]), targets[batch].astype(np.int32)))
        loss = new if math.isnan(loss) else 0.98 * loss + 0.02 * new
        if number % 50 == 0 or number == steps:
            logger.info("%d of %d batches, loss %.3f, %.0f s", number, steps, loss, time.monotonic() - began)
    write(file, learner.changes(), list(texts.values()))
    logger.info("Written to %s", file)


def _batches(tokens: Sequence[Sequence[int]], targets: Any) -> Iterator[Any]:
    """Yield rows for ever; a large intent is drawn less often than its share, a small one more often."""
    draw, shuffle = np.random.RandomState(SEED), random.Random(SEED)
    chance = 1.0 / np.sqrt(np.bincount(targets)[targets])
    chance /= chance.sum()
    lengths = np.array([len(one) for one in tokens])
    while True:
        pool = draw.choice(len(tokens), BATCH * POOL, p=chance)
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
    """The encoder in TensorFlow, as `build_encoder.write_graph` writes it, with what may change."""

    def __init__(self, weights: Tensors, config: dict[str, Any], intents: int) -> None:
        import tensorflow as tf

        self.tf, self.config = tf, config
        self.published = {name: value for name, value in weights.items() if value.dtype == np.float32}
        self.weights = {
            name: tf.Variable(value) if name.startswith("encoder.layer.") else tf.constant(value)
            for name, value in self.published.items()
        }
        self.learning = [value for value in self.weights.values() if isinstance(value, tf.Variable)]
        draw = np.random.RandomState(SEED)
        width = config["hidden_size"]
        self.head = tf.Variable((draw.randn(width, intents) * 0.02).astype(np.float32))
        self.bias = tf.Variable(np.zeros(intents, np.float32))

    def changes(self) -> Tensors:
        """Return what is to be added to each tensor."""
        return {
            name: KEPT * (value.numpy() - self.published[name])
            for name, value in self.weights.items() if name.startswith("encoder.layer.")
        }

    def stepper(self, steps: int) -> Any:
        """Return a function that learns from one batch (ids, mask, targets) and returns its loss."""
        tf = self.tf
        decay = tf.keras.optimizers.schedules.PolynomialDecay
        inner = tf.keras.optimizers.Adam(decay(LEARNING_RATE, steps, LEARNING_RATE / 20))
        outer = tf.keras.optimizers.Adam(decay(HEAD_LEARNING_RATE, steps, HEAD_LEARNING_RATE / 20))
        encoder, head = self.learning, [self.head, self.bias]
        intents = self.bias.shape[0]

        @tf.function(autograph=False, reduce_retracing=True, input_signature=[
            tf.TensorSpec([None, None], tf.int32), tf.TensorSpec([None, None], tf.float32),
            tf.TensorSpec([None], tf.int32),
        ])
        def step(ids: Any, mask: Any, targets: Any) -> Any:
            with tf.GradientTape() as tape:
                cosines = self._vectors(ids, mask) @ tf.nn.l2_normalize(self.head, 0)
                wanted = tf.one_hot(targets, intents) * (1 - SMOOTHING) + SMOOTHING / intents
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
        absent = (1.0 - mask)[:, None, None, :] * -1e9

        def part(x: Any, name: str) -> Any:
            return tf.transpose(tf.reshape(self._dense(x, name), [batch, length, heads, size]), [0, 2, 1, 3])

        for layer in range(self.config["num_hidden_layers"]):
            name = f"encoder.layer.{layer}"
            query, key, value = (part(x, f"{name}.attention.self.{kind}") for kind in ("query", "key", "value"))
            shares = tf.nn.softmax(tf.matmul(query, key, transpose_b=True) / math.sqrt(size) + absent)
            mixed = tf.transpose(tf.matmul(tf.nn.dropout(shares, DROPOUT), value), [0, 2, 1, 3])
            mixed = self._dense(tf.reshape(mixed, [batch, length, heads * size]), f"{name}.attention.output.dense")
            x = self._norm(x + tf.nn.dropout(mixed, DROPOUT), f"{name}.attention.output.LayerNorm")
            inner = self._dense(tf.nn.gelu(self._dense(x, f"{name}.intermediate.dense")), f"{name}.output.dense")
            x = self._norm(x + tf.nn.dropout(inner, DROPOUT), f"{name}.output.LayerNorm")
        pooled = tf.reduce_sum(x * mask[:, :, None], 1) / tf.reduce_sum(mask, 1, keepdims=True)
        return tf.nn.l2_normalize(pooled, -1)

    def _dense(self, x: Any, name: str) -> Any:
        return self.tf.einsum("bti,oi->bto", x, self.weights[f"{name}.weight"]) + self.weights[f"{name}.bias"]

    def _norm(self, x: Any, name: str) -> Any:
        scale, shift = self.weights[f"{name}.weight"], self.weights[f"{name}.bias"]
        mean, variance = self.tf.nn.moments(x, [-1], keepdims=True)
        return (x - mean) * self.tf.math.rsqrt(variance + self.config["layer_norm_eps"]) * scale + shift


if __name__ == "__main__":
    main()
