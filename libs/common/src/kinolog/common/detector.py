"""The ways to tell scenes apart, by the names that PySceneDetect has for them.

On its own, so that a small program that only measures need not load the models of all jobs.
"""

from typing import Literal, TypeAlias

Detector: TypeAlias = Literal["adaptive", "content", "hash", "threshold"]
