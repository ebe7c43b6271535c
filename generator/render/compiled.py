"""Decides when templates are compiled: once for each text, language, and version of our code."""

import sys

from jinja2 import BytecodeCache, Environment
from jinja2.bccache import Bucket

from generator.memo import Memo, key_of
from generator.render.ingredients import code_digest


class Compiled(BytecodeCache):
    """Keeps compiled templates of one edition where everything is kept that was made before."""

    def __init__(self, memo: Memo, language: str) -> None:
        self._memo = memo
        self._language = language

    def get_bucket(
        self, environment: Environment, name: str, filename: str | None, source: str
    ) -> Bucket:
        """Return a compiled template; what its filters make of constants is part of it."""
        key = key_of("compiled", sys.version, code_digest(), self._language, name, filename, source)
        bucket = Bucket(environment, key, key)
        bucket.code = self._memo.program(key, lambda: environment.compile(source, name, filename))
        return bucket

    def load_bytecode(self, bucket: Bucket) -> None:
        """Leave the bucket: it came filled."""

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep nothing: it is kept since it was compiled."""
