"""How much of a machine is ours, by what the kernel writes into its files."""

import os
from pathlib import Path

import pytest

from kinolog.common.machine import own_share

GROUPS = "sys/fs/cgroup"


def a_machine(root: Path, groups: str, **files: str) -> Path:
    """`files` are below the mount of control groups, with `__` for each slash and `_dot_` for each dot."""
    written = {f"{GROUPS}/{name}": text for name, text in files.items()} | {"proc/self/cgroup": groups}
    for name, text in written.items():
        path = root / name.replace("__", "/").replace("_dot_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


def test_without_groups_all_is_ours(tmp_path: Path) -> None:
    share = own_share(tmp_path)
    assert len(os.sched_getaffinity(0)) == share.cores
    assert share.memory_bytes > 0


def test_quotas_of_all_groups_around_us_hold(tmp_path: Path) -> None:
    files = {"cpu_dot_max": "max 100000", "a__cpu_dot_max": "100000 100000", "a__b__cpu_dot_max": "900000 100000"}
    share = own_share(a_machine(tmp_path, "0::/a/b\n", **files))
    assert (1, (os.cpu_count() or 1) == 1) == (share.cores, share.is_whole)


def test_a_quota_below_one_core_is_one_core(tmp_path: Path) -> None:
    assert 1 == own_share(a_machine(tmp_path, "0::/\n", cpu_dot_max="20000 100000")).cores


@pytest.mark.parametrize("quota", ["max 100000", "max", "", "x y", "-1 100000"])
def test_what_is_no_quota_takes_nothing_away(tmp_path: Path, quota: str) -> None:
    assert own_share(tmp_path / "none") == own_share(a_machine(tmp_path, "0::/\n", cpu_dot_max=quota))


def test_memory_is_the_least_of_all_groups(tmp_path: Path) -> None:
    files = {"memory_dot_max": "max", "a__memory_dot_max": "2000000", "a__b__memory_dot_max": "3000000"}
    assert 2_000_000 == own_share(a_machine(tmp_path, "0::/a/b\n", **files)).memory_bytes


def test_groups_of_the_first_version_hold_too(tmp_path: Path) -> None:
    files = {
        "cpu__a__cpu_dot_cfs_quota_us": "100000\n",
        "cpu__a__cpu_dot_cfs_period_us": "100000\n",
        "memory__memory_dot_limit_in_bytes": "1000000\n",
    }
    share = own_share(a_machine(tmp_path, "9:name=systemd:/\n2:cpu,cpuacct:/a\n4:memory:/gone\n", **files))
    assert (1, 1_000_000) == (share.cores, share.memory_bytes)


def test_a_group_that_is_named_from_outside_a_container_is_looked_for_at_its_root(tmp_path: Path) -> None:
    assert 5_000_000 == own_share(a_machine(tmp_path, "0::/docker/x\n", memory_dot_max="5000000")).memory_bytes
