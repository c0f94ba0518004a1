"""What every machine gets."""

from mainstay.model.exposure import EVERYBODY, Exposure, Port
from tests.builders import a_site
from tests.vocabulary import exposed, installed


def test_ssh_is_where_the_file_says() -> None:
    machine = {"runs": ["balancer", "web", "app"], "address": "192.0.2.1"}
    far = a_site(machines={"srv-01": {**machine, "ssh": {"port": 2222}}})
    assert exposed(far, "base") == Exposure((Port("ssh", 2222, (EVERYBODY,)),))
    assert exposed(a_site(), "base") == Exposure((Port("ssh", 22, (EVERYBODY,)),))


def test_settings_take_effect_when_they_change() -> None:
    base = installed(a_site(), "base")
    assert {service.unit: service.restart_on for service in base.services} == {
        "systemd-journald.service": ("/etc/systemd/journald.conf.d/mainstay.conf",),
        "systemd-sysctl.service": ("/etc/sysctl.d/60-mainstay.conf",),
        "ssh.service": (),
    }
    assert base.services[-1].reload_on == ("/etc/ssh/sshd_config.d/00-mainstay.conf",)
