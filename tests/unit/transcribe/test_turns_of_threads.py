"""A lock that is handed on to whoever waits for it."""

import threading

from kinolog.transcribe.adapters.turns import Turns


def test_a_free_one_is_had_at_once() -> None:
    turns = Turns()
    assert turns.acquire(timeout=0)
    turns.release()
    assert turns.acquire(timeout=0)


def test_a_taken_one_is_waited_for_no_longer_than_was_said() -> None:
    turns = Turns()
    turns.acquire(timeout=0)
    assert not turns.acquire(timeout=0.01)


def test_who_gave_up_is_not_waited_for() -> None:
    turns = Turns()
    turns.acquire(timeout=0)
    turns.acquire(timeout=0)
    turns.release()
    assert turns.acquire(timeout=0)


def test_whoever_waits_has_it_before_the_one_that_asks_again() -> None:
    turns, order = Turns(), list[str]()

    def wait() -> None:
        while not turns.acquire(timeout=10):
            pass
        order.append("waited")
        turns.release()

    turns.acquire(timeout=0)
    thread = threading.Thread(target=wait)
    thread.start()
    while not turns._waiting:
        pass
    turns.release()
    turns.acquire(timeout=10)
    order.append("asked again")
    thread.join()
    assert ["waited", "asked again"] == order


def test_no_two_have_it_at_once() -> None:
    turns, inside, most = Turns(), list[int](), list[int]()

    def take_often() -> None:
        for _ in range(200):
            while not turns.acquire(timeout=0.0001):
                pass
            inside.append(1)
            most.append(len(inside))
            inside.pop()
            turns.release()

    threads = [threading.Thread(target=take_often) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (800, 1) == (len(most), max(most))
