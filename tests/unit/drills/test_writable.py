"""Two databases that take writes at one moment are found; two that take turns are not."""

from mainstay.drills.writable import Look, Span, overlapping, read_looks, spans


def test_between_two_looks_that_found_it_writable_it_is_held_for_writable() -> None:
    looks = (Look(0.0, 0.1, True), Look(0.2, 0.3, True), Look(0.4, 0.5, False), Look(0.6, 0.7, True))
    assert spans("srv-01", looks) == (Span("srv-01", 0.1, 0.2),)


def test_two_looks_far_apart_say_nothing_of_the_time_between() -> None:
    assert spans("srv-01", (Look(0.0, 0.1, True), Look(5.0, 5.1, True))) == ()


def test_a_line_that_was_cut_off_is_no_look() -> None:
    assert read_looks(["1.0 1.1 1 uuid\n", "1.2 1.3 0 uuid\n", "1.4 1."]) == (
        Look(1.0, 1.1, True),
        Look(1.2, 1.3, False),
    )


def test_two_that_take_turns_do_not_overlap() -> None:
    assert overlapping({"a": [Span("a", 0, 1), Span("a", 1, 2)], "b": [Span("b", 2, 3)]}) == ()


def test_two_at_one_moment_are_found() -> None:
    a, b, c = Span("a", 0, 2), Span("b", 1, 1.5), Span("b", 1.6, 3)
    assert overlapping({"a": [a], "b": [b, c]}) == ((a, b), (a, c))
