"""Makes, changes, waits for and takes away one of everything in a region with a farm, by every write that the sandbox has.

Takes the farm's names on standard input (see farm_names.py); prints JSON: `waiters`, by name the states that each asked
for until it was content; `errors`, the code of each thing that must be refused; `seen`, what else is worth checking.
"""
import json
import sys
import time

import boto3
import botocore.exceptions

import answers

session = boto3.Session()
answers.watch(session.events)
autoscaling, cloudformation, ec2, ecr, ecs, elb, iam, logs, route53, secretsmanager, ssm, sts = (
    session.client(name)
    for name in (
        "autoscaling", "cloudformation", "ec2", "ecr", "ecs", "elb", "iam", "logs", "route53", "secretsmanager", "ssm",
        "sts",
    )
)
names = json.load(sys.stdin)
TAG = {"Key": "purpose", "Value": "contract"}
TRUST = json.dumps({
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}],
})
POLICY = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "ecs:*", "Resource": "*"}]})
waiters, errors, seen = {}, {}, {}


def wait(client, name, attempts=240, **arguments):
    """Waits as boto3 does, but looks every half second, because the sandbox's time is faster."""
    polls = []
    event = f"after-call.{client.meta.service_model.service_id.hyphenize()}"
    handler = lambda **_: polls.append(1)  # noqa: E731
    client.meta.events.register(event, handler)
    try:
        client.get_waiter(name).wait(WaiterConfig={"Delay": 0.5, "MaxAttempts": attempts}, **arguments)
    finally:
        client.meta.events.unregister(event, handler)
    waiters[f"{client.meta.service_model.service_name}:{name}"] = len(polls)


def until(what, holds):
    """For what AWS has no waiter for."""
    for _ in range(240):
        if holds():
            return
        time.sleep(0.25)
    raise TimeoutError(what)


def refused(what, call, **arguments):
    try:
        call(**arguments)
        errors[what] = None
    except botocore.exceptions.ClientError as error:
        errors[what] = error.response["Error"]["Code"]


def identity_and_access():
    iam.create_role(RoleName="contract", AssumeRolePolicyDocument=TRUST, Description="contract", Tags=[TAG])
    wait(iam, "role_exists", RoleName="contract")
    refused("iam role twice", iam.create_role, RoleName="contract", AssumeRolePolicyDocument=TRUST)
    iam.put_role_policy(RoleName="contract", PolicyName="inline", PolicyDocument=POLICY)
    iam.get_role_policy(RoleName="contract", PolicyName="inline")
    managed = "arn:aws:iam::aws:policy/service-role/AmazonEC2ContainerServiceforEC2Role"
    iam.attach_role_policy(RoleName="contract", PolicyArn=managed)
    iam.update_assume_role_policy(RoleName="contract", PolicyDocument=TRUST)
    iam.tag_role(RoleName="contract", Tags=[{"Key": "second", "Value": "x"}])
    iam.untag_role(RoleName="contract", TagKeys=["second"])
    seen["roleTags"] = iam.list_role_tags(RoleName="contract")["Tags"]
    iam.update_role(RoleName="contract", Description="changed", MaxSessionDuration=7200)
    policy = iam.create_policy(PolicyName="contract", PolicyDocument=POLICY, Tags=[TAG])["Policy"]["Arn"]
    refused("iam policy twice", iam.create_policy, PolicyName="contract", PolicyDocument=POLICY)
    iam.create_policy_version(PolicyArn=policy, PolicyDocument=POLICY)
    iam.set_default_policy_version(PolicyArn=policy, VersionId="v2")
    iam.delete_policy_version(PolicyArn=policy, VersionId="v1")
    iam.tag_policy(PolicyArn=policy, Tags=[{"Key": "second", "Value": "x"}])
    iam.untag_policy(PolicyArn=policy, TagKeys=["second"])
    refused("iam policy of AWS", iam.delete_policy, PolicyArn=managed)
    iam.attach_role_policy(RoleName="contract", PolicyArn=policy)
    refused("iam policy in use", iam.delete_policy, PolicyArn=policy)
    iam.detach_role_policy(RoleName="contract", PolicyArn=policy)
    wait(iam, "policy_exists", PolicyArn=policy)
    iam.delete_policy(PolicyArn=policy)
    iam.create_service_linked_role(AWSServiceName="ecs.amazonaws.com")
    refused("iam linked role twice", iam.create_service_linked_role, AWSServiceName="ecs.amazonaws.com")
    task = iam.delete_service_linked_role(RoleName="AWSServiceRoleForECS")["DeletionTaskId"]
    iam.get_service_linked_role_deletion_status(DeletionTaskId=task)
    iam.create_instance_profile(InstanceProfileName="contract", Tags=[TAG])
    iam.tag_instance_profile(InstanceProfileName="contract", Tags=[{"Key": "second", "Value": "x"}])
    iam.untag_instance_profile(InstanceProfileName="contract", TagKeys=["second"])
    wait(iam, "instance_profile_exists", InstanceProfileName="contract")
    iam.add_role_to_instance_profile(InstanceProfileName="contract", RoleName="contract")
    refused("iam role in use", iam.delete_role, RoleName="contract")
    refused("iam no such role", iam.get_role, RoleName="none")


def no_more_identity():
    iam.remove_role_from_instance_profile(InstanceProfileName="contract", RoleName="contract")
    iam.delete_instance_profile(InstanceProfileName="contract")
    managed = iam.list_attached_role_policies(RoleName="contract")["AttachedPolicies"][0]["PolicyArn"]
    iam.detach_role_policy(RoleName="contract", PolicyArn=managed)
    iam.delete_role_policy(RoleName="contract", PolicyName="inline")
    iam.delete_role(RoleName="contract")


def sessions():
    account = sts.get_caller_identity()["Account"]
    trust = TRUST.replace('"Service": "ec2.amazonaws.com"', f'"AWS": "arn:aws:iam::{account}:root"')
    arn = iam.create_role(RoleName="contract-session", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    iam.put_role_policy(RoleName="contract-session", PolicyName="inline", PolicyDocument=POLICY)
    keys = sts.assume_role(RoleArn=arn, RoleSessionName="contract")["Credentials"]
    as_role = boto3.Session(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])
    seen["session"] = as_role.client("sts").get_caller_identity()["Arn"].split(":")[-1]
    as_role.client("ecs").list_clusters()
    refused("session without the right", as_role.client("ssm").describe_parameters)
    refused("ec2 without the right", as_role.client("ec2").terminate_instances, InstanceIds=[names["hosts"][0]])
    refused("sts no such role", sts.assume_role, RoleArn=arn + "-none", RoleSessionName="contract")
    sts.get_session_token()
    refused("sts bad message", sts.decode_authorization_message, EncodedMessage="nonsense")
    try:
        as_role.client("ec2").terminate_instances(InstanceIds=[names["hosts"][0]])
    except botocore.exceptions.ClientError as error:
        message = error.response["Error"]["Message"].split("failure message: ")[1]
        seen["decoded"] = json.loads(sts.decode_authorization_message(EncodedMessage=message)["DecodedMessage"])["allowed"]
    iam.delete_role_policy(RoleName="contract-session", PolicyName="inline")
    iam.delete_role(RoleName="contract-session")


def quiet_services():
    logs.create_log_group(logGroupName="/contract", tags={"a": "b"})
    refused("logs group twice", logs.create_log_group, logGroupName="/contract")
    logs.put_retention_policy(logGroupName="/contract", retentionInDays=7)
    logs.delete_retention_policy(logGroupName="/contract")
    arn = logs.describe_log_groups(logGroupNamePrefix="/contract")["logGroups"][0]["logGroupArn"]
    logs.tag_resource(resourceArn=arn, tags={"c": "d"})
    logs.tag_resource(resourceArn=arn, tags={"e": "f"})
    logs.untag_resource(resourceArn=arn, tagKeys=["e"])
    logs.tag_log_group(logGroupName="/contract", tags={"g": "h"})
    logs.untag_log_group(logGroupName="/contract", tags=["g"])
    seen["logTags"] = logs.list_tags_for_resource(resourceArn=arn)["tags"]
    stream = {"logGroupName": "/contract", "logStreamName": "contract"}
    logs.create_log_stream(**stream)
    refused("logs stream twice", logs.create_log_stream, **stream)
    now = logs.describe_log_groups(logGroupNamePrefix="/contract")["logGroups"][0]["creationTime"]
    logs.put_log_events(**stream, logEvents=[{"timestamp": now, "message": line} for line in ("first x", "second")])
    span = {"startTime": now // 1000 - 60, "endTime": now // 1000 + 60}
    text = "fields @timestamp, @message | filter @message like /x/ | sort @timestamp desc | limit 5"
    query = logs.start_query(logGroupName="/contract", queryString=text, **span)["queryId"]
    until("the query is answered", lambda: logs.get_query_results(queryId=query)["status"] == "Complete")
    seen["queried"] = [one["value"] for one in logs.get_query_results(queryId=query)["results"][0]][1]
    refused("query that is over", logs.stop_query, queryId=query)
    refused("bad query", logs.start_query, logGroupName="/contract", queryString="nonsense", **span)
    logs.delete_log_stream(**stream)
    logs.delete_log_group(logGroupName="/contract")
    refused("logs no such group", logs.describe_log_streams, logGroupName="/contract")

    secret = secretsmanager.create_secret(Name="contract", Description="contract", SecretString="first", Tags=[TAG])
    refused("secret twice", secretsmanager.create_secret, Name="contract", SecretString="x")
    secretsmanager.put_secret_value(SecretId="contract", SecretString="second")
    seen["secretVersions"] = [
        secretsmanager.get_secret_value(SecretId="contract", VersionStage=stage)["SecretString"]
        for stage in ("AWSCURRENT", "AWSPREVIOUS")
    ]
    third = secretsmanager.update_secret(SecretId="contract", SecretString="third", Description="changed")["VersionId"]
    second = secretsmanager.get_secret_value(SecretId="contract", VersionStage="AWSPREVIOUS")["VersionId"]
    stage = {"SecretId": "contract", "VersionStage": "AWSCURRENT", "MoveToVersionId": second}
    refused("stage held elsewhere", secretsmanager.update_secret_version_stage, **stage)
    secretsmanager.update_secret_version_stage(**stage, RemoveFromVersionId=third)
    refused("no rotation", secretsmanager.rotate_secret, SecretId="contract")
    secretsmanager.tag_resource(SecretId="contract", Tags=[{"Key": "second", "Value": "x"}])
    secretsmanager.untag_resource(SecretId="contract", TagKeys=["second"])
    versions = secretsmanager.list_secret_version_ids(SecretId="contract")["Versions"]
    seen["secretStages"] = sorted(stage for one in versions for stage in one["VersionStages"])
    secretsmanager.delete_secret(SecretId="contract", RecoveryWindowInDays=7)
    refused("secret to be deleted", secretsmanager.get_secret_value, SecretId="contract")
    secretsmanager.restore_secret(SecretId=secret["ARN"])
    secretsmanager.delete_secret(SecretId="contract", ForceDeleteWithoutRecovery=True)
    refused("secret gone", secretsmanager.describe_secret, SecretId="contract")

    ssm.put_parameter(Name="/contract/a", Value="1", Type="String", Description="contract", Tags=[TAG])
    refused("parameter twice", ssm.put_parameter, Name="/contract/a", Value="2", Type="String")
    seen["parameterVersion"] = ssm.put_parameter(Name="/contract/a", Value="2", Type="String", Overwrite=True)["Version"]
    ssm.put_parameter(Name="/contract/b", Value="x,y", Type="StringList")
    seen["parameters"] = [one["Value"] for one in ssm.get_parameters_by_path(Path="/contract")["Parameters"]]
    ssm.label_parameter_version(Name="/contract/a", ParameterVersion=1, Labels=["old"])
    seen["parameterByLabel"] = ssm.get_parameter(Name="/contract/a:old")["Parameter"]["Value"]
    ssm.unlabel_parameter_version(Name="/contract/a", ParameterVersion=1, Labels=["old"])
    seen["parameterHistory"] = [one["Value"] for one in ssm.get_parameter_history(Name="/contract/a")["Parameters"]]
    tagged = {"ResourceType": "Parameter", "ResourceId": "/contract/a"}
    ssm.add_tags_to_resource(**tagged, Tags=[{"Key": "second", "Value": "x"}])
    ssm.remove_tags_from_resource(**tagged, TagKeys=["second"])
    seen["parameterTags"] = ssm.list_tags_for_resource(**tagged)["TagList"]
    ssm.delete_parameter(Name="/contract/a")
    seen["deletedParameters"] = ssm.delete_parameters(Names=["/contract/b", "/contract/c"])["InvalidParameters"]
    refused("parameter gone", ssm.get_parameter, Name="/contract/a")
    refused("bad paging token", ssm.get_parameters_by_path, Path="/", NextToken="nonsense")

    ecr.create_repository(repositoryName="contract", imageTagMutability="IMMUTABLE", tags=[TAG])
    refused("repository twice", ecr.create_repository, repositoryName="contract")
    media = "application/vnd.oci.image.manifest.v1+json"
    layer = {"mediaType": "application/vnd.oci.image.layer.v1.tar+gzip", "size": 28, "digest": "sha256:" + "a" * 64}
    config = {"mediaType": "application/vnd.oci.image.config.v1+json", "size": 9, "digest": "sha256:" + "b" * 64}
    manifest = {"schemaVersion": 2, "mediaType": media, "config": config, "layers": [layer]}
    ecr.put_image(
        repositoryName="contract", imageTag="1", imageManifestMediaType=media, imageManifest=json.dumps(manifest)
    )
    refused(
        "image twice", ecr.put_image, repositoryName="contract", imageTag="1", imageManifestMediaType=media,
        imageManifest=json.dumps(manifest),
    )
    refused("repository with images", ecr.delete_repository, repositoryName="contract")
    repository_settings()
    deleted = ecr.batch_delete_image(repositoryName="contract", imageIds=[{"imageTag": "1"}, {"imageTag": "9"}])
    seen["deletedImages"] = [len(deleted["imageIds"]), deleted["failures"][0]["failureCode"]]
    refused("no such image", ecr.describe_images, repositoryName="contract", imageIds=[{"imageTag": "2"}])
    ecr.delete_repository(repositoryName="contract", force=True)
    refused("no such repository", ecr.list_images, repositoryName="none")

    def change(action, value):
        record = {"Name": "www.build.example.", "Type": "A", "TTL": 60, "ResourceRecords": [{"Value": value}]}
        return {
            "HostedZoneId": names["zone"],
            "ChangeBatch": {"Changes": [{"Action": action, "ResourceRecordSet": record}]},
        }

    made = route53.change_resource_record_sets(**change("UPSERT", "192.0.2.1"))["ChangeInfo"]
    seen["changeStatus"] = made["Status"]
    wait(route53, "resource_record_sets_changed", Id=made["Id"])
    refused("record twice", route53.change_resource_record_sets, **change("CREATE", "192.0.2.2"))
    refused("no such record", route53.change_resource_record_sets, **change("DELETE", "192.0.2.9"))
    route53.change_resource_record_sets(**change("DELETE", "192.0.2.1"))
    refused("no such zone", route53.get_hosted_zone, Id="ZNONE")
    zone = route53.create_hosted_zone(Name="contract.example", CallerReference="contract")["HostedZone"]["Id"]
    refused("zone twice", route53.create_hosted_zone, Name="contract.example", CallerReference="contract")
    route53.update_hosted_zone_comment(Id=zone, Comment="contract")
    tagged = {"ResourceType": "hostedzone", "ResourceId": zone.split("/")[-1]}
    route53.change_tags_for_resource(**tagged, AddTags=[TAG])
    seen["zoneTags"] = route53.list_tags_for_resource(**tagged)["ResourceTagSet"]["Tags"]
    route53.delete_hosted_zone(Id=zone)


def repository_settings():
    name, arn = "contract", ecr.describe_repositories(repositoryNames=["contract"])["repositories"][0]["repositoryArn"]
    ecr.tag_resource(resourceArn=arn, tags=[{"Key": "second", "Value": "x"}])
    ecr.untag_resource(resourceArn=arn, tagKeys=["second"])
    rule = {
        "rulePriority": 1, "selection": {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 9},
        "action": {"type": "expire"},
    }
    refused("no lifecycle policy", ecr.get_lifecycle_policy, repositoryName=name)
    ecr.put_lifecycle_policy(repositoryName=name, lifecyclePolicyText=json.dumps({"rules": [rule]}))
    ecr.get_lifecycle_policy(repositoryName=name)
    ecr.delete_lifecycle_policy(repositoryName=name)
    refused("no repository policy", ecr.get_repository_policy, repositoryName=name)
    ecr.set_repository_policy(repositoryName=name, policyText=POLICY)
    ecr.get_repository_policy(repositoryName=name)
    ecr.delete_repository_policy(repositoryName=name)
    refused("no registry policy", ecr.get_registry_policy)
    ecr.put_image_tag_mutability(repositoryName=name, imageTagMutability="IMMUTABLE")
    ecr.put_image_scanning_configuration(repositoryName=name, imageScanningConfiguration={"scanOnPush": False})
    refused("no scan", ecr.describe_image_scan_findings, repositoryName=name, imageId={"imageTag": "1"})
    ecr.start_image_scan(repositoryName=name, imageId={"imageTag": "1"})
    wait(ecr, "image_scan_complete", repositoryName=name, imageId={"imageTag": "1"})


def instances(vpc, subnet):
    key = ec2.create_key_pair(
        KeyName="contract", KeyType="rsa", TagSpecifications=[{"ResourceType": "key-pair", "Tags": [TAG]}]
    )
    seen["privateKey"] = key["KeyMaterial"].splitlines()[0]
    wait(ec2, "key_pair_exists", KeyNames=["contract"])
    refused("key pair twice", ec2.create_key_pair, KeyName="contract")
    group = ec2.create_security_group(GroupName="contract", Description="contract", VpcId=vpc)["GroupId"]
    wait(ec2, "security_group_exists", GroupIds=[group])
    rule = [{
        "IpProtocol": "tcp", "FromPort": 22, "ToPort": 22,
        "IpRanges": [{"CidrIp": "192.0.2.0/24", "Description": "somebody"}],
    }]
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=rule)
    refused("rule twice", ec2.authorize_security_group_ingress, GroupId=group, IpPermissions=rule)
    ec2.authorize_security_group_egress(GroupId=group, IpPermissions=rule)
    ec2.revoke_security_group_egress(GroupId=group, IpPermissions=rule)
    security_group_rules(group, rule)
    ec2.revoke_security_group_ingress(GroupId=group, IpPermissions=rule)
    wait(ec2, "vpc_exists", VpcIds=[vpc])
    wait(ec2, "vpc_available", VpcIds=[vpc])
    wait(ec2, "subnet_available", SubnetIds=[subnet])
    wait(ec2, "image_exists", ImageIds=[names["image"]])
    wait(ec2, "image_available", ImageIds=[names["image"]])
    gateways = ec2.describe_internet_gateways(Filters=[{"Name": "attachment.vpc-id", "Values": [vpc]}])
    wait(
        ec2, "internet_gateway_exists", InternetGatewayIds=[gateways["InternetGateways"][0]["InternetGatewayId"]]
    )
    launched = ec2.run_instances(
        ImageId=names["image"], InstanceType="t3.small", MinCount=1, MaxCount=1, KeyName="contract", SubnetId=subnet,
        SecurityGroupIds=[group], TagSpecifications=[{"ResourceType": kind, "Tags": [TAG]} for kind in ("instance", "volume")],
        BlockDeviceMappings=[{
            "DeviceName": "/dev/xvdb", "Ebs": {"VolumeSize": 20, "VolumeType": "gp3", "DeleteOnTermination": False},
        }],
    )
    ids = [launched["Instances"][0]["InstanceId"]]
    seen["launched"] = launched["Instances"][0]["State"]["Name"]
    for name in ("instance_exists", "instance_running", "instance_status_ok", "system_status_ok"):
        wait(ec2, name, InstanceIds=ids)
    kept = disks(ids[0])
    attributes(ids[0], group)
    ec2.create_tags(Resources=ids, Tags=[{"Key": "second", "Value": "x"}])
    ec2.delete_tags(Resources=ids, Tags=[{"Key": "second"}])
    ec2.reboot_instances(InstanceIds=ids)
    ec2.stop_instances(InstanceIds=ids)
    wait(ec2, "instance_stopped", InstanceIds=ids)
    ec2.modify_instance_attribute(InstanceId=ids[0], InstanceType={"Value": "t3.medium"})
    ec2.describe_instance_status(InstanceIds=ids, IncludeAllInstances=True)
    ec2.start_instances(InstanceIds=ids)
    wait(ec2, "instance_running", InstanceIds=ids)
    ec2.get_console_output(InstanceId=ids[0])
    refused("group in use", ec2.delete_security_group, GroupId=group)
    seen["terminating"] = ec2.terminate_instances(InstanceIds=ids)["TerminatingInstances"][0]["CurrentState"]["Name"]
    wait(ec2, "instance_terminated", InstanceIds=ids)
    wait(ec2, "volume_available", VolumeIds=[kept])
    ec2.delete_volume(VolumeId=kept)
    wait(ec2, "volume_deleted", VolumeIds=[kept])
    refused("start what is gone", ec2.start_instances, InstanceIds=ids)
    refused("no such instance", ec2.describe_instances, InstanceIds=["i-0123456789abcdef0"])
    refused("malformed instance", ec2.terminate_instances, InstanceIds=["nonsense"])
    refused("bad filter", ec2.describe_instances, Filters=[{"Name": "nonsense", "Values": ["x"]}])
    refused("bad token", ec2.describe_instances, NextToken="nonsense")
    refused("no such type", ec2.run_instances, ImageId=names["image"], InstanceType="t99.huge", MinCount=1, MaxCount=1)
    ec2.delete_key_pair(KeyName="contract")
    return group


def security_group_rules(group, rule):
    rules = ec2.describe_security_group_rules(Filters=[{"Name": "group-id", "Values": [group]}])["SecurityGroupRules"]
    ingress = next(one["SecurityGroupRuleId"] for one in rules if not one["IsEgress"])
    narrow = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "CidrIpv4": "192.0.2.7/32", "Description": "narrow"}
    wide = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "CidrIpv4": "192.0.2.0/24"}
    for change in (narrow, wide):
        ec2.modify_security_group_rules(
            GroupId=group, SecurityGroupRules=[{"SecurityGroupRuleId": ingress, "SecurityGroupRule": change}]
        )
    ec2.update_security_group_rule_descriptions_ingress(GroupId=group, IpPermissions=rule)
    ec2.update_security_group_rule_descriptions_egress(
        GroupId=group,
        SecurityGroupRuleDescriptions=[{
            "SecurityGroupRuleId": next(one["SecurityGroupRuleId"] for one in rules if one["IsEgress"]),
            "Description": "out",
        }],
    )
    described = ec2.describe_security_group_rules(SecurityGroupRuleIds=[ingress])["SecurityGroupRules"][0]
    seen["rule"] = [described["CidrIpv4"], described["Description"]]
    refused("no such rule", ec2.describe_security_group_rules, SecurityGroupRuleIds=["sgr-0123456789abcdef0"])


def disks(instance):
    """The volume of the instance that is to outlive it."""
    mine = [{"Name": "attachment.instance-id", "Values": [instance]}]
    attached = ec2.describe_volumes(Filters=mine)["Volumes"]
    wait(ec2, "volume_in_use", VolumeIds=[one["VolumeId"] for one in attached])
    wait(ec2, "snapshot_completed", SnapshotIds=[one["SnapshotId"] for one in attached if one["SnapshotId"]])
    seen["disks"] = [[one["Attachments"][0]["Device"], one["Size"], one["VolumeType"]] for one in attached]
    (kept,) = (one["VolumeId"] for one in attached if not one["Attachments"][0]["DeleteOnTermination"])
    refused("volume in use", ec2.delete_volume, VolumeId=kept)
    refused("no such volume", ec2.describe_volumes, VolumeIds=["vol-0123456789abcdef0"])
    return kept


def attributes(instance, group):
    ec2.modify_instance_attribute(InstanceId=instance, DisableApiTermination={"Value": True})
    refused("protected instance", ec2.terminate_instances, InstanceIds=[instance])
    ec2.modify_instance_attribute(InstanceId=instance, DisableApiTermination={"Value": False})
    ec2.modify_instance_attribute(InstanceId=instance, Groups=[group])
    refused("type of what runs", ec2.modify_instance_attribute, InstanceId=instance, InstanceType={"Value": "t3.large"})
    ec2.modify_instance_metadata_options(InstanceId=instance, HttpPutResponseHopLimit=1, HttpTokens="required")
    ec2.monitor_instances(InstanceIds=[instance])
    ec2.unmonitor_instances(InstanceIds=[instance])
    ec2.modify_instance_credit_specification(
        InstanceCreditSpecifications=[{"InstanceId": instance, "CpuCredits": "standard"}]
    )
    profile = {"Name": "contract"}
    made = ec2.associate_iam_instance_profile(InstanceId=instance, IamInstanceProfile=profile)
    refused("profile twice", ec2.associate_iam_instance_profile, InstanceId=instance, IamInstanceProfile=profile)
    other = ec2.replace_iam_instance_profile_association(
        AssociationId=made["IamInstanceProfileAssociation"]["AssociationId"], IamInstanceProfile=profile
    )
    ec2.disassociate_iam_instance_profile(AssociationId=other["IamInstanceProfileAssociation"]["AssociationId"])
    refused("only asked", ec2.describe_instances, DryRun=True)


def balancers(vpc, subnets, group):
    name = "contract"
    elb.create_load_balancer(
        LoadBalancerName=name, Subnets=subnets[:1], SecurityGroups=[group], Tags=[TAG],
        Listeners=[{"Protocol": "HTTP", "LoadBalancerPort": 80, "InstanceProtocol": "HTTP", "InstancePort": 8080}],
    )
    elb.configure_health_check(
        LoadBalancerName=name,
        HealthCheck={
            "Target": "HTTP:8080/health/", "Interval": 10, "Timeout": 5, "UnhealthyThreshold": 2, "HealthyThreshold": 2,
        },
    )
    elb.modify_load_balancer_attributes(
        LoadBalancerName=name,
        LoadBalancerAttributes={
            "CrossZoneLoadBalancing": {"Enabled": True}, "ConnectionDraining": {"Enabled": True, "Timeout": 30},
            "ConnectionSettings": {"IdleTimeout": 90},
        },
    )
    elb.attach_load_balancer_to_subnets(LoadBalancerName=name, Subnets=subnets[1:])
    refused(
        "zones of subnets", elb.enable_availability_zones_for_load_balancer, LoadBalancerName=name,
        AvailabilityZones=["eu-west-1a"],
    )
    refused(
        "zones of subnets away", elb.disable_availability_zones_for_load_balancer, LoadBalancerName=name,
        AvailabilityZones=["eu-west-1a"],
    )
    refused(
        "no certificate", elb.set_load_balancer_listener_ssl_certificate, LoadBalancerName=name, LoadBalancerPort=80,
        SSLCertificateId="arn:aws:acm:eu-west-1:123456789012:certificate/1",
    )
    elb.apply_security_groups_to_load_balancer(LoadBalancerName=name, SecurityGroups=[group])
    elb.create_load_balancer_listeners(
        LoadBalancerName=name,
        Listeners=[{"Protocol": "HTTP", "LoadBalancerPort": 81, "InstanceProtocol": "HTTP", "InstancePort": 8080}],
    )
    elb.create_lb_cookie_stickiness_policy(LoadBalancerName=name, PolicyName="sticky", CookieExpirationPeriod=60)
    elb.set_load_balancer_policies_of_listener(LoadBalancerName=name, LoadBalancerPort=81, PolicyNames=["sticky"])
    elb.create_load_balancer_policy(
        LoadBalancerName=name, PolicyName="tls", PolicyTypeName="SSLNegotiationPolicyType",
        PolicyAttributes=[
            {"AttributeName": "Reference-Security-Policy", "AttributeValue": "ELBSecurityPolicy-TLS-1-2-2017-01"}
        ],
    )
    elb.describe_load_balancer_policies(LoadBalancerName=name)
    elb.delete_load_balancer_policy(LoadBalancerName=name, PolicyName="tls")
    elb.delete_load_balancer_listeners(LoadBalancerName=name, LoadBalancerPorts=[81])
    elb.detach_load_balancer_from_subnets(LoadBalancerName=name, Subnets=subnets[:1])
    elb.attach_load_balancer_to_subnets(LoadBalancerName=name, Subnets=subnets[:1])
    elb.add_tags(LoadBalancerNames=[name], Tags=[{"Key": "second", "Value": "x"}])
    elb.remove_tags(LoadBalancerNames=[name], Tags=[{"Key": "second"}])
    masters = [one["InstanceId"] for one in elb.describe_instance_health(LoadBalancerName=names["balancer"])["InstanceStates"]]
    attached = [{"InstanceId": one} for one in masters]
    elb.register_instances_with_load_balancer(LoadBalancerName=name, Instances=attached)
    seen["registering"] = elb.describe_instance_health(LoadBalancerName=name)["InstanceStates"][0]["Description"]
    wait(elb, "any_instance_in_service", LoadBalancerName=name)
    wait(elb, "instance_in_service", LoadBalancerName=name, Instances=attached)
    elb.deregister_instances_from_load_balancer(LoadBalancerName=name, Instances=attached[:1])
    wait(elb, "instance_deregistered", LoadBalancerName=name, Instances=attached[:1])
    refused("no such instance at elb", elb.describe_instance_health, LoadBalancerName=name, Instances=[{"InstanceId": "i-0"}])
    elb.delete_load_balancer(LoadBalancerName=name)
    elb.delete_load_balancer(LoadBalancerName=name)  # Deleting twice succeeds (ELB API reference).
    refused("no such balancer", elb.describe_instance_health, LoadBalancerName=name)


def containers():
    cluster = names["cluster"]
    ecs.create_cluster(clusterName="contract", tags=[{"key": "a", "value": "b"}])
    definition = ecs.register_task_definition(
        family="contract", networkMode="bridge", requiresCompatibilities=["EC2"], tags=[{"key": "a", "value": "b"}],
        containerDefinitions=[{
            "name": "web", "image": "public.ecr.aws/nginx/nginx:1.29", "cpu": 64, "memory": 64, "essential": True,
            "portMappings": [{"containerPort": 80, "hostPort": 0, "protocol": "tcp"}],
        }],
    )["taskDefinition"]["taskDefinitionArn"]
    service = ecs.create_service(
        cluster=cluster, serviceName="contract", taskDefinition=definition, desiredCount=1, launchType="EC2",
        schedulingStrategy="REPLICA", propagateTags="SERVICE", tags=[{"key": "a", "value": "b"}],
    )["service"]
    wait(ecs, "services_stable", cluster=cluster, services=["contract"])
    task = ecs.list_tasks(cluster=cluster, serviceName="contract")["taskArns"][0]
    wait(ecs, "tasks_running", cluster=cluster, tasks=[task])
    ecs.tag_resource(resourceArn=service["serviceArn"], tags=[{"key": "c", "value": "d"}])
    ecs.untag_resource(resourceArn=service["serviceArn"], tagKeys=["c"])
    ecs.update_service(cluster=cluster, service="contract", desiredCount=2)
    wait(ecs, "services_stable", cluster=cluster, services=["contract"])
    ecs.update_service(cluster=cluster, service="contract", desiredCount=0)
    wait(ecs, "services_stable", cluster=cluster, services=["contract"])
    refused("service with tasks", ecs.delete_service, cluster=cluster, service="jdci-master-a")
    ecs.delete_service(cluster=cluster, service="contract")
    wait(ecs, "services_inactive", cluster=cluster, services=["contract"])
    alone = ecs.run_task(cluster=cluster, taskDefinition=definition, count=1, startedBy="contract")
    seen["runFailures"] = alone["failures"]
    arns = [alone["tasks"][0]["taskArn"]]
    wait(ecs, "tasks_running", cluster=cluster, tasks=arns)
    ecs.stop_task(cluster=cluster, task=arns[0], reason="contract")
    wait(ecs, "tasks_stopped", cluster=cluster, tasks=arns)
    stopped = ecs.describe_tasks(cluster=cluster, tasks=arns, include=["TAGS"])["tasks"][0]
    seen["stopped"] = [stopped["stopCode"], stopped["stoppedReason"], stopped["containers"][0].get("exitCode")]
    host = names["containerInstances"][-1]
    for status in ("DRAINING", "ACTIVE"):
        changed = ecs.update_container_instances_state(cluster=cluster, containerInstances=[host], status=status)
        seen[status] = changed["containerInstances"][0]["status"]
    missing = ecs.describe_tasks(cluster=cluster, tasks=[arns[0][:-4] + "0000"])
    seen["missingTask"] = [failure["reason"] for failure in missing["failures"]]
    by_hand(cluster, definition, host)
    refused("no revision", ecs.delete_task_definitions, taskDefinitions=["contract"])
    ecs.deregister_task_definition(taskDefinition=definition)
    ecs.delete_task_definitions(taskDefinitions=[definition])
    refused("inactive definition", ecs.run_task, cluster=cluster, taskDefinition=definition)
    ecs.delete_cluster(cluster="contract")
    refused("cluster in use", ecs.delete_cluster, cluster=cluster)
    refused("no such cluster", ecs.list_tasks, cluster="none")
    refused("no such service", ecs.update_service, cluster=cluster, service="none", desiredCount=1)
    refused("no such task", ecs.stop_task, cluster=cluster, task="0" * 32)
    refused("ecs bad token", ecs.list_tasks, cluster=cluster, nextToken="nonsense")


def by_hand(cluster, definition, host):
    stack = {"name": "stack", "value": "contract", "targetId": host}
    ecs.put_attributes(cluster=cluster, attributes=[stack])
    query = "attribute:stack == contract"
    found = ecs.list_container_instances(cluster=cluster, filter=query)["containerInstanceArns"]
    placed = ecs.run_task(
        cluster=cluster, taskDefinition=definition, placementConstraints=[{"type": "memberOf", "expression": query}]
    )["tasks"]
    seen["placed"] = found == [host] and placed[0]["containerInstanceArn"] == host
    ecs.delete_attributes(cluster=cluster, attributes=[{"name": "stack", "targetId": host}])
    seen["unplaced"] = {
        one["reason"] for one in ecs.run_task(
            cluster=cluster, taskDefinition=definition, placementConstraints=[{"type": "memberOf", "expression": query}]
        )["failures"]
    } == {"MemberOf placement constraint unsatisfied."}
    started = ecs.start_task(cluster=cluster, taskDefinition=definition, containerInstances=[host])["tasks"]
    arns = [placed[0]["taskArn"], started[0]["taskArn"]]
    wait(ecs, "tasks_running", cluster=cluster, tasks=arns)
    refused("no exec", ecs.execute_command, cluster=cluster, task=arns[0], command="sh", interactive=True)
    protected = ecs.update_task_protection(cluster=cluster, tasks=arns[:1], protectionEnabled=True)
    seen["unprotected"] = [one["reason"] for one in protected["failures"]]
    refused("host with tasks", ecs.deregister_container_instance, cluster=cluster, containerInstance=host)
    refused("no newer agent", ecs.update_container_agent, cluster=cluster, containerInstance=host)
    for task in arns:
        ecs.stop_task(cluster=cluster, task=task)
    wait(ecs, "tasks_stopped", cluster=cluster, tasks=arns)
    service = "jdci-master-a"
    past = ecs.list_service_deployments(cluster=cluster, service=service)["serviceDeployments"][0]["serviceDeploymentArn"]
    refused("deployment is over", ecs.stop_service_deployment, serviceDeploymentArn=past)
    refused("no namespace", ecs.list_services_by_namespace, namespace="none")
    for call in (ecs.describe_task_sets, ecs.create_task_set, ecs.update_task_set, ecs.delete_task_set):
        more = {} if call == ecs.describe_task_sets else {"taskDefinition": definition} if call == ecs.create_task_set else {
            "taskSet": "none", **({"scale": {"value": 1, "unit": "PERCENT"}} if call == ecs.update_task_set else {})
        }
        refused("task sets", call, cluster=cluster, service=service, **more)
    refused(
        "task sets", ecs.update_service_primary_task_set, cluster=cluster, service=service, primaryTaskSet="none"
    )
    ecs.put_account_setting(name="containerInsights", value="enabled")
    ecs.put_account_setting_default(name="containerInsights", value="disabled")
    ecs.delete_account_setting(name="containerInsights")
    ecs.update_cluster(cluster="contract", settings=[{"name": "containerInsights", "value": "enabled"}])
    ecs.update_cluster_settings(cluster="contract", settings=[{"name": "containerInsights", "value": "disabled"}])


def groups(subnets, group):
    template = ec2.create_launch_template(
        LaunchTemplateName="contract",
        LaunchTemplateData={"ImageId": names["image"], "InstanceType": "t3.small", "SecurityGroupIds": [group]},
        TagSpecifications=[{"ResourceType": "launch-template", "Tags": [TAG]}],
    )["LaunchTemplate"]["LaunchTemplateId"]
    ec2.create_launch_template_version(
        LaunchTemplateId=template, SourceVersion="1", LaunchTemplateData={"InstanceType": "t3.medium"}
    )
    ec2.modify_launch_template(LaunchTemplateId=template, DefaultVersion="2")
    ec2.create_launch_template_version(LaunchTemplateId=template, LaunchTemplateData={"InstanceType": "t3.large"})
    deleted = ec2.delete_launch_template_versions(LaunchTemplateId=template, Versions=["3", "9"])
    seen["deletedVersions"] = [
        deleted["SuccessfullyDeletedLaunchTemplateVersions"][0]["VersionNumber"],
        deleted["UnsuccessfullyDeletedLaunchTemplateVersions"][0]["ResponseError"]["Code"],
    ]
    name = "contract"
    autoscaling.create_auto_scaling_group(
        AutoScalingGroupName=name, LaunchTemplate={"LaunchTemplateId": template, "Version": "$Default"},
        MinSize=0, MaxSize=4, DesiredCapacity=2, VPCZoneIdentifier=",".join(subnets[:2]),
        Tags=[{"Key": "a", "Value": "b", "PropagateAtLaunch": True}],
        LifecycleHookSpecificationList=[{
            "LifecycleHookName": "starting", "LifecycleTransition": "autoscaling:EC2_INSTANCE_LAUNCHING",
            "HeartbeatTimeout": 300, "DefaultResult": "ABANDON",
        }],
    )

    def members():
        return autoscaling.describe_auto_scaling_groups(AutoScalingGroupNames=[name])["AutoScalingGroups"][0]["Instances"]

    until("both wait", lambda: [one["LifecycleState"] for one in members()] == ["Pending:Wait"] * 2)
    autoscaling.record_lifecycle_action_heartbeat(
        LifecycleHookName="starting", AutoScalingGroupName=name, InstanceId=members()[0]["InstanceId"]
    )
    for one in members():
        autoscaling.complete_lifecycle_action(
            LifecycleHookName="starting", AutoScalingGroupName=name, InstanceId=one["InstanceId"],
            LifecycleActionResult="CONTINUE",
        )
    autoscaling.update_auto_scaling_group(AutoScalingGroupName=name, MinSize=1)
    until("two serve", lambda: [one["LifecycleState"] for one in members()] == ["InService"] * 2)
    autoscaling.delete_lifecycle_hook(LifecycleHookName="starting", AutoScalingGroupName=name)
    first = members()[0]["InstanceId"]
    autoscaling.suspend_processes(AutoScalingGroupName=name, ScalingProcesses=["ReplaceUnhealthy", "AZRebalance"])
    autoscaling.resume_processes(AutoScalingGroupName=name)
    autoscaling.enable_metrics_collection(AutoScalingGroupName=name, Granularity="1Minute")
    autoscaling.disable_metrics_collection(AutoScalingGroupName=name, Metrics=["GroupMinSize"])
    autoscaling.create_or_update_tags(Tags=[{
        "ResourceId": name, "ResourceType": "auto-scaling-group", "Key": "c", "Value": "d", "PropagateAtLaunch": False,
    }])
    autoscaling.delete_tags(Tags=[{"ResourceId": name, "ResourceType": "auto-scaling-group", "Key": "c"}])
    autoscaling.set_instance_protection(InstanceIds=[first], AutoScalingGroupName=name, ProtectedFromScaleIn=True)
    autoscaling.set_instance_protection(InstanceIds=[first], AutoScalingGroupName=name, ProtectedFromScaleIn=False)
    autoscaling.enter_standby(InstanceIds=[first], AutoScalingGroupName=name, ShouldDecrementDesiredCapacity=True)
    until("standby", lambda: "Standby" in [one["LifecycleState"] for one in members()])
    autoscaling.exit_standby(InstanceIds=[first], AutoScalingGroupName=name)
    until("back", lambda: [one["LifecycleState"] for one in members()] == ["InService"] * 2)
    autoscaling.detach_instances(InstanceIds=[first], AutoScalingGroupName=name, ShouldDecrementDesiredCapacity=True)
    until("detached", lambda: len(members()) == 1)
    autoscaling.attach_instances(InstanceIds=[first], AutoScalingGroupName=name)
    until("attached", lambda: [one["LifecycleState"] for one in members()] == ["InService"] * 2)
    instance_refresh(name, members)
    until("two", lambda: [one["LifecycleState"] for one in members()] == ["InService"] * 2)
    second = members()[0]["InstanceId"]
    autoscaling.set_instance_health(InstanceId=second, HealthStatus="Unhealthy", ShouldRespectGracePeriod=False)
    until("replaced", lambda: second not in [one["InstanceId"] for one in members()] and len(members()) == 2)
    autoscaling.put_lifecycle_hook(
        LifecycleHookName="ending", AutoScalingGroupName=name, HeartbeatTimeout=60, DefaultResult="CONTINUE",
        LifecycleTransition="autoscaling:EC2_INSTANCE_TERMINATING",
    )
    until("two", lambda: [one["LifecycleState"] for one in members()] == ["InService"] * 2)
    autoscaling.terminate_instance_in_auto_scaling_group(
        InstanceId=members()[0]["InstanceId"], ShouldDecrementDesiredCapacity=True
    )
    seen["activities"] = sorted(
        {one["StatusCode"] for one in autoscaling.describe_scaling_activities(AutoScalingGroupName=name)["Activities"]}
    )
    capacity_provider(name)
    refused("group with instances", autoscaling.delete_auto_scaling_group, AutoScalingGroupName=name)
    refused("desired above max", autoscaling.set_desired_capacity, AutoScalingGroupName=name, DesiredCapacity=9)
    refused("no such group", autoscaling.set_desired_capacity, AutoScalingGroupName="none", DesiredCapacity=1)
    refused("asg bad token", autoscaling.describe_auto_scaling_groups, NextToken="nonsense")
    autoscaling.delete_auto_scaling_group(AutoScalingGroupName=name, ForceDelete=True)
    until(
        "the group is gone",
        lambda: not autoscaling.describe_auto_scaling_groups(AutoScalingGroupNames=[name])["AutoScalingGroups"],
    )
    ec2.delete_launch_template(LaunchTemplateId=template)


def instance_refresh(name, members):
    before = {one["InstanceId"] for one in members()}
    refused("no refresh", autoscaling.cancel_instance_refresh, AutoScalingGroupName=name)
    refresh = autoscaling.start_instance_refresh(AutoScalingGroupName=name, Preferences={"InstanceWarmup": 10})
    refused("refresh twice", autoscaling.start_instance_refresh, AutoScalingGroupName=name)

    def status():
        described = autoscaling.describe_instance_refreshes(
            AutoScalingGroupName=name, InstanceRefreshIds=[refresh["InstanceRefreshId"]]
        )["InstanceRefreshes"][0]
        return described["Status"], described["PercentageComplete"]

    until("refreshed", lambda: status() == ("Successful", 100))
    until("two", lambda: [one["LifecycleState"] for one in members()] == ["InService"] * 2)
    seen["kept"] = sorted(before & {one["InstanceId"] for one in members()})
    autoscaling.start_instance_refresh(AutoScalingGroupName=name)
    autoscaling.cancel_instance_refresh(AutoScalingGroupName=name)
    until("cancelled", lambda: autoscaling.describe_instance_refreshes(
        AutoScalingGroupName=name
    )["InstanceRefreshes"][0]["Status"] == "Cancelled")


def capacity_provider(group):
    described = autoscaling.describe_auto_scaling_groups(AutoScalingGroupNames=[group])["AutoScalingGroups"][0]
    over = {
        "autoScalingGroupArn": described["AutoScalingGroupARN"], "managedDraining": "ENABLED",
        "managedScaling": {"status": "DISABLED"}, "managedTerminationProtection": "DISABLED",
    }
    ecs.create_capacity_provider(name="contract", autoScalingGroupProvider=over, tags=[{"key": "a", "value": "b"}])
    refused("provider twice", ecs.create_capacity_provider, name="contract", autoScalingGroupProvider=over)
    ecs.create_cluster(clusterName="contract")

    def associated(*providers):
        ecs.put_cluster_capacity_providers(
            cluster="contract", capacityProviders=list(providers), defaultCapacityProviderStrategy=[]
        )
        until("the cluster has its providers", lambda: ecs.describe_clusters(
            clusters=["contract"], include=["ATTACHMENTS"]
        )["clusters"][0]["attachmentsStatus"] == "UPDATE_COMPLETE")

    associated("contract")
    ecs.describe_capacity_providers(capacityProviders=["contract"], include=["TAGS"])
    ecs.update_capacity_provider(name="contract", autoScalingGroupProvider={"managedDraining": "DISABLED"})
    associated()
    ecs.delete_capacity_provider(capacityProvider="contract")
    ecs.delete_cluster(cluster="contract")


STACK = """
Parameters:
  Days: {Type: Number, Default: 7}
  Name: {Type: String, Default: /contract/one}
Resources:
  Logs:
    Type: AWS::Logs::LogGroup
    Properties: {LogGroupName: !Ref Name, RetentionInDays: !Ref Days}
  Second:
    Type: AWS::Logs::LogGroup
    DependsOn: Logs
    Properties: {RetentionInDays: !Ref Days}
Outputs:
  Arn: {Value: !GetAtt Logs.Arn}
"""
BROKEN = STACK.replace("DependsOn: Logs\n    Properties: {", "DependsOn: Logs\n    Properties: {LogGroupName: /jdci/jdci, ")


def status(stack):
    return cloudformation.describe_stacks(StackName=stack)["Stacks"][0]["StackStatus"]


def stacks():
    name, days = "contract", lambda value: [{"ParameterKey": "Days", "ParameterValue": value}]
    cloudformation.create_stack(StackName=name, TemplateBody=STACK, Tags=[TAG], EnableTerminationProtection=True)
    wait(cloudformation, "stack_exists", StackName=name)
    wait(cloudformation, "stack_create_complete", StackName=name)
    refused("stack twice", cloudformation.create_stack, StackName=name, TemplateBody=STACK)
    refused("protected", cloudformation.delete_stack, StackName=name)
    everything = {"Effect": "Allow", "Action": "Update:*", "Principal": "*", "Resource": "*"}
    cloudformation.set_stack_policy(StackName=name, StackPolicyBody=json.dumps({"Statement": [everything]}))
    seen["policy"] = json.loads(cloudformation.get_stack_policy(StackName=name)["StackPolicyBody"])["Statement"]
    cloudformation.update_termination_protection(StackName=name, EnableTerminationProtection=False)
    cloudformation.update_stack(StackName=name, UsePreviousTemplate=True, Parameters=days("14"))
    wait(cloudformation, "stack_update_complete", StackName=name)
    refused("no updates", cloudformation.update_stack, StackName=name, UsePreviousTemplate=True, Parameters=days("14"))
    change_set = cloudformation.create_change_set(
        StackName=name, ChangeSetName="second", UsePreviousTemplate=True, Parameters=days("30"), Description="contract"
    )
    wait(cloudformation, "change_set_create_complete", StackName=name, ChangeSetName="second")
    cloudformation.describe_change_set(ChangeSetName=change_set["Id"])
    cloudformation.delete_change_set(StackName=name, ChangeSetName="second")
    refused("no such change set", cloudformation.describe_change_set, StackName=name, ChangeSetName="third")
    cloudformation.create_change_set(
        StackName=name, ChangeSetName="empty", UsePreviousTemplate=True, Parameters=days("14")
    )
    try:
        wait(cloudformation, "change_set_create_complete", StackName=name, ChangeSetName="empty")
    except botocore.exceptions.WaiterError as error:
        seen["emptyChangeSet"] = [error.last_response["Status"], error.last_response["StatusReason"]]
    cloudformation.create_change_set(
        StackName=name, ChangeSetName="third", UsePreviousTemplate=True, Parameters=days("60")
    )
    wait(cloudformation, "change_set_create_complete", StackName=name, ChangeSetName="third")
    cloudformation.execute_change_set(StackName=name, ChangeSetName="third")
    wait(cloudformation, "stack_update_complete", StackName=name)
    cloudformation.update_stack(StackName=name, TemplateBody=BROKEN, Parameters=days("90"))
    wait(cloudformation, "stack_rollback_complete", StackName=name)
    seen["rolledBack"] = status(name)
    cloudformation.update_stack(StackName=name, TemplateBody=BROKEN, Parameters=days("90"), DisableRollback=True)
    until("the update failed", lambda: status(name) == "UPDATE_FAILED")
    cloudformation.rollback_stack(StackName=name)
    wait(cloudformation, "stack_rollback_complete", StackName=name)
    detection = cloudformation.detect_stack_drift(StackName=name)["StackDriftDetectionId"]
    until("drift is detected", lambda: cloudformation.describe_stack_drift_detection_status(
        StackDriftDetectionId=detection
    )["DetectionStatus"] == "DETECTION_COMPLETE")
    cloudformation.detect_stack_resource_drift(StackName=name, LogicalResourceId="Logs")
    drifts = cloudformation.describe_stack_resource_drifts(StackName=name)["StackResourceDrifts"]
    seen["drifts"] = sorted({one["StackResourceDriftStatus"] for one in drifts})
    refused("nothing to continue", cloudformation.continue_update_rollback, StackName=name)
    cloudformation.update_stack(StackName=name, UsePreviousTemplate=True, Parameters=days("120"))
    cloudformation.cancel_update_stack(StackName=name)
    wait(cloudformation, "stack_rollback_complete", StackName=name)
    refused("nothing to cancel", cloudformation.cancel_update_stack, StackName=name)
    stack_id = cloudformation.describe_stacks(StackName=name)["Stacks"][0]["StackId"]
    cloudformation.delete_stack(StackName=name)
    wait(cloudformation, "stack_delete_complete", StackName=stack_id)
    seen["deleted"] = cloudformation.describe_stacks(StackName=stack_id)["Stacks"][0]["StackStatus"]
    cloudformation.list_stacks(StackStatusFilter=["DELETE_COMPLETE"])
    refused("no such stack", cloudformation.describe_stacks, StackName=name)
    refused("missing parameter", cloudformation.create_stack, StackName="other", TemplateBody=names["template"])
    refused("no template", cloudformation.create_stack, StackName="other")
    exporting = {
        "Resources": {"Handle": {"Type": "AWS::CloudFormation::WaitConditionHandle"}},
        "Outputs": {"Name": {"Value": "x", "Export": {"Name": "contract-export"}}},
    }
    importing = {
        "Resources": {
            "Parameter": {
                "Type": "AWS::SSM::Parameter",
                "Properties": {"Type": "String", "Value": {"Fn::ImportValue": "contract-export"}},
            }
        }
    }
    for stack, body in (("contract-exports", exporting), ("contract-imports", importing)):
        cloudformation.create_stack(StackName=stack, TemplateBody=json.dumps(body))
        wait(cloudformation, "stack_create_complete", StackName=stack)
    seen["exports"] = [one["Value"] for one in cloudformation.list_exports()["Exports"]]
    seen["imports"] = cloudformation.list_imports(ExportName="contract-export")["Imports"]
    refused("not imported", cloudformation.list_imports, ExportName="none")
    cloudformation.delete_stack(StackName="contract-exports")
    until("the deletion is cancelled", lambda: status("contract-exports") == "CREATE_COMPLETE")
    for stack in ("contract-imports", "contract-exports"):
        cloudformation.delete_stack(StackName=stack)
        wait(cloudformation, "stack_delete_complete", StackName=stack)
    refused("bad template", cloudformation.validate_template, TemplateBody="Resources: [")


def main():
    identity_and_access()
    sessions()
    quiet_services()
    vpc = ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
    subnets = [one["SubnetId"] for one in ec2.describe_subnets()["Subnets"]]
    group = instances(vpc, subnets[0])
    balancers(vpc, subnets, group)
    containers()
    groups(subnets, group)
    until("unused", lambda: not ec2.describe_instances(Filters=[
        {"Name": "instance.group-id", "Values": [group]},
        {"Name": "instance-state-name", "Values": ["pending", "running", "shutting-down", "stopping", "stopped"]},
    ])["Reservations"])
    ec2.delete_security_group(GroupId=group)
    stacks()
    no_more_identity()
    print(json.dumps({"waiters": waiters, "errors": errors, "seen": seen}))


main()
