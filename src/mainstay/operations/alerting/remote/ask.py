"""Runs on a machine that monitors, with its own Python and nothing else: asks an interface there, by TLS.

Reads from standard input {"url", "purpose", "body"}: a body makes it a POST of JSON. Prints what was answered; on a
failure says it in one line and ends with 1. Another error status of the interface is a failure as well.
"""

import http.client
import json
import ssl
import sys
from urllib.parse import urlsplit

SECONDS = 5
CERTIFICATES = "/etc/mainstay/tls"
FIRST_ERROR = 400


def main() -> None:
    """One question."""
    order = json.load(sys.stdin)
    url, folder = urlsplit(order["url"]), f"{CERTIFICATES}/{order['purpose']}"
    context = ssl.create_default_context(cafile=f"{folder}/authority.pem")
    context.load_cert_chain(f"{folder}/identity.pem")
    connection = http.client.HTTPSConnection(url.hostname or "", url.port, timeout=SECONDS, context=context)
    body = order["body"] and json.dumps(order["body"])
    try:
        connection.request(
            "POST" if body else "GET", f"{url.path}?{url.query}", body, {"Content-Type": "application/json"}
        )
        answer = connection.getresponse()
        said = answer.read().decode()
    except (OSError, http.client.HTTPException) as error:
        sys.exit(f"{order['url']} does not answer: {str(error).strip() or type(error).__name__}")
    if answer.status >= FIRST_ERROR:
        sys.exit(f"{order['url']} answers {answer.status}: {said[:200].strip()}")
    print(said)


if __name__ == "__main__":
    main()
