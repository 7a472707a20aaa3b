"""What a part of a job's work reports of itself, as the whole job's progress."""

from pathlib import Path

from kinolog.common.testing.workshop import Workshop


async def test_a_part_counts_from_its_begin_to_its_end_and_never_back(tmp_path: Path) -> None:
    workshop = Workshop(tmp_path)
    part = (await workshop.begin("render")).part(20, 60)
    for percent in (0, 50, 25, None, 100):
        part.progress("encode", percent)
    assert [20, 40, 40, 40, 60] == [report.percent for report in workshop.reports]


async def test_parts_of_parts_count_within_them(tmp_path: Path) -> None:
    workshop = Workshop(tmp_path)
    (await workshop.begin("render")).part(20, 60).part(50, 100).progress("encode", 50)
    assert [50] == [report.percent for report in workshop.reports]


async def test_what_a_part_makes_appears_with_the_job(tmp_path: Path) -> None:
    whole = await Workshop(tmp_path).begin("render")
    part = whole.part(0, 50)
    assert whole.has_workdir
    assert part.workdir == whole.workdir
