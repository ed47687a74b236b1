import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from programs import shop

from loyalty import Engine, Member


@pytest.fixture(scope="session")
def engine() -> Engine:
    return Engine(shop())


@pytest.fixture
def member() -> Member:
    return Member("m-1")
