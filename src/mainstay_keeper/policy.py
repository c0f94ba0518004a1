"""How patient the keepers of a site are, and the rules by which these numbers fit each other."""

from dataclasses import dataclass

SHORTEST_TTL, LONGEST_TTL = 2.0, 10.0
"""No lease is shorter in etcd than one and a half elections; a keeper that is started anew bids for nothing so long."""

UNHEARD = 0.3
"""Seconds between two cycles while the store is silent."""

ASKS_EVERY = 0.25
"""Seconds between two looks at whether the peers have to be asked instead of the store."""

QUESTION = 0.4
"""Seconds a peer may take to answer; it is asked two questions in a row."""


@dataclass(frozen=True)
class Policy:
    """All in seconds, but for `most_failovers`, which may happen in a window of `window`.

    ttl: how long a session lives unrenewed. margin: how long before its end a keeper holds it for ended. fence: how
    long before that a keeper begins to fence. every: between two renewals. endpoint, call: how long one voter, and all
    that are tried in one call, may take to answer.
    standstill: how long writes may stand still before the primary waits for nobody. patience: how long something that
    looks wrong is to last before it is given up or thrown away. head_start: how long the last primary is let
    first to take its place again. max_lag: how far behind a replica may be that is to be waited for. settle: how long
    a COMMIT that began before waiting was turned on may take to end. handover: how long writes may stand still for a
    switchover. asking: how long the last primary lets another be first when a failover was asked for.
    silence: how long the store may be unheard before a leader asks its peers instead. hearing: how long ago a peer
    that is asked may have heard it to say no. warmth: how long the circle of a switchover is to have stood; warming:
    how long it is waited for at most.
    """

    ttl: float = 5.0
    margin: float = 0.7
    fence: float = 0.8
    every: float = 0.5
    endpoint: float = 0.6
    call: float = 1.3
    standstill: float = 1.0
    patience: float = 2.0
    head_start: float = 2.0
    max_lag: float = 2.0
    settle: float = 1.0
    handover: float = 3.0
    asking: float = 15.0
    silence: float = 1.2
    hearing: float = 0.8
    warmth: float = 1.2
    warming: float = 10.0
    window: float = 3600.0
    most_failovers: int = 2

    @property
    def room(self) -> float:
        """From the beginning of a renewal until, without another, fencing begins."""
        return self.ttl - self.margin - self.fence


def broken_rules(policy: Policy) -> tuple[str, ...]:
    """A sentence for each rule that does not hold."""
    p = policy
    tried_twice = p.every + p.call + UNHEARD + p.call
    agreed = max(p.silence, p.every + p.hearing) + ASKS_EVERY + 2 * QUESTION
    rules = (
        (SHORTEST_TTL <= p.ttl <= LONGEST_TTL, f"ttl lies between {SHORTEST_TTL:g} and {LONGEST_TTL:g} s"),
        (p.ttl == round(p.ttl), "ttl is a whole number of seconds: etcd counts in them"),
        (p.margin >= 0.2, "margin leaves the guard 0.2 s to end mysqld"),
        (tried_twice <= p.room, f"a renewal can fail and be tried again ({tried_twice:g} s) before fencing begins"),
        (agreed <= p.room, f"the peers can be asked ({agreed:g} s) before fencing begins"),
        (2 * p.endpoint <= p.call, "a call finds time for a second voter after one that is silent"),
        (p.every < p.hearing, "a peer that hears the store has heard it within `hearing`"),
        (2 * p.every <= p.standstill, "writes that stand still are seen to twice before anything follows from it"),
        (p.settle + 2 * p.every <= p.patience, "a replica is not given up before it can be relied on (settle)"),
        (p.every < p.silence, "who hears the store does not ask its peers"),
    )
    return tuple(sentence for holds, sentence in rules if not holds)
