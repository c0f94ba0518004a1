"""The fake store keeps the contract of every store."""

import pytest

from tests.fakes.store import FakeStore
from tests.store_contract import StoreContract


class TestFakeStore(StoreContract):
    @pytest.fixture
    def store(self) -> FakeStore:
        return FakeStore()
