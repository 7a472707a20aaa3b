"""Ids and subjects: what is derived, what is recognised."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinolog.common.ids import derived_id, is_id, new_id
from kinolog.common.subjects import EventSubject, aggregate_filter, lane_of


def test_new_ids_sort_by_time_of_creation() -> None:
    ids = [new_id("job") for _ in range(1_000)]
    assert sorted(ids) == ids


def test_the_same_words_always_lead_to_the_same_id() -> None:
    assert derived_id("job", "user:ann", "key-1") == derived_id("job", "user:ann", "key-1")


def test_words_are_not_run_together() -> None:
    assert derived_id("job", "ab", "c") != derived_id("job", "a", "bc")


@given(st.text(), st.text())
def test_a_derived_id_is_an_id(actor: str, key: str) -> None:
    assert is_id(derived_id("prj", actor, key), "prj")


@pytest.mark.parametrize(
    "text", ["", "job_", "job_xyz", "../etc", "job_" + "0" * 31, "JOB_" + "0" * 32, "job_" + "0" * 32 + "\n"]
)
def test_what_is_not_an_id_is_not_taken_for_one(text: str) -> None:
    assert not is_id(text)


def test_an_id_of_another_kind_is_not_of_this_one() -> None:
    assert not is_id(new_id("vid"), "job")


def test_a_subject_is_parsed_back_to_what_it_was_built_from() -> None:
    subject = EventSubject("job", "job_1", 3, "queued", ("render", "10"))
    assert ("evt.job.job_1.3.queued.render.10", subject) == (str(subject), EventSubject.parse(str(subject)))


def test_an_aggregate_is_expected_under_one_filter() -> None:
    assert "evt.job.job_1.>" == aggregate_filter("job", "job_1")


@given(st.integers())
def test_every_priority_has_a_lane(priority: int) -> None:
    assert 0 <= lane_of(priority) <= 10
