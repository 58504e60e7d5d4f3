"""What an operator's script does with python-jenkins, against one simulated master; prints what came of it as JSON.

Environment: HOSTS (addresses, a space between them), OPERATOR and VIEWER (API tokens), PASSWORD (the operator's), http_proxy.
"""

import json
import os
import time

import jenkins
import requests


def serving(addresses):
    """The URL of a master that serves; it may still boot."""
    for _ in range(120):
        for address in addresses:
            url = f"http://{address}:8080/"
            if requests.get(f"{url}health/", timeout=10).status_code == 200:
                return url
        time.sleep(0.5)
    raise SystemExit("no master serves")


url = serving(os.environ["HOSTS"].split())
operator = jenkins.Jenkins(url, username="operator", password=os.environ["OPERATOR"])
viewer = jenkins.Jenkins(url, username="viewer", password=os.environ["VIEWER"])
by_password = jenkins.Jenkins(url, username="operator", password=os.environ["PASSWORD"])


def refusal(call):
    """What a client makes of a refusal: its kind, and what Jenkins said."""
    try:
        call()
    except (jenkins.JenkinsException, requests.exceptions.HTTPError) as error:
        return [type(error).__name__, str(error)]
    return None


def wait(what, seconds=60):
    """Asks until there is an answer."""
    for _ in range(seconds * 4):
        answer = what()
        if answer:
            return answer
        time.sleep(0.25)
    raise SystemExit("waited in vain")


seen = {}
seen["whoami"] = [client.get_whoami()["id"] for client in (operator, viewer, by_password)]
seen["version"] = operator.get_version()
seen["jobs"] = [job["name"] for job in operator.get_all_jobs()]
seen["description"] = viewer.get_info()["description"]
seen["plugins"] = "ec2" in operator.get_plugins()

number = operator.build_job("jdci-drill", {"NUMBER": "1", "SECONDS": "40"})
item = operator.get_queue_item(number)
seen["waiting"] = [item["_class"], item["why"], item["params"]]
seen["queue"] = [one["id"] for one in viewer.get_queue_info() if one["id"] == number] == [number]
build = wait(lambda: operator.get_queue_item(number).get("executable"))["number"]
seen["running"] = wait(lambda: [one for one in operator.get_running_builds() if one["number"] == build])[0]["name"]
node = operator.get_build_info("jdci-drill", build)["builtOn"]
seen["node"] = [one["name"] for one in operator.get_nodes()].count(node)
seen["result"] = wait(lambda: operator.get_build_info("jdci-drill", build)["result"])
seen["console"] = operator.get_build_console_output("jdci-drill", build).splitlines()
seen["builds"] = [one["number"] for one in operator.get_job_info("jdci-drill", fetch_all_builds=True)["builds"]]
seen["parameters"] = [
    definition["name"]
    for property in operator.get_job_info("jdci-drill")["property"]
    for definition in property.get("parameterDefinitions", [])
]

operator.disable_node(node, "out")
down = operator.get_node_info(node)
seen["offline"] = [down["temporarilyOffline"], down["offlineCauseReason"]]
operator.enable_node(node)
seen["online"] = operator.get_node_info(node)["temporarilyOffline"]

operator.quiet_down()
seen["quieting"] = viewer.get_info()["quietingDown"]
held = operator.build_job("web-image", {"REF": "held"})
wait(lambda: operator.get_queue_item(held)["_class"].endswith("BuildableItem"))
seen["held"] = operator.get_queue_item(held)["why"]
operator.cancel_queue(held)
seen["cancelled"] = operator.get_queue_item(held)["cancelled"]
operator.jenkins_open(requests.Request("POST", f"{url}cancelQuietDown"))
seen["quiet no more"] = viewer.get_info()["quietingDown"]

# By password: the client fetches a crumb and keeps its session.
seen["crumb"] = by_password.build_job("Seed") > 0
operator.disable_job("Seed")
seen["409"] = refusal(lambda: operator.build_job("Seed"))
operator.enable_job("Seed")
seen["400"] = refusal(lambda: operator.build_job("jdci-drill"))
seen["401"] = refusal(jenkins.Jenkins(url, username="operator", password="wrong").get_info)
seen["403 anonymous"] = refusal(jenkins.Jenkins(url).get_info)
seen["403 build"] = refusal(lambda: viewer.build_job("Seed"))
seen["403 quiet"] = refusal(viewer.quiet_down)
seen["404"] = refusal(lambda: operator.get_node_info("none"))
seen["exists"] = [operator.job_exists("Seed"), bool(operator.job_exists("none")), operator.node_exists("none")]
print(json.dumps(seen))
