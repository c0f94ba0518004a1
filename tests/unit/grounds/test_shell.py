"""A program that is spoken with, line by line."""

import sys

from mainstay.grounds.shell import Conversation

ECHO = """
import os, signal, sys
for line in sys.stdin:
    if line.startswith("die"):
        sys.exit("broken")
    print("heard", line.strip(), flush=True)
    if line.startswith("stare"):
        signal.pause()
    print("by", os.getpid(), flush=True)
"""


def asked(conversation: Conversation, line: str) -> tuple[bool, list[str]]:
    heard: list[str] = []

    def hear(answer: str) -> bool:
        heard.append(answer.strip())
        return answer.startswith("by")

    return conversation.ask(line, hear), heard


def test_one_program_answers_all_questions() -> None:
    conversation = Conversation((sys.executable, "-c", ECHO))
    first, second = asked(conversation, "one"), asked(conversation, "two")
    assert (first[0], first[1][0], second[0], second[1][0]) == (True, "heard one", True, "heard two")
    assert first[1][1] == second[1][1]
    assert conversation.end() == ""


def test_a_program_that_has_ended_answers_nothing_and_its_errors_are_told() -> None:
    conversation = Conversation((sys.executable, "-c", ECHO))
    assert asked(conversation, "die") == (False, [])
    for _ in range(3):  # the first may still find a pipe
        assert asked(conversation, "again") == (False, [])
    assert conversation.end() == "broken\n"


def test_it_does_not_outlive_its_end() -> None:
    conversation = Conversation((sys.executable, "-c", ECHO))
    heard: list[str] = []

    def hear(answer: str) -> bool:
        heard.append(answer)
        return True

    assert conversation.ask("stare", hear)
    assert (conversation.end(), heard) == ("", ["heard stare\n"])
