"""Checks every HTTP answer against botocore's model of its operation, strictly.

botocore's own parsers skip what they do not know and leave out what is missing, so that a wrong name or a lost member
goes unseen. Here the raw body is walked beside the output shape: unknown members, wrong types, required members that are
not there, values outside an enumeration, lengths and patterns, timestamps in another format. Every answer becomes one
line of JSON in the file that JDCI_ANSWERS names.

The aws command line loads this module as a plugin (`[plugins] answers = answers` in its configuration file); scripts with
boto3 call `watch(session.events)`.
"""
import base64
import binascii
import json
import os
import re
import xml.etree.ElementTree as ElementTree
from datetime import datetime, timezone

# Errors that any operation of a service may answer with and that no model lists
# (the services' "Common Errors" pages; the query protocols' are in the API references of CloudFormation and IAM).
COMMON_ERRORS = {
    "AccessDenied", "AccessDeniedException", "ExpiredToken", "ExpiredTokenException", "InternalFailure", "InvalidAction",
    "InvalidClientTokenId", "MalformedInput", "MissingAuthenticationToken", "MissingAuthenticationTokenException",
    "RequestExpired", "SerializationException", "ServiceUnavailable", "Throttling", "ThrottlingException",
    "UnknownOperationException", "UnrecognizedClientException", "ValidationError", "ValidationException",
}
# Values that AWS answers although its own model does not list them.
BEYOND_THE_MODEL = {
    # The event of a stack that so far has only a change set.
    ("DescribeStackEvents.StackEvents.ResourceStatus", "REVIEW_IN_PROGRESS"),
    # EC2 API reference, InternetGatewayAttachment: "for an internet gateway, the state is available".
    ("DescribeInternetGateways.InternetGateways.Attachments.State", "available"),
    # IAM's own examples of the simulator's answers.
    ("SimulateCustomPolicy.EvaluationResults.MatchedStatements.SourcePolicyType", "IAM Policy"),
    ("SimulatePrincipalPolicy.EvaluationResults.MatchedStatements.SourcePolicyType", "IAM Policy"),
}
# Lists that AWS answers empty although its model wants an item in them (the services' examples of these answers).
EMPTY_BEYOND_THE_MODEL = {
    "GetParameterHistory.Parameters.Labels",
    "LabelParameterVersion.InvalidLabels",
    "ListTagsForResource.ResourceTagSet.Tags",
    "ListTagsForResources.ResourceTagSets.Tags",
    "UnlabelParameterVersion.InvalidLabels",
    "UnlabelParameterVersion.RemovedLabels",
}
ISO_TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z")


def awscli_initialize(event_hooks):
    """What the aws command line calls in a plugin."""
    watch(event_hooks)


def watch(events):
    """Writes down every answer that a session with these events gets."""
    events.register("before-parse", _write_down)


def _write_down(operation_model, response_dict, **_):
    service = operation_model.service_model
    line = {
        "service": service.service_name,
        "operation": operation_model.name,
        "status": response_dict["status_code"],
        "problems": check(operation_model, response_dict),
    }
    with open(os.environ["JDCI_ANSWERS"], "a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")


def check(operation, response):
    """The problems of one raw answer, in words; none when it is what the model says."""
    protocol = operation.service_model.metadata["protocol"]
    if protocol not in ("json", "query", "ec2", "rest-xml"):
        return [f"no check for the protocol {protocol}"]
    answer = Answer(protocol)
    try:
        if response["status_code"] >= 300:
            answer.error(operation, response)
        elif protocol == "json":
            answer.json_body(operation, response)
        else:
            answer.xml_body(operation, response)
    except (ValueError, ElementTree.ParseError) as problem:
        answer.says(f"cannot be read: {problem}")
    return answer.problems


class Answer:
    def __init__(self, protocol):
        self.protocol = protocol
        self.problems = []

    def says(self, problem):
        self.problems.append(problem)

    # ----------------------------------------------------------------------------------------------------------- errors
    def error(self, operation, response):
        status, body = response["status_code"], response["body"]
        if self.protocol == "json":
            document = json.loads(body)
            code = document.get("__type", "")
            members = {key: value for key, value in document.items() if key != "__type"}
        else:
            members = self.error_members(ElementTree.fromstring(body))
            code = members.pop("Code", "")
        if not code:
            self.says(f"error {status} without a code")
            return
        modelled = {shape.error_code: shape for shape in operation.error_shapes}
        modelled.update({shape.name: shape for shape in operation.error_shapes})
        shape = modelled.get(code)
        # EC2 models no errors at all.
        if shape is None:
            if self.protocol != "ec2" and code not in COMMON_ERRORS:
                self.says(f"error {code} is none of {operation.name}")
            return
        wanted = shape.metadata.get("error", {}).get("httpStatusCode")
        if wanted is not None and wanted != status:
            self.says(f"error {code} came with status {status}, not {wanted}")
        if self.protocol == "json":
            # Services send a sentence also where the model gives the error no member for it.
            if not any(name.lower() == "message" for name in shape.members):
                members.pop("message", None)
            self.json_value(shape, members, code)

    def error_members(self, root):
        if self.protocol == "ec2":
            wanted = ["Response", "Errors", "Error"]
        else:
            wanted = ["ErrorResponse", "Error"]
        if local(root) != wanted[0]:
            self.says(f"error document is <{local(root)}>, not <{wanted[0]}>")
            return {}
        ids = [child for child in root if local(child) in ("RequestId", "RequestID")]
        if len(ids) != 1 or not ids[0].text:
            self.says("error document without request id")
        at = root
        for name in wanted[1:]:
            at = next((child for child in at if local(child) == name), None)
            if at is None:
                self.says(f"error document without <{name}>")
                return {}
        return {local(child): child.text or "" for child in at}

    # ------------------------------------------------------------------------------------------------------------- JSON
    def json_body(self, operation, response):
        document = json.loads(response["body"] or b"{}")
        if operation.output_shape is None:
            if document not in ({}, None):
                self.says("a body for an operation without output")
            return
        self.json_value(operation.output_shape, document, operation.name)

    def json_value(self, shape, value, path):
        kind = shape.type_name
        if value is None:
            self.says(f"{path} is null")
        elif getattr(shape, "is_document_type", False):
            return
        elif kind == "structure":
            if self.is_a(dict, value, path, kind):
                names = {member.serialization.get("name", name): member for name, member in shape.members.items()}
                for key in value.keys() - names.keys():
                    self.says(f"{path}.{key} is not in the model")
                for name in shape.required_members:
                    if shape.members[name].serialization.get("name", name) not in value:
                        self.says(f"{path}.{name} is required and not there")
                for key, member in names.items():
                    if key in value:
                        self.json_value(member, value[key], f"{path}.{key}")
                if shape.is_tagged_union and len(value) != 1:
                    self.says(f"{path} is a union and has {len(value)} members")
        elif kind == "list":
            if self.is_a(list, value, path, kind):
                self.length(shape, len(value), path)
                for item in value:
                    self.json_value(shape.member, item, f"{path}[]")
        elif kind == "map":
            if self.is_a(dict, value, path, kind):
                for key, item in value.items():
                    self.text(shape.key, key, f"{path} (key)")
                    self.json_value(shape.value, item, f"{path}{{}}")
        elif kind in ("integer", "long"):
            if isinstance(value, bool) or not isinstance(value, int):
                self.says(f"{path} is {value!r}, not an integer")
            else:
                self.bounds(shape, value, path)
        elif kind in ("float", "double"):
            if isinstance(value, bool) or not isinstance(value, (int, float)):
                self.says(f"{path} is {value!r}, not a number")
        elif kind == "boolean":
            self.is_a(bool, value, path, kind)
        elif kind == "timestamp":
            if isinstance(value, bool) or not isinstance(value, (int, float)):
                self.says(f"{path} is {value!r}, not seconds of the epoch")
            else:
                self.moment(datetime.fromtimestamp(min(value, 1e11), timezone.utc), path)
        elif self.is_a(str, value, path, kind):
            self.text(shape, value, path)

    def is_a(self, python_type, value, path, kind):
        if isinstance(value, python_type):
            return True
        self.says(f"{path} is {type(value).__name__} {value!r:.60}, not a {kind}")
        return False

    # -------------------------------------------------------------------------------------------------------------- XML
    def xml_body(self, operation, response):
        output = operation.output_shape
        if self.protocol == "rest-xml":
            self.rest_xml(operation, response)
            return
        root = ElementTree.fromstring(response["body"])
        self.root(root, f"{operation.name}Response", operation.service_model.metadata.get("xmlNamespace"))
        if self.protocol == "ec2":
            ids = [child for child in root if local(child) == "requestId"]
            if len(ids) != 1 or not ids[0].text:
                self.says("no requestId")
            for child in ids:
                root.remove(child)
            self.xml_members(output, root, operation.name)
            return
        wanted = {"ResponseMetadata"} if output is None else {"ResponseMetadata", output.serialization["resultWrapper"]}
        parts = {local(child): child for child in root}
        for name in parts.keys() - wanted:
            self.says(f"<{name}> in the envelope of {operation.name}")
        for name in wanted - parts.keys():
            self.says(f"no <{name}> in the envelope of {operation.name}")
        if not parts.get("ResponseMetadata", root).findtext("{*}RequestId"):
            self.says("no RequestId")
        if output is not None and output.serialization["resultWrapper"] in parts:
            self.xml_value(output, parts[output.serialization["resultWrapper"]], operation.name)

    def root(self, root, name, namespace):
        # EC2's model leaves out the slash with which its answers' namespace ends.
        wanted = [f"{{{namespace}}}{name}", f"{{{namespace}/}}{name}"] if namespace else [name]
        if root.tag not in wanted:
            self.says(f"document is <{root.tag}>, not <{wanted[0]}>")

    def rest_xml(self, operation, response):
        output = operation.output_shape
        if response["status_code"] != operation.http.get("responseCode", 200):
            self.says(f"status {response['status_code']}, not {operation.http.get('responseCode')}")
        if output is None:
            return
        in_headers = {
            name: member for name, member in output.members.items() if member.serialization.get("location") == "header"
        }
        for name, member in in_headers.items():
            given = response["headers"].get(member.serialization["name"])
            if given is None and name in output.required_members:
                self.says(f"header {member.serialization['name']} is required and not there")
        body = {name: member for name, member in output.members.items() if name not in in_headers}
        if not body:
            return
        root = ElementTree.fromstring(response["body"])
        self.root(root, output.name, "https://route53.amazonaws.com/doc/2013-04-01/")
        self.xml_members(output, root, operation.name, body)

    def xml_members(self, shape, node, path, members=None):
        if shape is None:
            for child in node:
                self.says(f"{path}.{local(child)} is not in the model")
            return
        members = shape.members if members is None else members
        names, attributes = {}, {}
        for name, member in members.items():
            wire = member.serialization.get("name", name)
            if member.serialization.get("xmlAttribute"):
                attributes[wire.split(":")[-1]] = member
            elif member.type_name == "list" and member.serialization.get("flattened"):
                names[member.member.serialization.get("name", wire)] = (name, member)
            else:
                names[wire] = (name, member)
        if node.text and node.text.strip():
            self.says(f"{path} is a structure and has the text {node.text.strip()!r}")
        children = {}
        for child in node:
            children.setdefault(local(child), []).append(child)
        for key, found in children.items():
            if key not in names:
                self.says(f"{path}.{key} is not in the model")
                continue
            name, member = names[key]
            if member.type_name == "list" and member.serialization.get("flattened"):
                for child in found:
                    self.xml_value(member.member, child, f"{path}.{name}[]")
                continue
            if len(found) > 1:
                self.says(f"{path}.{name} is there {len(found)} times")
            for child in found:
                self.xml_value(member, child, f"{path}.{name}")
        for wire, member in attributes.items():
            given = [value for key, value in node.attrib.items() if key.split("}")[-1] == wire]
            for value in given:
                self.text(member, value, f"{path}@{wire}")
        there = {names[key][0] for key in children if key in names}
        for name in shape.required_members:
            if name in members and name not in there and name not in attributes:
                self.says(f"{path}.{name} is required and not there")

    def xml_value(self, shape, node, path):
        kind, text = shape.type_name, node.text or ""
        if kind == "structure":
            self.xml_members(shape, node, path)
        elif kind == "list":
            item = shape.member.serialization.get("name", "member")
            self.length(shape, len(node), path)
            for child in node:
                if local(child) != item:
                    self.says(f"{path} has <{local(child)}>, not <{item}>")
                self.xml_value(shape.member, child, f"{path}[]")
        elif kind == "map":
            for entry in node:
                for child in entry:
                    is_key = local(child) == shape.key.serialization.get("name", "key")
                    self.xml_value(shape.key if is_key else shape.value, child, f"{path}{{}}")
        elif len(node):
            self.says(f"{path} is a {kind} and has elements in it")
        elif kind in ("integer", "long"):
            if re.fullmatch(r"-?\d+", text):
                self.bounds(shape, int(text), path)
            else:
                self.says(f"{path} is {text!r}, not an integer")
        elif kind in ("float", "double"):
            float(text)
        elif kind == "boolean":
            if text not in ("true", "false"):
                self.says(f"{path} is {text!r}, not a boolean")
        elif kind == "timestamp":
            if ISO_TIMESTAMP.fullmatch(text):
                self.moment(datetime.fromisoformat(text.replace("Z", "+00:00")), path)
            else:
                self.says(f"{path} is {text!r}, not a time in ISO 8601")
        else:
            self.text(shape, text, path)

    # ----------------------------------------------------------------------------------------------------------- values
    def text(self, shape, value, path):
        if shape.type_name == "blob":
            try:
                base64.b64decode(value, validate=True)
            except binascii.Error:
                self.says(f"{path} is not base64")
            return
        enumeration = shape.metadata.get("enum")
        if enumeration and value not in enumeration and (path.replace("[]", ""), value) not in BEYOND_THE_MODEL:
            self.says(f"{path} is {value!r}, none of {', '.join(enumeration[:12])}")
        self.length(shape, len(value), path)
        pattern = shape.metadata.get("pattern")
        if pattern and not matches(pattern, value):
            self.says(f"{path} is {value!r:.80}, not of the pattern {pattern}")

    def length(self, shape, length, path):
        lowest, highest = shape.metadata.get("min"), shape.metadata.get("max")
        if length == 0 and path.replace("[]", "") in EMPTY_BEYOND_THE_MODEL:
            return
        if lowest is not None and length < lowest:
            self.says(f"{path} has the length {length}, below {lowest}")
        if highest is not None and length > highest:
            self.says(f"{path} has the length {length}, above {highest}")

    def bounds(self, shape, value, path):
        lowest, highest = shape.metadata.get("min"), shape.metadata.get("max")
        if (lowest is not None and value < lowest) or (highest is not None and value > highest):
            self.says(f"{path} is {value}, not within {lowest} and {highest}")

    def moment(self, moment, path):
        # The oldest are of AWS's own policies.
        if not 2010 <= moment.year <= 2100:
            self.says(f"{path} is {moment.isoformat()}: seconds taken for milliseconds?")


def local(node):
    return node.tag.split("}")[-1]


def matches(pattern, value):
    # Java's expressions; where Python's differ too much to compile, nothing is said.
    pattern = pattern.replace(r"\p{L}", r"\w").replace(r"\p{Z}", r"\s").replace(r"\p{N}", r"\d")
    try:
        return re.fullmatch(pattern, value, re.DOTALL) is not None
    except re.error:
        return True
