"""Every component, by hand, in the order in which a machine receives them."""

from mainstay.components.acme.component import ACME
from mainstay.components.app.component import APP
from mainstay.components.base.component import BASE
from mainstay.components.etcd.component import ETCD
from mainstay.components.haproxy.component import HAPROXY
from mainstay.components.keepalived.component import KEEPALIVED
from mainstay.components.keeper.component import KEEPER
from mainstay.components.mysql.component import MYSQL
from mainstay.components.nftables.component import NFTABLES
from mainstay.components.nginx.component import NGINX
from mainstay.model.component import Component
from mainstay.spec import Spec

COMPONENTS: tuple[Component[Spec], ...] = (BASE, NFTABLES, ETCD, MYSQL, KEEPER, HAPROXY, ACME, KEEPALIVED, APP, NGINX)
