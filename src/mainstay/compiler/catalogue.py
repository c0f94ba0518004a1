"""Every component, by hand, in the order in which a machine receives them."""

from mainstay.components.acme.component import ACME
from mainstay.components.alertmanager.component import ALERTMANAGER
from mainstay.components.app.component import APP
from mainstay.components.base.component import BASE
from mainstay.components.blackbox_exporter.component import BLACKBOX_EXPORTER
from mainstay.components.certificates.component import CERTIFICATES
from mainstay.components.etcd.component import ETCD
from mainstay.components.haproxy.component import HAPROXY
from mainstay.components.journal_remote.component import JOURNAL_REMOTE
from mainstay.components.journal_upload.component import JOURNAL_UPLOAD
from mainstay.components.keepalived.component import KEEPALIVED
from mainstay.components.keeper.component import KEEPER
from mainstay.components.mysql.component import MYSQL
from mainstay.components.mysqld_exporter.component import MYSQLD_EXPORTER
from mainstay.components.nftables.component import NFTABLES
from mainstay.components.nginx.component import NGINX
from mainstay.components.nginx_exporter.component import NGINX_EXPORTER
from mainstay.components.node_exporter.component import NODE_EXPORTER
from mainstay.components.prometheus.component import PROMETHEUS
from mainstay.components.unattended_upgrades.component import UNATTENDED_UPGRADES
from mainstay.model.component import Component
from mainstay.spec import Spec

COMPONENTS: tuple[Component[Spec], ...] = (
    BASE, UNATTENDED_UPGRADES, NFTABLES, ETCD, MYSQL, KEEPER, HAPROXY, ACME, KEEPALIVED, APP, NGINX,
    NODE_EXPORTER, MYSQLD_EXPORTER, NGINX_EXPORTER, BLACKBOX_EXPORTER, PROMETHEUS, ALERTMANAGER,
    JOURNAL_REMOTE, JOURNAL_UPLOAD, CERTIFICATES,
)  # fmt: skip
