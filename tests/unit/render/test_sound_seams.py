"""Where windows of a film's sound meet."""

from kinolog.render.domain.aac import FRAME_SAMPLES
from kinolog.render.domain.seam import Cut, Kept, Seam, cuts_of, kept_between

RATE = 48_000
WINDOWS = ((1.0, 2.5), (4.0, 6.0), (9.7, 11.0))


def test_sound_goes_over_where_the_picture_does() -> None:
    assert [round(1.5 * RATE), round(3.5 * RATE)] == [cut.at for cut in cuts_of(WINDOWS, RATE, 0)]


def test_every_window_is_moved_by_whole_packets_more_than_the_first() -> None:
    cuts = cuts_of(WINDOWS, RATE, 7)
    first, moved = cuts[0].shift, [cuts[0].shift_after, cuts[1].shift, cuts[1].shift_after]
    assert -RATE - 7 == first
    assert [0, 0, 0] == [(shift - first) % FRAME_SAMPLES for shift in moved]


def test_no_window_is_off_by_more_than_half_a_packet_however_many_there_are() -> None:
    windows = [(number * 1.37, number * 1.37 + 0.77) for number in range(60)]
    wanted = [round(start * RATE) for start, _ in windows[1:]]
    off = [cut.begin - at for cut, at in zip(cuts_of(windows, RATE, 0), wanted, strict=True)]
    assert max(map(abs, off)) <= FRAME_SAMPLES // 2


def test_new_packets_stand_between_those_that_stay() -> None:
    cut = Cut(at=10_000, shift=-5_000, shift_after=-25_000)
    seam = Seam(cut=cut, begin=12_000, packets=(b"new",), first=38_000)
    assert [
        Kept(begin=3_000, end=12_000, shift=-5_000, packets=(b"new",)),
        Kept(begin=38_000, end=50_000, shift=-25_000),
    ] == kept_between([seam], 3_000, 50_000)
