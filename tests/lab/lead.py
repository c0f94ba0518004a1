"""Programs for a database machine: from which machine the voters are led, and how to have them led from here."""

ASK_A_VOTER = """
import json, ssl, time, urllib.request

told = json.load(open("/etc/mainstay-keeper/settings.json"))
context = ssl.create_default_context(cafile=told["authority"])
context.load_cert_chain(told["certificate"])
own, *others = told["endpoints"]

def ask(endpoint, what, order={}):
    asked = urllib.request.Request(endpoint + "/v3/" + what, json.dumps(order).encode())
    with urllib.request.urlopen(asked, context=context, timeout=2) as answer:
        return json.load(answer)
"""
LED_FROM = (
    ASK_A_VOTER
    + """
leader = ask(own, "maintenance/status")["leader"]
print(*(member["name"] for member in ask(own, "cluster/member/list")["members"] if member["ID"] == leader))
"""
)
TAKES_THE_LEAD = (
    ASK_A_VOTER
    + """
end = time.monotonic() + 30
while time.monotonic() < end:
    try:
        status = ask(own, "maintenance/status")
        me, leader = status["header"]["member_id"], status.get("leader")
        for endpoint in others if me != leader else ():
            if ask(endpoint, "maintenance/status")["header"]["member_id"] == leader:
                ask(endpoint, "maintenance/transfer-leadership", {"targetID": me})
    except OSError:
        pass  # one that is about to follow another refuses
    time.sleep(0.05)
"""
)
