"""Whether a person or a program is asking."""

from werkzeug.wrappers import Request


def wants_page(request: Request) -> bool:
    """Whether the client prefers HTML. Browsers name it; curl accepts anything and gets JSON."""
    return request.accept_mimetypes.best_match(["application/json", "text/html"]) == "text/html"
