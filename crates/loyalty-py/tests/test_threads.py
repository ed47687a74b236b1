"""Threads: an engine is shared, a member belongs to one thread at a time, long work lets others run."""

import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from programs import AT, purchase, shop

from loyalty import CallError, Engine, Event, Member, Outcome

BIG = 60_000


def big(id: str) -> Event:
    lines: Any = [{"id": f"l-{n}", "sku": f"s-{n}", "price": "1.00", "tags": ["a", "b"]} for n in range(BIG)]
    return Event.purchase(id, AT, order=f"o-{id}", lines=lines)


def test_many_threads_share_an_engine() -> None:
    engine = Engine(shop())

    def life(n: int) -> str:
        member = Member(f"m-{n}")
        for k in range(50):
            engine.apply(member, purchase(f"e-{k}", f"o-{k}", price=n + 1))
        assert member.balance("points") == 50 * (n + 1)
        return member.to_json()

    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(life, range(16)))
    assert together == [life(n) for n in range(16)]


def test_two_threads_at_one_member_is_a_clear_error_and_never_a_wrong_number() -> None:
    engine = Engine(shop())
    member = Member("m")
    events = [big(f"e-{n}") for n in range(4)]
    busy: list[CallError] = []

    def work(event: Event) -> int:
        try:
            engine.apply(member, event)
            return BIG
        except CallError as error:
            busy.append(error)
            return 0

    with ThreadPoolExecutor(4) as pool:
        given = sum(pool.map(work, events))
    # Silver is reached by the first, and counts for those after it.
    first, rest = BIG, (given - BIG) * 3 // 2
    assert member.balance("points") == first + rest
    assert all(error.code == "invalid_argument" and "another thread" in error.message for error in busy)


def test_long_work_lets_other_threads_run() -> None:
    engine, member, event = Engine(shop()), Member("m"), big("e")
    ticks = 0
    done = threading.Event()

    def tick() -> None:
        nonlocal ticks
        while not done.is_set():
            ticks += 1
            time.sleep(0.0005)

    thread = threading.Thread(target=tick)
    thread.start()
    try:
        before = ticks
        for _ in range(3):
            engine.quote(member, event)
        during = ticks - before
    finally:
        done.set()
        thread.join()
    assert during > 0


def test_reading_while_another_thread_changes() -> None:
    engine, member = Engine(shop()), Member("m")
    event = big("e")

    def apply() -> Outcome:
        while True:
            try:
                return engine.apply(member, event)
            except CallError:  # the other thread was just reading
                continue

    with ThreadPoolExecutor(2) as pool:
        change = pool.submit(apply)
        while not change.done():
            assert member.balance("points") in (0, BIG)
            assert member == member
            repr(member)
        change.result()
    assert member.balance("points") == BIG


@pytest.mark.skipif(sys.platform == "win32", reason="signals are sent in another way there")
def test_a_keyboard_interrupt_is_one() -> None:
    code = (
        "import signal\n"
        "from loyalty import Engine, Member\n"
        "# A runner in the background may have been started with the signal ignored.\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "engine = Engine({'schema': 1, 'id': 'x', 'currency': 'CNY', 'timezone': 'Asia/Shanghai'})\n"
        "member = Member('m')\n"
        "print('ready', flush=True)\n"
        "n = 0\n"
        "try:\n"
        "    while n < 2_000_000:\n"
        "        n += 1\n"
        "        engine.quote(member, {'id': f'e-{n}', 'at': '2026-03-01T10:00:00Z', 'activity': {'kind': 'x'}})\n"
        "except KeyboardInterrupt:\n"
        "    print('interrupted')\n"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        assert process.stdout.read() == "interrupted\n"
        assert process.wait(10) == 0
