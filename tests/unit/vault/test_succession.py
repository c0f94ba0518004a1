"""Another authority takes the place of the first, and at no moment does anybody show what another does not believe."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.exceptions import InvalidSignature

from mainstay.vault.authority import Leaf
from mainstay.vault.certificates import FORMER, HEIR, Certificates
from mainstay.vault.store import Store

NOW = datetime(2026, 11, 23, tzinfo=UTC)
LEAF = Leaf("etcd", "srv-01", "10.77.0.1")


@pytest.fixture
def certificates(tmp_path: Path) -> Certificates:
    return Certificates(Store(tmp_path / "secrets.json"), lambda: NOW)


def steps(certificates: Certificates) -> Iterator[tuple[str, x509.Certificate]]:
    """What a machine believes and shows, once it is brought to each step."""
    todo: tuple[Callable[[], object], ...] = (
        certificates.authority,
        certificates.name_heir,
        certificates.crown_heir,
        certificates.forget_former,
    )
    for step in todo:
        step()
        yield certificates.believed(), certificates.identity(LEAF).parsed


def is_believed(shown: x509.Certificate, believed: str) -> bool:
    for one in x509.load_pem_x509_certificates(believed.encode()):
        try:
            shown.verify_directly_issued_by(one)
        except InvalidSignature:
            continue
        return True
    return False


def test_machines_of_one_step_and_of_the_next_believe_each_other(certificates: Certificates) -> None:
    for (believed, shown), (believed_next, shown_next) in pairwise(steps(certificates)):
        assert is_believed(shown, believed_next)
        assert is_believed(shown_next, believed)


def test_in_the_end_the_first_is_believed_no_longer(certificates: Certificates) -> None:
    (_, first), *_, (believed, last) = steps(certificates)
    assert (is_believed(first, believed), is_believed(last, believed)) == (False, True)
    assert len(x509.load_pem_x509_certificates(believed.encode())) == 1


def test_a_step_left_out_would_cut_somebody_off(certificates: Certificates) -> None:
    (believed, shown), _, (_, shown_later), (believed_last, _) = steps(certificates)
    assert not is_believed(shown_later, believed)
    assert not is_believed(shown, believed_last)


def test_a_crown_changes_nothing_that_is_believed(certificates: Certificates) -> None:
    _, (before, _), (after, _), _ = steps(certificates)
    assert before == after


def test_how_far_it_has_come_is_known(certificates: Certificates) -> None:
    assert [certificates.succession() for _ in steps(certificates)] == ["", HEIR, FORMER, ""]


def test_who_issues_is_another_only_once_the_heir_is_crowned(certificates: Certificates) -> None:
    issuers = [certificates.authority().key for _ in steps(certificates)]
    assert [a == b for a, b in pairwise(issuers)] == [True, False, True]
