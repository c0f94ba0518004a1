"""The keeper's side of the guard: by when mysqld must have ended unless the keeper says otherwise."""

from mainstay_keeper import clock
from mainstay_keeper.deadline import NEVER, Deadline
from mainstay_keeper.nouns import OFF, Observation
from mainstay_keeper.process import Mysqld

LOOKED_WITHIN = 0.5


class Watched:
    """A replica that neither writes nor acknowledges may outlive its keeper: it can do no harm, and serves reads."""

    def __init__(self, deadline: Deadline, mysqld: Mysqld) -> None:
        self._deadline = deadline
        self._mysqld = mysqld

    def arm(self, seen: Observation) -> None:
        """From now on mysqld is killed when the deadline passes."""
        self._deadline.set(seen.deadline, self._mysqld.pid)

    def mind(self, seen: Observation) -> None:
        """Armed as long as mysqld writes or acknowledges, with the deadline that is known now; else not."""
        mysql = seen.mysql
        can_harm = mysql.state != OFF and (mysql.is_writable or mysql.is_acking)
        self._deadline.set(seen.deadline if can_harm else NEVER, self._mysqld.pid)

    def may_open(self, seen: Observation) -> bool:
        """Whether the deadline has not passed and the guard looks."""
        now = clock.now()
        return now < seen.deadline and now - self._deadline.read().seen < LOOKED_WITHIN
