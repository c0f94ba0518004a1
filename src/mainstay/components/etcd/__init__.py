"""etcd: the store in which a majority decides who is primary."""
