"""Judges IAM policies with parliament, from a JSON file of {name: policy document}; prints {name: [finding]} as JSON.

A finding is what parliament says of an action that does not exist, a resource that the action does not take, or a
condition key that it does not know. parliament looks at each statement alone, and so misses in each statement of
ec2:RunInstances the resources that the others allow: such a finding counts only when every statement has it.
"""
import json
import sys
from collections import Counter

from parliament import analyze_policy_string


def actions(statement):
    given = statement["Action"]
    return given if isinstance(given, list) else [given]


def judge(document):
    said, missed = [], Counter()
    for finding in analyze_policy_string(json.dumps(document)).findings:
        if finding.issue == "RESOURCE_MISMATCH":
            missed.update((one["action"], one["required_format"]) for one in finding.detail)
        else:
            said.append(f"{finding.issue}: {json.dumps(finding.detail)}")
    mentions = Counter(action for statement in document["Statement"] for action in actions(statement))
    said += [f"RESOURCE_MISMATCH: {action} {wanted}" for (action, wanted), n in missed.items() if n >= mentions[action]]
    return said


with open(sys.argv[1], encoding="utf-8") as file:
    policies = json.load(file)
json.dump({name: judge(document) for name, document in policies.items()}, sys.stdout)
