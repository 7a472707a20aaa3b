"""How long an import waits for a platform that does not answer as it should."""

import pytest

from kinolog.cli.errors import ApiRefused, Unreachable
from kinolog.cli.library.patience import Patience, may_pass


class Platform:
    """Answers once it has raised all of its errors."""

    def __init__(self, *errors: ApiRefused | Unreachable) -> None:
        self.errors = list(errors)

    async def __call__(self) -> str:
        if self.errors:
            raise self.errors.pop(0)
        return "answer"


@pytest.mark.parametrize("status", [408, 409, 423, 425, 429, 500, 503, 507])
def test_these_answers_may_be_better_later(status: int) -> None:
    assert may_pass(ApiRefused(status, "no"))


@pytest.mark.parametrize("status", [400, 401, 404, 413, 415, 422])
def test_these_answers_are_for_good(status: int) -> None:
    assert not may_pass(ApiRefused(status, "no"))


async def test_a_platform_that_is_away_for_a_while_is_waited_for() -> None:
    away = Platform(Unreachable("away"), ApiRefused(503, "soon"))
    assert "answer" == await Patience(seconds=60, pause_seconds=0.001).wait_for(away)


async def test_in_the_end_its_last_word_counts() -> None:
    away = Platform(*[Unreachable("away")] * 1000)
    with pytest.raises(Unreachable):
        await Patience(seconds=0.01, pause_seconds=0.001).wait_for(away)


async def test_a_refusal_is_not_repeated() -> None:
    refusing = Platform(ApiRefused(422, "no"), ApiRefused(422, "no"))
    with pytest.raises(ApiRefused):
        await Patience(seconds=60, pause_seconds=60).wait_for(refusing)
    assert 1 == len(refusing.errors)
