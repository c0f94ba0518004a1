"""The keeper's side of the guard: by when mysqld must have ended unless the keeper says otherwise."""

from mainstay_keeper import clock
from mainstay_keeper.deadline import NEVER, Deadline
from mainstay_keeper.nouns import OFF, STARTING, Observation
from mainstay_keeper.process import Mysqld

LOOKED_WITHIN = 0.5


class Watched:
    """A replica that neither writes nor acknowledges may outlive its keeper: it can do no harm, and serves reads.

    Nor can a MySQL that starts do any: it is born read-only, follows nobody, and reads no settings that an earlier one
    was told to remember (`persisted_globals_load = OFF`). It would be wrong to kill one in the middle of its recovery.
    But one that has not answered *this* keeper yet may have been opened by the last: the guard then stays as it is.
    """

    def __init__(self, deadline: Deadline, mysqld: Mysqld) -> None:
        self._deadline = deadline
        self._mysqld = mysqld

    def arm(self, seen: Observation) -> None:
        """From now on mysqld is killed when the deadline passes."""
        self._deadline.set(seen.deadline, self._mysqld.pid)

    def mind(self, seen: Observation) -> None:
        """Armed as long as mysqld writes or acknowledges, with the deadline that is known now; else not."""
        mysql = seen.mysql
        is_harmful = mysql.state != OFF and (mysql.is_writable or mysql.is_acking)
        can_harm = is_harmful or (mysql.state == STARTING and self._is_armed())
        self._deadline.set(seen.deadline if can_harm else NEVER, self._mysqld.pid)

    def prolong(self, seen: Observation) -> None:
        """If it is armed for this mysqld, its deadline is a later one."""
        if self._is_armed():
            self._deadline.set(max(seen.deadline, self._deadline.read().at), self._mysqld.pid)

    def _is_armed(self) -> bool:
        word = self._deadline.read()
        return word.pid == self._mysqld.pid and word.at != NEVER

    def may_open(self, seen: Observation) -> bool:
        """Whether the deadline has not passed and the guard looks."""
        now = clock.now()
        return now < seen.deadline and now - self._deadline.read().seen < LOOKED_WITHIN
