"""Reads everything about a farm, with every read operation that the sandbox has, and prints what the answers look like.

Takes on standard input the farm's names as JSON (see farm_names.py); prints JSON: for each operation `shape`, the members
and types that its answers had, and for one that pages how many items came in one page, in small pages, and whether they
were the same.
"""
import json
import os
import sys

import boto3

import answers

session = boto3.Session()
if "JDCI_ANSWERS" in os.environ:
    answers.watch(session.events)
clients = {}


def client(service):
    if service not in clients:
        clients[service] = session.client(service)
    return clients[service]


def reads(names):
    """(service, operation, arguments): every way an operator looks at a farm."""
    cluster, stack, balancer, group = names["cluster"], names["stack"], names["balancer"], names["group"]
    hosts, tasks, containers = names["hosts"], names["tasks"], names["containerInstances"]
    zone, role, profile, secret = names["zone"], names["role"], names["profile"], names["secret"]
    managed = "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"
    role_arn = client("iam").get_role(RoleName=role)["Role"]["Arn"]
    everything = '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}'
    return [
        ("sts", "get_caller_identity", {}),
        ("sts", "get_access_key_info", {"AccessKeyId": os.environ["AWS_ACCESS_KEY_ID"]}),
        ("cloudformation", "describe_stacks", {}),
        ("cloudformation", "describe_stacks", {"StackName": stack}),
        ("cloudformation", "list_stacks", {}),
        ("cloudformation", "describe_stack_events", {"StackName": stack}),
        ("cloudformation", "list_stack_resources", {"StackName": stack}),
        ("cloudformation", "describe_stack_resources", {"StackName": stack}),
        ("cloudformation", "describe_stack_resource", {"StackName": stack, "LogicalResourceId": "Cluster"}),
        ("cloudformation", "get_template", {"StackName": stack}),
        ("cloudformation", "get_template_summary", {"StackName": stack}),
        ("cloudformation", "validate_template", {"TemplateBody": names["template"]}),
        ("cloudformation", "list_change_sets", {"StackName": stack}),
        ("cloudformation", "describe_change_set", {"StackName": stack, "ChangeSetName": names["changeSet"]}),
        ("cloudformation", "describe_change_set_hooks", {"StackName": stack, "ChangeSetName": names["changeSet"]}),
        ("cloudformation", "list_exports", {}),
        ("cloudformation", "describe_account_limits", {}),
        ("cloudformation", "list_stack_sets", {}),
        ("ecs", "list_clusters", {}),
        ("ecs", "describe_clusters", {"clusters": [cluster], "include": ["TAGS", "SETTINGS", "STATISTICS"]}),
        ("ecs", "list_services", {"cluster": cluster}),
        ("ecs", "describe_services", {"cluster": cluster, "services": names["services"], "include": ["TAGS"]}),
        ("ecs", "list_tasks", {"cluster": cluster}),
        ("ecs", "describe_tasks", {"cluster": cluster, "tasks": tasks, "include": ["TAGS"]}),
        ("ecs", "list_container_instances", {"cluster": cluster}),
        (
            "ecs",
            "describe_container_instances",
            {"cluster": cluster, "containerInstances": containers, "include": ["TAGS"]},
        ),
        ("ecs", "list_task_definitions", {}),
        ("ecs", "list_task_definition_families", {}),
        ("ecs", "describe_task_definition", {"taskDefinition": names["taskDefinition"], "include": ["TAGS"]}),
        (
            "ecs",
            "describe_capacity_providers",
            {"capacityProviders": names["capacityProviders"], "include": ["TAGS"]},
        ),
        ("ecs", "list_tags_for_resource", {"resourceArn": names["serviceArn"]}),
        ("ecs", "list_attributes", {"cluster": cluster, "targetType": "container-instance"}),
        ("ecs", "list_account_settings", {"effectiveSettings": True}),
        ("ecs", "get_task_protection", {"cluster": cluster, "tasks": tasks}),
        ("ecs", "list_service_deployments", {"service": names["serviceArn"]}),
        ("ecs", "describe_service_deployments", {"serviceDeploymentArns": [names["serviceDeployment"]]}),
        ("ecs", "describe_service_revisions", {"serviceRevisionArns": [names["serviceRevision"]]}),
        ("elb", "describe_load_balancers", {}),
        ("elb", "describe_load_balancers", {"LoadBalancerNames": [balancer]}),
        ("elb", "describe_load_balancer_attributes", {"LoadBalancerName": balancer}),
        ("elb", "describe_instance_health", {"LoadBalancerName": balancer}),
        ("elb", "describe_load_balancer_policies", {"LoadBalancerName": balancer}),
        ("elb", "describe_tags", {"LoadBalancerNames": [balancer]}),
        ("elb", "describe_account_limits", {}),
        ("autoscaling", "describe_auto_scaling_groups", {}),
        ("autoscaling", "describe_auto_scaling_groups", {"AutoScalingGroupNames": [group]}),
        ("autoscaling", "describe_auto_scaling_instances", {}),
        ("autoscaling", "describe_scaling_activities", {"AutoScalingGroupName": group}),
        ("autoscaling", "describe_lifecycle_hooks", {"AutoScalingGroupName": group}),
        ("autoscaling", "describe_tags", {}),
        ("autoscaling", "describe_instance_refreshes", {"AutoScalingGroupName": group}),
        ("autoscaling", "describe_load_balancers", {"AutoScalingGroupName": group}),
        ("autoscaling", "describe_load_balancer_target_groups", {"AutoScalingGroupName": group}),
        ("autoscaling", "describe_traffic_sources", {"AutoScalingGroupName": group}),
        ("autoscaling", "describe_policies", {"AutoScalingGroupName": group}),
        ("autoscaling", "describe_scheduled_actions", {"AutoScalingGroupName": group}),
        ("autoscaling", "describe_warm_pool", {"AutoScalingGroupName": group}),
        ("autoscaling", "describe_notification_configurations", {}),
        ("autoscaling", "describe_launch_configurations", {}),
        ("autoscaling", "describe_account_limits", {}),
        ("autoscaling", "describe_adjustment_types", {}),
        ("autoscaling", "describe_auto_scaling_notification_types", {}),
        ("autoscaling", "describe_lifecycle_hook_types", {}),
        ("autoscaling", "describe_metric_collection_types", {}),
        ("autoscaling", "describe_scaling_process_types", {}),
        ("autoscaling", "describe_termination_policy_types", {}),
        ("ec2", "describe_regions", {}),
        ("ec2", "describe_availability_zones", {}),
        ("ec2", "describe_images", {"ImageIds": [names["image"]]}),
        ("ec2", "describe_instance_types", {"InstanceTypes": ["t3.medium"]}),
        (
            "ec2",
            "describe_instance_type_offerings",
            {
                "LocationType": "availability-zone",
                "Filters": [{"Name": "instance-type", "Values": ["t3.medium", "m6i.large", "t3.small"]}],
            },
        ),
        ("ec2", "describe_instances", {}),
        ("ec2", "describe_instances", {"InstanceIds": hosts}),
        ("ec2", "describe_instance_status", {"IncludeAllInstances": True}),
        ("ec2", "get_console_output", {"InstanceId": hosts[0]}),
        ("ec2", "describe_spot_instance_requests", {}),
        ("ec2", "describe_key_pairs", {}),
        ("ec2", "describe_launch_templates", {}),
        ("ec2", "describe_launch_template_versions", {"LaunchTemplateId": names["launchTemplate"]}),
        ("ec2", "describe_vpcs", {}),
        ("ec2", "describe_subnets", {}),
        ("ec2", "describe_route_tables", {}),
        ("ec2", "describe_internet_gateways", {}),
        ("ec2", "describe_nat_gateways", {}),
        ("ec2", "describe_vpc_endpoints", {}),
        ("ec2", "describe_security_groups", {}),
        ("ec2", "describe_security_group_rules", {}),
        ("ec2", "describe_security_group_references", {"GroupId": [names["hostGroup"]]}),
        ("ec2", "describe_network_interfaces", {}),
        ("ec2", "describe_volumes", {}),
        ("ec2", "describe_volume_status", {}),
        ("ec2", "describe_volumes_modifications", {}),
        ("ec2", "describe_snapshots", {}),
        ("ec2", "describe_instance_attribute", {"InstanceId": hosts[0], "Attribute": "instanceType"}),
        ("ec2", "describe_instance_attribute", {"InstanceId": hosts[0], "Attribute": "disableApiTermination"}),
        ("ec2", "describe_instance_attribute", {"InstanceId": hosts[0], "Attribute": "userData"}),
        ("ec2", "describe_instance_attribute", {"InstanceId": hosts[0], "Attribute": "groupSet"}),
        ("ec2", "describe_instance_attribute", {"InstanceId": hosts[0], "Attribute": "blockDeviceMapping"}),
        ("ec2", "describe_instance_credit_specifications", {}),
        ("ec2", "describe_iam_instance_profile_associations", {}),
        ("ec2", "get_launch_template_data", {"InstanceId": hosts[0]}),
        ("ec2", "describe_vpc_attribute", {"VpcId": names["vpc"], "Attribute": "enableDnsSupport"}),
        ("ec2", "describe_vpc_attribute", {"VpcId": names["vpc"], "Attribute": "enableDnsHostnames"}),
        ("ec2", "describe_network_acls", {}),
        ("ec2", "describe_dhcp_options", {}),
        ("ec2", "describe_addresses", {}),
        ("ec2", "describe_account_attributes", {}),
        ("ec2", "describe_vpc_peering_connections", {}),
        ("ec2", "describe_egress_only_internet_gateways", {}),
        ("ec2", "describe_flow_logs", {}),
        ("ec2", "describe_placement_groups", {}),
        ("ec2", "describe_reserved_instances", {}),
        ("ec2", "describe_capacity_reservations", {}),
        ("ec2", "describe_vpn_gateways", {}),
        ("ec2", "describe_vpn_connections", {}),
        ("ec2", "describe_transit_gateways", {}),
        ("ec2", "get_ebs_encryption_by_default", {}),
        ("ec2", "get_ebs_default_kms_key_id", {}),
        ("ec2", "describe_tags", {}),
        ("secretsmanager", "list_secrets", {}),
        ("secretsmanager", "describe_secret", {"SecretId": secret}),
        ("secretsmanager", "list_secret_version_ids", {"SecretId": secret}),
        ("secretsmanager", "get_secret_value", {"SecretId": secret}),
        ("secretsmanager", "get_random_password", {"PasswordLength": 32}),
        ("secretsmanager", "batch_get_secret_value", {"SecretIdList": [secret, "no/such"]}),
        ("secretsmanager", "get_resource_policy", {"SecretId": secret}),
        ("ssm", "get_parameter", {"Name": names["parameter"]}),
        ("ssm", "get_parameters", {"Names": [names["parameter"], "/no/such"]}),
        ("ssm", "get_parameters_by_path", {"Path": names["parameterPath"], "Recursive": True}),
        ("ssm", "describe_parameters", {}),
        ("ssm", "describe_instance_information", {}),
        ("logs", "describe_log_groups", {}),
        ("logs", "describe_log_streams", {"logGroupName": names["logGroup"]}),
        ("logs", "get_log_events", {"logGroupName": names["logGroup"], "logStreamName": names["logStream"]}),
        ("logs", "filter_log_events", {"logGroupName": names["logGroup"], "limit": 3}),
        ("logs", "list_tags_for_resource", {"resourceArn": names["logGroupArn"]}),
        ("logs", "list_tags_log_group", {"logGroupName": names["logGroup"]}),
        ("logs", "list_log_groups", {}),
        ("logs", "describe_queries", {}),
        ("logs", "describe_query_definitions", {}),
        ("logs", "describe_metric_filters", {}),
        ("logs", "describe_subscription_filters", {"logGroupName": names["logGroup"]}),
        ("logs", "describe_export_tasks", {}),
        ("logs", "describe_resource_policies", {}),
        ("logs", "describe_destinations", {}),
        ("ecr", "describe_repositories", {}),
        ("ecr", "list_images", {"repositoryName": names["repository"]}),
        ("ecr", "describe_images", {"repositoryName": names["repository"]}),
        ("ecr", "batch_get_image", {"repositoryName": names["repository"], "imageIds": [{"imageTag": "1.0.0"}]}),
        ("ecr", "get_authorization_token", {}),
        ("ecr", "list_tags_for_resource", {"resourceArn": names["repositoryArn"]}),
        ("ecr", "describe_image_scan_findings", {"repositoryName": names["repository"], "imageId": {"imageTag": "1.0.0"}}),
        ("ecr", "describe_registry", {}),
        ("ecr", "get_registry_scanning_configuration", {}),
        ("ecr", "describe_pull_through_cache_rules", {}),
        ("route53", "list_hosted_zones", {}),
        ("route53", "list_hosted_zones_by_name", {}),
        ("route53", "get_hosted_zone", {"Id": zone}),
        ("route53", "list_resource_record_sets", {"HostedZoneId": zone}),
        ("route53", "get_hosted_zone_count", {}),
        ("route53", "list_health_checks", {}),
        ("route53", "get_health_check_count", {}),
        ("route53", "list_tags_for_resource", {"ResourceType": "hostedzone", "ResourceId": zone.split("/")[-1]}),
        ("route53", "list_tags_for_resources", {"ResourceType": "hostedzone", "ResourceIds": [zone.split("/")[-1]]}),
        ("route53", "test_dns_answer", {"HostedZoneId": zone, "RecordName": "build.example", "RecordType": "NS"}),
        ("iam", "list_roles", {}),
        ("iam", "get_role", {"RoleName": role}),
        ("iam", "list_role_policies", {"RoleName": role}),
        ("iam", "get_role_policy", {"RoleName": role, "PolicyName": names["rolePolicy"]}),
        ("iam", "list_attached_role_policies", {"RoleName": role}),
        ("iam", "list_role_tags", {"RoleName": role}),
        ("iam", "list_instance_profiles", {}),
        ("iam", "get_instance_profile", {"InstanceProfileName": profile}),
        ("iam", "list_instance_profiles_for_role", {"RoleName": role}),
        ("iam", "list_instance_profile_tags", {"InstanceProfileName": profile}),
        ("iam", "list_policies", {}),
        ("iam", "get_policy", {"PolicyArn": managed}),
        ("iam", "get_policy_version", {"PolicyArn": managed, "VersionId": "v2"}),
        ("iam", "list_policy_versions", {"PolicyArn": managed}),
        ("iam", "list_policy_tags", {"PolicyArn": managed}),
        ("iam", "list_entities_for_policy", {"PolicyArn": managed}),
        ("iam", "simulate_principal_policy", {"PolicySourceArn": role_arn, "ActionNames": ["ecs:Poll"]}),
        ("iam", "simulate_custom_policy", {"PolicyInputList": [everything], "ActionNames": ["ecs:Poll"]}),
        ("iam", "get_account_summary", {}),
        ("iam", "list_account_aliases", {}),
        ("iam", "list_users", {}),
        ("iam", "get_user", {}),
        ("iam", "list_access_keys", {}),
        ("iam", "list_attached_user_policies", {"UserName": "sandbox"}),
        ("iam", "list_user_policies", {"UserName": "sandbox"}),
        ("iam", "list_groups_for_user", {"UserName": "sandbox"}),
        ("iam", "list_mfa_devices", {}),
        ("iam", "list_groups", {}),
        ("iam", "list_server_certificates", {}),
    ]


def shape_of(shape, value, path, found):
    """Puts into `found` every member that a parsed answer has, with its type."""
    kind = shape.type_name
    if kind == "structure":
        for name, member in shape.members.items():
            if name in value:
                shape_of(member, value[name], f"{path}.{name}" if path else name, found)
    elif kind == "list":
        found.setdefault(path, kind)
        for item in value:
            shape_of(shape.member, item, f"{path}[]", found)
    elif kind == "map":
        found.setdefault(path, kind)
        for item in value.values():
            shape_of(shape.value, item, f"{path}{{}}", found)
    else:
        found[path] = kind


def smallest_page(service, operation_name, paginator):
    """The smallest page that the operation takes: its model says, but for EC2, where it is five items."""
    model = client(service).meta.service_model.operation_model(operation_name)
    limit = paginator._pagination_cfg.get("limit_key")
    if limit is None:
        return None
    least = 5 if service == "ec2" else 1
    return max(least, model.input_shape.members[limit].metadata.get("min", least))


def paged(service, operation, arguments, size):
    paginator = client(service).get_paginator(operation)
    pages = list(paginator.paginate(PaginationConfig={} if size is None else {"PageSize": size}, **arguments))
    keys = [key.expression for key in paginator.result_keys]
    items = [(key, item) for page in pages for key in keys for item in page.get(key, [])]
    return {"pages": len(pages), "items": [json.dumps(item, default=str, sort_keys=True) for item in items]}


def main():
    names = json.load(sys.stdin)
    only_shapes = "--shapes" in sys.argv
    results = {}
    for service, operation, arguments in reads(names):
        api_name = client(service).meta.method_to_api_mapping[operation]
        key = f"{service}:{api_name}"
        result = results.setdefault(key, {"shape": {}})
        try:
            answer = getattr(client(service), operation)(**arguments)
        except Exception as problem:  # moto lacks operations: that is for the comparison to say
            if not only_shapes:
                raise RuntimeError(f"{key} {arguments}: {problem}") from problem
            result["error"] = str(problem)
            continue
        model = client(service).meta.service_model.operation_model(api_name)
        shape_of(model.output_shape, answer, "", result["shape"])
        if only_shapes or not client(service).can_paginate(operation):
            continue
        limited = {name: value for name, value in arguments.items() if name != "limit"}
        if service == "ec2" and operation in ("describe_images", "describe_instance_types") or "InstanceIds" in arguments:
            # Ids and pages exclude each other (EC2 API reference, MaxResults).
            limited = {"Owners": ["amazon"]} if operation == "describe_images" else {}
        size = smallest_page(service, api_name, client(service).get_paginator(operation))
        whole, small = paged(service, operation, limited, None), paged(service, operation, limited, size)
        result["paging"] = {
            "items": len(whole["items"]),
            "pages": small["pages"],
            "size": size,
            "same": whole["items"] == small["items"],
        }
    print(json.dumps(results))


if __name__ == "__main__":
    main()
