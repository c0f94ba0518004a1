"""What a unit's program may not do."""

from mainstay.model.sandbox import FORBIDDEN, sandbox


def settings(text: str) -> dict[str, str]:
    return dict(line.split("=", 1) for line in text.splitlines())


def test_by_itself_it_forbids_all_that_most_programs_never_do() -> None:
    assert settings(sandbox()) == {
        **FORBIDDEN,
        "RestrictAddressFamilies": "AF_UNIX AF_INET AF_INET6",
        "CapabilityBoundingSet": "",
    }


def test_what_a_program_needs_is_named() -> None:
    said = settings(sandbox(("AF_NETLINK",), ("CAP_NET_ADMIN",), ("PrivateTmp",), ProtectSystem="strict", Nice="5"))
    assert said.keys() == {*FORBIDDEN, "RestrictAddressFamilies", "CapabilityBoundingSet", "Nice"} - {"PrivateTmp"}
    assert (said["RestrictAddressFamilies"], said["CapabilityBoundingSet"]) == ("AF_NETLINK", "CAP_NET_ADMIN")
    assert (said["ProtectSystem"], said["Nice"]) == ("strict", "5")
