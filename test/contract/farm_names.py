"""Finds the names of a provisioned farm from its stack alone, as an operator would, and prints them as JSON."""
import json
import sys

import boto3

STACK = "jdci"


def main():
    cloudformation, ecs = boto3.client("cloudformation"), boto3.client("ecs")
    pages = cloudformation.get_paginator("list_stack_resources").paginate(StackName=STACK)
    ids = {
        one["LogicalResourceId"]: one.get("PhysicalResourceId") for page in pages for one in page["StackResourceSummaries"]
    }
    cluster, group, log_group = ids["Cluster"], ids["HostGroup"], ids["LogGroup"]
    services = [ids["ServiceA"], ids["ServiceB"]]
    described = ecs.describe_services(cluster=cluster, services=services)["services"]
    deployments = ecs.list_service_deployments(service=described[0]["serviceArn"])
    groups = boto3.client("autoscaling").describe_auto_scaling_groups(AutoScalingGroupNames=[group])
    hosts = [instance["InstanceId"] for instance in groups["AutoScalingGroups"][0]["Instances"]]
    instances = boto3.client("ec2").describe_instances(InstanceIds=hosts[:1])
    logs = boto3.client("logs")
    streams = logs.describe_log_streams(logGroupName=log_group, orderBy="LastEventTime", descending=True)
    role = ids["HostRole"]
    with open(sys.argv[1], encoding="utf-8") as file:
        template = file.read()
    names = {
        "stack": STACK,
        "changeSet": cloudformation.describe_stacks(StackName=STACK)["Stacks"][0]["ChangeSetId"],
        "template": template,
        "cluster": cluster,
        "services": [one["serviceName"] for one in described],
        "serviceArn": described[0]["serviceArn"],
        "taskDefinition": described[0]["taskDefinition"],
        "capacityProviders": [ids["HostCapacityProvider"]],
        "tasks": ecs.list_tasks(cluster=cluster)["taskArns"],
        "containerInstances": ecs.list_container_instances(cluster=cluster)["containerInstanceArns"],
        "balancer": ids["LoadBalancer"],
        "group": group,
        "hosts": hosts,
        "hostGroup": instances["Reservations"][0]["Instances"][0]["SecurityGroups"][0]["GroupId"],
        "vpc": instances["Reservations"][0]["Instances"][0]["VpcId"],
        "image": instances["Reservations"][0]["Instances"][0]["ImageId"],
        "launchTemplate": ids["HostLaunchTemplate"],
        "secret": ids["ViewerSecret"],
        "parameter": "/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id",
        "parameterPath": "/ec2/keypair",
        "logGroup": log_group,
        "logGroupArn": logs.describe_log_groups(logGroupNamePrefix=log_group)["logGroups"][0]["logGroupArn"],
        "logStream": streams["logStreams"][0]["logStreamName"],
        "repository": "jdci-master",
        "repositoryArn": boto3.client("ecr").describe_repositories()["repositories"][0]["repositoryArn"],
        "serviceDeployment": deployments["serviceDeployments"][0]["serviceDeploymentArn"],
        "serviceRevision": deployments["serviceDeployments"][0]["targetServiceRevisionArn"],
        "zone": boto3.client("route53").list_hosted_zones()["HostedZones"][0]["Id"],
        "role": role,
        "rolePolicy": boto3.client("iam").list_role_policies(RoleName=role)["PolicyNames"][0],
        "profile": ids["HostInstanceProfile"],
    }
    print(json.dumps(names))


if __name__ == "__main__":
    main()
