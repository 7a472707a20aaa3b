"""A crash point that no fault test passes proves nothing."""

import importlib.util
from types import ModuleType

from harness.crashpoints import crash_points
from harness.platform import ROOT


def fault_tests() -> ModuleType:
    spec = importlib.util.spec_from_file_location("faults", ROOT / "tests/faults/test_crash_points.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_crash_point_is_passed_by_a_fault_test() -> None:
    faults = fault_tests()
    assert crash_points() == sorted({*faults.WORKER_POINTS, *faults.CATALOG_POINTS, *faults.GATEWAY_POINTS})


def test_the_code_has_crash_points_in_each_part_that_writes() -> None:
    assert {"blobs", "catalog", "gateway"} <= {name.partition(".")[0] for name in crash_points()}
