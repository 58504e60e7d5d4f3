// What this master is, from the environment that the stack gives its container and from the task metadata of Amazon ECS.
// All that is missing is named in one line. Gives `farm` to the steps after it; secrets are in it and are never logged.
// `described` is what every master has by the same description, which other programs read too; `fill` puts this master's
// words into its texts.

import groovy.json.JsonSlurperClassic

described = new JsonSlurperClassic().parse(new File(home, 'master.json'))
def required = described.variables + 'ECS_CONTAINER_METADATA_URI_V4'
def value = { String name -> System.getenv(name)?.trim() ?: '' }
def missing = required.findAll { !value(it) }
if (missing) throw new IllegalStateException("${missing.join(', ')} not set")

// Jenkins takes a fixed API token only as "11" and 32 hexadecimal digits; the secrets are those digits.
def wrong = described.users*.secret.findAll { !(value(it) ==~ /[0-9a-f]{32}/) }
    .collect { "${it} is not 32 hexadecimal digits" }
wrong += ['JDCI_AGENT_CAP', 'JDCI_AGENT_IDLE_MINUTES'].findAll { !(value(it) ==~ /[1-9][0-9]{0,5}/) }
    .collect { "${it} is not a whole number above 0" }
if (!(value('JDCI_SLOT') ==~ /[a-z]/)) wrong << 'JDCI_SLOT is not a letter'
if (!(value('JDCI_URL') ==~ /https?:\/\/.+/)) wrong << 'JDCI_URL is not a URL'
if (!value('JDCI_AGENT_SSH_KEY').contains('PRIVATE KEY')) wrong << 'JDCI_AGENT_SSH_KEY is not a private key'
if (wrong) throw new IllegalStateException(wrong.join(', '))

// The ECS agent may be a moment late with an answer; it throttles at 40 requests a second.
def readTask = { String address ->
    Exception last = null
    for (int attempt = 1; attempt <= 3; attempt++) {
        try {
            return new JsonSlurperClassic().parseText(
                new URL(address).getText(connectTimeout: 2000, readTimeout: 5000))
        } catch (Exception problem) {
            last = problem
            sleep(500)
        }
    }
    throw new IllegalStateException("task metadata could not be read at ${address}: ${last}")
}
def task = readTask("${value('ECS_CONTAINER_METADATA_URI_V4')}/task")
def container = task.Containers.find { it.Name == 'master' }
def unknown = [
    AvailabilityZone: task.AvailabilityZone, TaskARN: task.TaskARN, 'Image of the container master': container?.Image,
].findAll { !it.value }.keySet()
if (unknown) throw new IllegalStateException("task metadata without ${unknown.join(', ')}")

// The file is there where the host's ECS agent writes container metadata (ECS_ENABLE_CONTAINER_METADATA); nothing else
// tells a container in bridge mode on which host it runs.
def hostAddress = null
def metadataFile = value('ECS_CONTAINER_METADATA_FILE')
if (metadataFile) {
    try {
        hostAddress = new JsonSlurperClassic().parse(new File(metadataFile)).HostPrivateIPv4Address
    } catch (Exception problem) {
        log.warning("jdci: the host is unknown: ${metadataFile} could not be read: ${problem.message}")
    }
}

farm = [
    name: value('JDCI_FARM'),
    slot: value('JDCI_SLOT'),
    url: value('JDCI_URL').replaceAll('/*$', '') + '/',
    region: value('JDCI_REGION'),
    cluster: value('JDCI_CLUSTER'),
    zone: task.AvailabilityZone,
    task: task.TaskARN.tokenize('/').last(),
    image: container.Image,
    hostAddress: hostAddress,
    subnets: value('JDCI_AGENT_SUBNETS').tokenize(',')*.trim().findAll { it },
    securityGroup: value('JDCI_AGENT_SECURITY_GROUP'),
    instanceProfile: value('JDCI_AGENT_INSTANCE_PROFILE'),
    keyPair: value('JDCI_AGENT_KEY_PAIR'),
    ami: value('JDCI_AGENT_AMI'),
    type: value('JDCI_AGENT_TYPE'),
    cap: value('JDCI_AGENT_CAP'),
    idleMinutes: value('JDCI_AGENT_IDLE_MINUTES'),
    // Jenkins wants the final newline that was trimmed off.
    sshKey: value('JDCI_AGENT_SSH_KEY') + '\n',
    secrets: described.users.collectEntries { [it.name, value(it.secret)] },
]

fill = { String text ->
    [FARM: farm.name, SLOT: farm.slot, TASK: farm.task, HOST: farm.host ?: ''].inject(text) { filled, name, word ->
        filled.replace("@${name}@", word)
    }
}
farm.cloud = fill(described.cloud.name)
