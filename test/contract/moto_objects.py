"""Makes in an empty moto_server what the sandbox's farm has, as far as moto can, and prints its names (see reads.py)."""
import json
import time

import boto3

STACK = "jdci"
TAG = {"Key": "jdci:farm", "Value": STACK}
ecs_tag = {"key": "jdci:farm", "value": STACK}

# A stack of what moto's CloudFormation can make; the farm's own template has resources that it drops.
TEMPLATE = """
Description: A cluster and its logs
Parameters:
  Days: {Type: Number, Default: 30, Description: Days that logs are kept}
Resources:
  Cluster:
    Type: AWS::ECS::Cluster
    Properties: {ClusterName: jdci, Tags: [{Key: "jdci:farm", Value: jdci}]}
  LogGroup:
    Type: AWS::Logs::LogGroup
    Properties: {LogGroupName: /jdci/jdci, RetentionInDays: !Ref Days}
Outputs:
  ClusterName: {Value: !Ref Cluster, Description: ECS cluster of the masters}
"""
TRUST = json.dumps({
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}],
})
POLICY = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "ecs:*", "Resource": "*"}]})


def stack():
    cloudformation = boto3.client("cloudformation")
    change_set = cloudformation.create_change_set(
        StackName=STACK, ChangeSetName="first", ChangeSetType="CREATE", TemplateBody=TEMPLATE, Tags=[TAG],
        Parameters=[{"ParameterKey": "Days", "ParameterValue": "30"}], Capabilities=["CAPABILITY_NAMED_IAM"],
    )
    cloudformation.execute_change_set(ChangeSetName=change_set["Id"])
    return {"stack": STACK, "changeSet": change_set["Id"], "template": TEMPLATE, "cluster": STACK}


def hosts():
    ec2, autoscaling, elb = boto3.client("ec2"), boto3.client("autoscaling"), boto3.client("elb")
    iam = boto3.client("iam")
    iam.create_role(RoleName="host", AssumeRolePolicyDocument=TRUST, Tags=[TAG])
    iam.put_role_policy(RoleName="host", PolicyName="logs", PolicyDocument=POLICY)
    policy = iam.create_policy(PolicyName="hosts", PolicyDocument=POLICY)["Policy"]["Arn"]
    iam.attach_role_policy(RoleName="host", PolicyArn=policy)
    profile = iam.create_instance_profile(InstanceProfileName="host")["InstanceProfile"]
    iam.add_role_to_instance_profile(InstanceProfileName="host", RoleName="host")
    ec2.create_key_pair(KeyName="agents", TagSpecifications=[{"ResourceType": "key-pair", "Tags": [TAG]}])
    vpc = ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
    subnets = ec2.describe_subnets(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["Subnets"]
    group = ec2.create_security_group(
        GroupName="hosts", Description="hosts", VpcId=vpc,
        TagSpecifications=[{"ResourceType": "security-group", "Tags": [TAG]}],
    )["GroupId"]
    ec2.authorize_security_group_ingress(
        GroupId=group,
        IpPermissions=[
            {"IpProtocol": "tcp", "FromPort": 8080, "ToPort": 8080,
             "IpRanges": [{"CidrIp": "172.31.0.0/16", "Description": "Operators"}]},
            {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22,
             "UserIdGroupPairs": [{"GroupId": group, "Description": "SSH of the masters"}]},
        ],
    )
    image = ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
    template = ec2.create_launch_template(
        LaunchTemplateName="hosts",
        LaunchTemplateData={
            "ImageId": image, "InstanceType": "t3.medium", "SecurityGroupIds": [group], "UserData": "IyEvYmluL3NoCg==",
            "IamInstanceProfile": {"Arn": profile["Arn"]}, "KeyName": "agents",
            "MetadataOptions": {"HttpTokens": "required", "HttpEndpoint": "enabled", "HttpPutResponseHopLimit": 1},
            "BlockDeviceMappings": [{"DeviceName": "/dev/xvda", "Ebs": {"VolumeSize": 50, "VolumeType": "gp3"}}],
            "TagSpecifications": [{"ResourceType": "instance", "Tags": [TAG]}],
        },
        TagSpecifications=[{"ResourceType": "launch-template", "Tags": [TAG]}],
    )["LaunchTemplate"]["LaunchTemplateId"]
    elb.create_load_balancer(
        LoadBalancerName="jdci",
        Listeners=[{"Protocol": "HTTP", "LoadBalancerPort": 80, "InstanceProtocol": "HTTP", "InstancePort": 8080}],
        Subnets=[subnet["SubnetId"] for subnet in subnets], SecurityGroups=[group], Tags=[TAG],
    )
    elb.configure_health_check(
        LoadBalancerName="jdci",
        HealthCheck={
            "Target": "HTTP:8080/health/", "Interval": 10, "Timeout": 5, "UnhealthyThreshold": 2, "HealthyThreshold": 2,
        },
    )
    elb.modify_load_balancer_attributes(
        LoadBalancerName="jdci",
        LoadBalancerAttributes={
            "CrossZoneLoadBalancing": {"Enabled": True}, "ConnectionDraining": {"Enabled": True, "Timeout": 60},
        },
    )
    autoscaling.create_auto_scaling_group(
        AutoScalingGroupName="hosts", LaunchTemplate={"LaunchTemplateId": template, "Version": "1"}, MinSize=3, MaxSize=3,
        VPCZoneIdentifier=",".join(subnet["SubnetId"] for subnet in subnets[:2]),
        Tags=[{**TAG, "PropagateAtLaunch": True, "ResourceId": "hosts", "ResourceType": "auto-scaling-group"}],
    )
    autoscaling.put_lifecycle_hook(
        LifecycleHookName="drain", AutoScalingGroupName="hosts",
        LifecycleTransition="autoscaling:EC2_INSTANCE_TERMINATING", HeartbeatTimeout=900, DefaultResult="CONTINUE",
    )
    groups = autoscaling.describe_auto_scaling_groups(AutoScalingGroupNames=["hosts"])["AutoScalingGroups"]
    ids = [instance["InstanceId"] for instance in groups[0]["Instances"]]
    elb.register_instances_with_load_balancer(
        LoadBalancerName="jdci", Instances=[{"InstanceId": one} for one in ids]
    )
    return {
        "balancer": "jdci", "group": "hosts", "hosts": ids, "hostGroup": group, "vpc": vpc, "image": image, "launchTemplate": template,
        "role": "host", "rolePolicy": "logs", "profile": "host",
    }


def masters(instances):
    ecs, ec2 = boto3.client("ecs"), boto3.client("ec2")
    for one in instances:
        document = {"instanceId": one, "region": "eu-west-1", "accountId": "123456789012"}
        ecs.register_container_instance(cluster=STACK, instanceIdentityDocument=json.dumps(document))
    definition = ecs.register_task_definition(
        family="master", networkMode="bridge", requiresCompatibilities=["EC2"], tags=[ecs_tag],
        executionRoleArn="arn:aws:iam::123456789012:role/host", taskRoleArn="arn:aws:iam::123456789012:role/host",
        containerDefinitions=[{
            "name": "master", "image": "jdci-master", "cpu": 512, "memory": 3000, "memoryReservation": 2048, "essential": True, "stopTimeout": 60,
            "ulimits": [{"name": "nofile", "softLimit": 65536, "hardLimit": 65536}],
            "portMappings": [{"containerPort": 8080, "hostPort": 8080, "protocol": "tcp"}],
            "environment": [{"name": "JDCI_SLOT", "value": "a"}],
            "secrets": [{"name": "JDCI_VIEWER_SECRET", "valueFrom": "arn:aws:secretsmanager:eu-west-1:1:secret:x"}],
            "logConfiguration": {"logDriver": "awslogs", "options": {"awslogs-group": "/jdci/jdci"}},
            "healthCheck": {"command": ["CMD", "true"], "interval": 10, "timeout": 5, "retries": 3, "startPeriod": 60},
        }],
    )["taskDefinition"]["taskDefinitionArn"]
    services = [
        ecs.create_service(
            cluster=STACK, serviceName=f"jdci-master-{slot}", taskDefinition=definition, desiredCount=1,
            loadBalancers=[{"loadBalancerName": "jdci", "containerName": "master", "containerPort": 8080}],
            deploymentConfiguration={"maximumPercent": 100, "minimumHealthyPercent": 0}, launchType="EC2", tags=[ecs_tag],
            healthCheckGracePeriodSeconds=300, enableECSManagedTags=True, propagateTags="SERVICE",
        )["service"]
        for slot in "ab"
    ]
    group = boto3.client("autoscaling").describe_auto_scaling_groups()["AutoScalingGroups"][0]["AutoScalingGroupARN"]
    ecs.create_capacity_provider(
        name="jdci-jdci", tags=[ecs_tag],
        autoScalingGroupProvider={
            "autoScalingGroupArn": group, "managedDraining": "ENABLED", "managedScaling": {"status": "DISABLED"},
            "managedTerminationProtection": "DISABLED",
        },
    )
    ecs.put_cluster_capacity_providers(
        cluster=STACK, capacityProviders=["jdci-jdci"], defaultCapacityProviderStrategy=[]
    )
    # moto's services start no tasks.
    ecs.run_task(cluster=STACK, taskDefinition=definition, count=2, tags=[ecs_tag])
    return {
        "services": [one["serviceName"] for one in services],
        "serviceArn": services[0]["serviceArn"], "serviceDeployment": "none", "serviceRevision": "none",
        "taskDefinition": definition,
        "capacityProviders": ["jdci-jdci"],
        "tasks": ecs.list_tasks(cluster=STACK)["taskArns"],
        "containerInstances": ecs.list_container_instances(cluster=STACK)["containerInstanceArns"],
    }


def the_rest():
    secret = boto3.client("secretsmanager").create_secret(
        Name="jdci/viewer", Description="viewer", SecretString='{"username":"viewer"}', Tags=[TAG]
    )["ARN"]
    boto3.client("ssm").put_parameter(
        Name="/ec2/keypair/key-1", Value="secret", Type="SecureString", Description="a private key"
    )
    logs = boto3.client("logs")
    logs.create_log_stream(logGroupName="/jdci/jdci", logStreamName="a/master/1")
    logs.create_log_stream(logGroupName="/jdci/jdci", logStreamName="b/master/1")
    # CloudWatch Logs takes events of the last fourteen days only.
    now = time.time_ns() // 1_000_000
    logs.put_log_events(
        logGroupName="/jdci/jdci", logStreamName="a/master/1",
        logEvents=[{"timestamp": now + index, "message": f"line {index}"} for index in range(5)],
    )
    log_group = logs.describe_log_groups()["logGroups"][0]
    log_group_arn = log_group.get("logGroupArn", log_group["arn"].removesuffix(":*"))
    logs.tag_resource(resourceArn=log_group_arn, tags={"jdci:farm": STACK})
    ecr = boto3.client("ecr")
    ecr.create_repository(
        repositoryName="jdci-master", imageTagMutability="IMMUTABLE", imageScanningConfiguration={"scanOnPush": True}
    )
    media = "application/vnd.oci.image.manifest.v1+json"
    layer = {"mediaType": "application/vnd.oci.image.layer.v1.tar+gzip", "size": 28, "digest": "sha256:" + "a" * 64}
    config = {"mediaType": "application/vnd.oci.image.config.v1+json", "size": 9, "digest": "sha256:" + "b" * 64}
    ecr.put_image(
        repositoryName="jdci-master", imageTag="1.0.0", imageManifestMediaType=media,
        imageManifest=json.dumps({"schemaVersion": 2, "mediaType": media, "config": config, "layers": [layer]}),
    )
    zone = boto3.client("route53").create_hosted_zone(
        Name="build.example.", CallerReference="1", HostedZoneConfig={"Comment": "names of the build farms"}
    )["HostedZone"]["Id"]
    return {
        "secret": secret, "parameter": "/ec2/keypair/key-1", "parameterPath": "/ec2/keypair", "logGroup": "/jdci/jdci",
        "logGroupArn": log_group_arn, "logStream": "a/master/1", "repository": "jdci-master", "zone": zone,
        "repositoryArn": ecr.describe_repositories()["repositories"][0]["repositoryArn"],
    }


names = stack()
names.update(hosts())
names.update(masters(names["hosts"]))
names.update(the_rest())
print(json.dumps(names))
