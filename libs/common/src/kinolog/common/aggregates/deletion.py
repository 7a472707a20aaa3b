"""Soft deletion, the same for every aggregate that has it: delete, restore, and what a deleted thing refuses."""

from kinolog.common.errors import Refused


def refuse_if_deleted(kind: str, aggregate_id: str, *, is_deleted: bool) -> None:
    if is_deleted:
        raise Refused("deleted", f"the {kind} {aggregate_id} is deleted: restore it first")


def refuse_if_not_deleted(kind: str, aggregate_id: str, *, is_deleted: bool) -> None:
    if not is_deleted:
        raise Refused("not-deleted", f"the {kind} {aggregate_id} is not deleted, so there is nothing to restore")
