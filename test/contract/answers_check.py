"""Shows that answers.py finds what is wrong: prints by name the problems of answers that are right and of wrong ones."""
import json

import botocore.session

import answers

session = botocore.session.get_session()


def problems(service, operation, body, status=200):
    model = session.get_service_model(service).operation_model(operation)
    document = body if isinstance(body, str) else json.dumps(body)
    return answers.check(model, {"status_code": status, "headers": {}, "body": document.encode()})


def elb(inner, around="DescribeInstanceHealthResponse"):
    return (
        f'<{around} xmlns="http://elasticloadbalancing.amazonaws.com/doc/2012-06-01/"><DescribeInstanceHealthResult>'
        f"<InstanceStates>{inner}</InstanceStates></DescribeInstanceHealthResult>"
        f"<ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></{around}>"
    )


def ec2(inner):
    return (
        '<DescribeVpcsResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>1</requestId>'
        f"<vpcSet>{inner}</vpcSet></DescribeVpcsResponse>"
    )


def zones(inner):
    return f'<ListHostedZonesResponse xmlns="https://route53.amazonaws.com/doc/2013-04-01/">{inner}</ListHostedZonesResponse>'


TASK = {"taskArn": "arn", "createdAt": 1767225600.5, "version": 1, "healthStatus": "HEALTHY"}
ZONES = "<HostedZones/><Marker>a</Marker><IsTruncated>false</IsTruncated><MaxItems>100</MaxItems>"
ERROR = "<ErrorResponse><Error><Type>Sender</Type><Code>{}</Code></Error><RequestId>1</RequestId></ErrorResponse>"
found = {
    "right json": problems("ecs", "DescribeTasks", {"tasks": [TASK], "failures": []}),
    "right query": problems("elb", "DescribeInstanceHealth", elb("<member><State>InService</State></member>")),
    "right ec2": problems("ec2", "DescribeVpcs", ec2("<item><isDefault>true</isDefault><state>available</state></item>")),
    "right rest": problems("route53", "ListHostedZones", zones(ZONES)),
    "right error": problems("elb", "DescribeInstanceHealth", ERROR.format("LoadBalancerNotFound"), 400),
    "unknown key": problems("ecs", "DescribeTasks", {"tasks": [{**TASK, "arn": "x"}]}),
    "null": problems("ecs", "DescribeTasks", {"tasks": [{**TASK, "taskArn": None}]}),
    "milliseconds": problems("ecs", "DescribeTasks", {"tasks": [{**TASK, "createdAt": 1767225600500}]}),
    "text for a time": problems("ecs", "DescribeTasks", {"tasks": [{**TASK, "createdAt": "2026-01-01T00:00:00Z"}]}),
    "text for a number": problems("ecs", "DescribeTasks", {"tasks": [{**TASK, "version": "1"}]}),
    "not of the enumeration": problems("ecs", "DescribeTasks", {"tasks": [{**TASK, "healthStatus": "FINE"}]}),
    "object for a list": problems("ecs", "DescribeTasks", {"tasks": TASK}),
    "required and missing": problems("route53", "ListHostedZones", zones(ZONES.replace("<Marker>a</Marker>", ""))),
    "unknown element": problems("elb", "DescribeInstanceHealth", elb("<member><Status>x</Status></member>")),
    "another item's name": problems("elb", "DescribeInstanceHealth", elb("<item><State>x</State></item>")),
    "another root": problems("elb", "DescribeInstanceHealth", elb("", "DescribeInstanceHealth")),
    "not a boolean": problems("ec2", "DescribeVpcs", ec2("<item><isDefault>True</isDefault></item>")),
    "twice": problems("ec2", "DescribeVpcs", ec2("<item><vpcId>a</vpcId><vpcId>b</vpcId></item>")),
    "error of another service": problems("elb", "DescribeInstanceHealth", ERROR.format("NoSuchEntity"), 400),
    "error with another status": problems("iam", "GetRole", ERROR.format("NoSuchEntity"), 400),
    "not xml": problems("elb", "DescribeInstanceHealth", "<html>", 502),
}
print(json.dumps(found))
