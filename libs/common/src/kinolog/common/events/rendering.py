"""How a video was made: everything that is needed to make it again and compare."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class _Fact(BaseModel):
    model_config = ConfigDict(frozen=True)


class SourceUsed(_Fact):
    """A file that went in. `id` is that of its video or caption; None for bytes that belong to none, as a picture."""

    sha256: str
    id: str | None = None


class FontUsed(_Fact):
    family: str
    sha256: str


class Step(_Fact):
    """One run of a program. In `arguments`, `{source0}`, `{source1}` … stand for the files that went in, in the order
    of the command, `{output}` for what came out, and `{folder}` for the folder it ran in.

    `encoder` is the picture's, None where none was encoded; `hardware` the device it ran on, None for the CPU.
    """

    program: str
    arguments: tuple[str, ...]
    encoder: str | None = None
    hardware: str | None = None


class Rendering(_Fact):
    """`method` is the way that was taken, such as `full`, `partial` or `copy`, and `because` the reason in one line.
    `programs` maps each program and library that took part to its version.
    """

    method: str = "full"
    because: str = ""
    sources: tuple[SourceUsed, ...] = ()
    steps: tuple[Step, ...] = ()
    programs: Annotated[dict[str, str], Field(default_factory=dict)]
    fonts: tuple[FontUsed, ...] = ()
