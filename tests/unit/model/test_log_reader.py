from mainstay.model.install import Service
from mainstay.model.log_reader import LogReader

ITS_OWN = "/usr/local/lib/mainstay/shop-log"


def test_systemd_holds_the_socket_open_and_the_reader_is_never_given_up() -> None:
    socket, service = LogReader("shop", "shopkeeper", "/bin/cat").files
    assert socket.path == "/etc/systemd/system/mainstay-shop-log.socket"
    assert {"ListenDatagram=/run/mainstay-shop-log", "SocketUser=shopkeeper", "SocketMode=0600"} <= {
        *str(socket.content).splitlines()
    }
    assert {
        "Requires=mainstay-shop-log.socket",
        "StartLimitIntervalSec=0",
        "ExecStart=/bin/cat",
        "StandardInput=socket",
        "SyslogIdentifier=shop",
        "Restart=always",
        "CapabilityBoundingSet=",
    } <= {*str(service.content).splitlines()}


def test_a_reader_begins_anew_when_its_unit_or_its_program_is_another() -> None:
    reader = LogReader("shop", "shopkeeper", f"/usr/bin/python3 {ITS_OWN}", ITS_OWN)
    socket, service = reader.files
    assert reader.services == (
        Service("mainstay-shop-log.socket", restart_on=(socket.path,)),
        Service("mainstay-shop-log.service", restart_on=(service.path, ITS_OWN)),
    )
