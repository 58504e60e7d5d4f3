"""Asks for everything twice, in one page and in pages of one item, and prints both as JSON."""
import json

import boto3

PAGES = [
    ("ecs", "list_tasks", "taskArns", {"cluster": None}),
    ("ecs", "list_services", "serviceArns", {"cluster": None}),
    ("ecs", "list_container_instances", "containerInstanceArns", {"cluster": None}),
    ("elb", "describe_load_balancers", "LoadBalancerDescriptions", {}),
    ("autoscaling", "describe_auto_scaling_groups", "AutoScalingGroups", {}),
    ("autoscaling", "describe_scaling_activities", "Activities", {}),
    ("ec2", "describe_instances", "Reservations", {}),
]

cloudformation = boto3.client("cloudformation")
resources = [
    resource
    for page in cloudformation.get_paginator("list_stack_resources").paginate(StackName="jdci")
    for resource in page["StackResourceSummaries"]
]
events = [
    event
    for page in cloudformation.get_paginator("describe_stack_events").paginate(StackName="jdci")
    for event in page["StackEvents"]
]
cluster = next(one["PhysicalResourceId"] for one in resources if one["LogicalResourceId"] == "Cluster")


def collect(service, operation, key, arguments, size):
    arguments = {name: cluster if value is None else value for name, value in arguments.items()}
    # EC2 takes no page of fewer than five items.
    config = {} if size is None else {"PageSize": max(size, 5 if service == "ec2" else 1)}
    paginator = boto3.client(service).get_paginator(operation)
    pages = list(paginator.paginate(PaginationConfig=config, **arguments))
    return {"pages": len(pages), "items": [item for page in pages for item in page[key]]}


answer = {
    "account": boto3.client("sts").get_caller_identity()["Account"],
    "resources": len(resources),
    "events": [event["EventId"] for event in events],
    "collections": {
        operation: {
            "whole": collect(service, operation, key, arguments, None),
            "pages": collect(service, operation, key, arguments, 1),
        }
        for service, operation, key, arguments in PAGES
    },
}
print(json.dumps(answer, default=str))
