"""Plans of partial renderings, for films of every shape: what is kept decodes, what is to change is encoded."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinolog.render.domain.obstacle import Obstacle, PartialRefused
from kinolog.render.domain.packets import PacketIndex, PictureTrack, clean_cuts, decode_times, reorder_depth
from kinolog.render.domain.partial import Copied, PartialPlan, Renewed, plan_cut, plan_overlay
from kinolog.render.domain.timeline import timeline

TRACK = PictureTrack(
    stream=0, ticks_per_second=100, zero=0, zero_seconds=0.0, rate=(25, 1), rotation=0, parameters="01"
)
# Each frame lasts this long; each number of a group is a frame with so many frames before it that are stored after.
GROUPS = st.lists(
    st.lists(st.tuples(st.integers(1, 30), st.integers(0, 3)), min_size=1, max_size=8), min_size=1, max_size=6
)
MOMENTS = st.integers(-100, 3000).map(lambda ticks: ticks / 100)
SPANS = st.lists(st.tuples(MOMENTS, MOMENTS), max_size=5)


def film(groups: Sequence[Sequence[tuple[int, int]]]) -> PacketIndex:
    """A film of groups of frames that last so many ticks, and are stored behind so many that are shown after them."""
    shown: list[int] = []
    starts: list[int] = []
    moment = 0
    for group in groups:
        starts.append(len(shown))
        shown.append(moment)
        for lasts, later in group:
            moment += lasts
            shown.insert(max(starts[-1] + 1, len(shown) - later), moment)
        moment += 1
    return PacketIndex(track=TRACK, shown=shown, starts=starts)


def copied(plan: PartialPlan) -> list[int]:
    return [number for piece in plan.pieces if isinstance(piece, Copied) for number in range(piece.first, piece.end)]


def in_storage_order(index: PacketIndex, plan: PartialPlan) -> list[int]:
    """When the frames of a plan are shown, with an encoder that reorders nothing."""
    return timeline(index, plan, range(plan.encoded_frames))


@given(GROUPS, SPANS)
def test_frames_that_change_are_encoded_and_all_frames_are_there(
    groups: list[list[tuple[int, int]]], spans: list[tuple[float, float]]
) -> None:
    index = film(groups)
    plan = plan_overlay(index, spans)
    changed = {moment for moment in index.shown for start, end in spans if start * 100 <= moment < end * 100}
    assert changed <= {moment for run in plan.runs for moment in run.shown}
    assert sorted(index.shown) == sorted(in_storage_order(index, plan))


@given(GROUPS, SPANS)
def test_a_packet_that_stays_has_all_packets_of_its_group_before_it(
    groups: list[list[tuple[int, int]]], spans: list[tuple[float, float]]
) -> None:
    index = film(groups)
    kept = set(copied(plan_overlay(index, spans)))
    for first, end in index.groups():
        stays = [number in kept for number in range(first, end)]
        assert sorted(stays, reverse=True) == stays


@given(GROUPS, SPANS)
def test_runs_come_before_nothing_that_was_to_be_shown_before_them(
    groups: list[list[tuple[int, int]]], spans: list[tuple[float, float]]
) -> None:
    index = film(groups)
    last = -1
    for piece in plan_overlay(index, spans).pieces:
        shown = index.shown[piece.first : piece.end] if isinstance(piece, Copied) else piece.shown
        assert last < min(shown)
        last = max(shown)


@given(GROUPS, st.sets(st.integers(0, 50), min_size=2, max_size=6))
def test_a_cut_keeps_exactly_the_frames_of_its_ranges_one_range_after_the_other(
    groups: list[list[tuple[int, int]]], places: set[int]
) -> None:
    index = film(groups)
    in_order = sorted(index.shown)
    borders = [in_order[place] for place in sorted({place % len(in_order) for place in places})]
    ranges = list(zip(borders[::2], borders[1::2], strict=False)) or [(0, max(in_order) + 1)]
    plan = plan_cut(index, [(start / 100, end / 100) for start, end in ranges])
    expected: list[int] = []
    for start, end in ranges:
        length = sum(until - begin for begin, until in ranges if until <= start)
        expected += [moment - start + length for moment in in_order if start <= moment < end]
    assert expected == sorted(in_storage_order(index, plan))


def test_a_range_between_two_frames_is_refused() -> None:
    with pytest.raises(PartialRefused, match=Obstacle.NO_FRAMES):
        plan_cut(PacketIndex(track=TRACK, shown=[0, 4], starts=[0]), [(0.01, 0.03)])


@given(GROUPS)
def test_decoding_times_ascend_and_come_before_showing(groups: list[list[tuple[int, int]]]) -> None:
    shown = film(groups).shown
    times = decode_times(shown, 4)
    assert sorted(set(times)) == times
    assert all(due <= moment for due, moment in zip(times, shown, strict=True))


@given(GROUPS)
def test_everything_before_a_clean_cut_is_shown_before_everything_after_it(
    groups: list[list[tuple[int, int]]],
) -> None:
    shown = film(groups).shown
    cuts = clean_cuts(shown)
    assert 0 == cuts[0]
    assert all(max(shown[:cut]) < min(shown[cut:]) for cut in cuts[1:])


def test_the_group_of_a_caption_is_kept_up_to_its_first_captioned_frame() -> None:
    index = PacketIndex(track=TRACK, shown=[0, 12, 4, 8, 16, 20, 24, 28], starts=[0, 6])
    plan = plan_overlay(index, [(0.16, 0.17)])
    assert (
        Copied(first=0, end=4),
        Renewed(fed_from=0, first=4, end=6, shown=(16, 20)),
        Copied(first=6, end=8),
    ) == plan.pieces


def test_a_frame_that_waits_for_later_ones_is_encoded_with_them() -> None:
    index = PacketIndex(track=TRACK, shown=[0, 12, 4, 8, 16, 20], starts=[0])
    assert (4, 8, 12, 16, 20) == plan_overlay(index, [(0.08, 0.09)]).runs[0].shown


@pytest.mark.parametrize("spans", [[], [(-5.0, 0.0)], [(0.28, 9.0)], [(0.1, 0.1)], [(0.11, 0.1)]])
def test_captions_outside_the_film_change_nothing(spans: list[tuple[float, float]]) -> None:
    index = PacketIndex(track=TRACK, shown=[0, 4, 8, 12, 16, 20, 24], starts=[0, 4])
    assert (Copied(first=0, end=7),) == plan_overlay(index, spans).pieces


def test_neighbouring_groups_that_change_are_one_run() -> None:
    index = PacketIndex(track=TRACK, shown=[0, 4, 8, 12], starts=[0, 2])
    assert (Renewed(fed_from=0, first=0, end=4, shown=(0, 4, 8, 12)),) == plan_overlay(index, [(0.0, 0.1)]).pieces


def test_the_sound_of_a_cut_begins_with_its_first_frame() -> None:
    index = PacketIndex(track=TRACK, shown=[0, 4, 8, 12], starts=[0, 2])
    assert ((0.04, 0.1),) == plan_cut(index, [(0.03, 0.1)]).windows


@pytest.mark.parametrize(
    ("shown", "starts", "obstacle"),
    [
        ([0, 4], [], Obstacle.START),
        ([0, 4], [1], Obstacle.START),
        ([0, 4, 4], [0], Obstacle.SAME_TIME_STAMPS),
        ([0, 8, 4], [0, 2], Obstacle.OPEN_GROUPS),
        ([4, 0], [0], Obstacle.OPEN_GROUPS),
    ],
)
def test_films_whose_groups_are_not_whole_are_refused(shown: list[int], starts: list[int], obstacle: Obstacle) -> None:
    with pytest.raises(PartialRefused) as refused:
        PacketIndex(track=TRACK, shown=shown, starts=starts).refuse_flaws()
    assert obstacle is refused.value.obstacle


@pytest.mark.parametrize("order", [[1, 0], [0], [0, 0], [0, 1, 2], [0, 2]])
def test_runs_that_come_back_otherwise_than_asked_for_are_refused(order: list[int]) -> None:
    index = PacketIndex(track=TRACK, shown=[0, 4, 8], starts=[0, 1])
    plan = plan_overlay(index, [(0.04, 0.09)])
    with pytest.raises(PartialRefused) as refused:
        timeline(index, plan, order)
    assert Obstacle.UNFIT_RUNS is refused.value.obstacle


def test_runs_further_out_of_order_than_the_film_are_refused() -> None:
    index = PacketIndex(track=TRACK, shown=[0, 4, 8], starts=[0])
    with pytest.raises(PartialRefused, match="more out of order"):
        timeline(index, plan_overlay(index, [(0.0, 0.09)]), [0, 2, 1])


@pytest.mark.parametrize(("shown", "depth"), [([0, 1, 2], 0), ([0, 2, 1], 1), ([0, 8, 4, 2, 6], 2), ([], 0)])
def test_the_depth_of_reordering_is_how_many_frames_wait(shown: list[int], depth: int) -> None:
    assert depth == reorder_depth(shown)
