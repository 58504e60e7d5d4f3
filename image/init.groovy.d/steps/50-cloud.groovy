// The EC2 cloud of this slot. A cloud of one name at several masters would make them take each other's agents for their
// own and end them, so it bears the slot's name.

import hudson.model.Node
import hudson.plugins.ec2.AssociateIPStrategy
import hudson.plugins.ec2.ConnectionStrategy
import hudson.plugins.ec2.EC2Cloud
import hudson.plugins.ec2.EC2Tag
import hudson.plugins.ec2.EbsEncryptRootVolume
import hudson.plugins.ec2.HostKeyVerificationStrategyEnum
import hudson.plugins.ec2.SlaveTemplate
import hudson.plugins.ec2.Tenancy
import hudson.plugins.ec2.UnixData
import jenkins.model.Jenkins

def agents = described.agents
def userData = new File(home, 'cloud-init/agent.yaml').getText('UTF-8').replace('@SILENT_MINUTES@', farm.idleMinutes)
// Run once, after the first SSH connection; Jenkins launches its agent only when it succeeds.
def initScript = '''\
#!/bin/sh
cloud-init status --wait >/dev/null
if [ ! -e /var/lib/jdci/ready ]; then
  echo 'jdci: the first boot did not complete; its log is /var/log/cloud-init-output.log:' >&2
  tail -n 20 /var/log/cloud-init-output.log >&2
  exit 1
fi
'''
def tags = agents.tags.collect { name, text -> new EC2Tag(name, fill(text)) }

// The constructor has 45 arguments and no names: each stands here with its own.
def template = new SlaveTemplate(
    /* ami */ farm.ami,
    /* zone */ '',
    /* spotConfig */ null,
    /* securityGroups */ farm.securityGroup,
    /* remoteFS */ agents.home,
    /* type */ farm.type,
    /* ebsOptimized */ false,
    /* labelString */ agents.label,
    /* mode */ Node.Mode.valueOf(agents.mode),
    // The description is part of the node's name and of the tag jenkins_slave_type.
    /* description */ agents.description,
    /* initScript */ initScript,
    /* tmpDir */ '',
    /* userData */ userData,
    /* numExecutors */ agents.executors.toString(),
    /* remoteAdmin */ agents.user,
    /* amiType */ new UnixData('sudo', '', '', '22', ''),
    /* javaPath */ 'java',
    /* jvmopts */ '',
    // False: an agent that powers itself off is ended, not kept as a stopped instance.
    /* stopOnTerminate */ false,
    /* subnetId */ farm.subnet,
    /* tags */ tags,
    /* idleTerminationMinutes */ farm.idleMinutes,
    /* minimumNumberOfInstances */ 0,
    /* minimumNumberOfSpareInstances */ 0,
    // Counted by the template's tags, so for this slot.
    /* instanceCapStr */ farm.cap,
    // An ARN: the plugin does not take a name.
    /* iamInstanceProfile */ farm.instanceProfile,
    /* deleteRootOnTermination */ true,
    /* useEphemeralDevices */ false,
    // Seconds from the start of the instance to a connected agent.
    /* launchTimeoutStr */ agents.launchTimeoutSeconds.toString(),
    /* associateIPStrategy */ AssociateIPStrategy.SUBNET,
    /* customDeviceMapping */ '',
    /* connectBySSHProcess */ false,
    /* monitoring */ false,
    /* t2Unlimited */ false,
    /* connectionStrategy */ ConnectionStrategy.PRIVATE_IP,
    // No limit.
    /* maxTotalUses */ -1,
    /* nodeProperties */ null,
    // The stricter ones wait minutes for the console output of EC2, longer than the whole start should take. What is
    // trusted at the first connection is an address in the farm's own network.
    /* hostKeyVerificationStrategy */ HostKeyVerificationStrategyEnum.ACCEPT_NEW,
    /* tenancy */ Tenancy.Default,
    /* ebsEncryptRootVolume */ EbsEncryptRootVolume.DEFAULT,
    /* metadataEndpointEnabled */ true,
    /* metadataTokensRequired */ true,
    // One hop ends at the agent: its role is for the build's own shell, not for the containers that it runs.
    /* metadataHopsLimit */ agents.metadataHops,
    /* metadataSupported */ true,
    /* enclaveEnabled */ false,
)
// Orphans are found by subnet and AMI too, so one from before an update or from another zone is never taken up again: it
// would only count for the cap. What the slot left behind is ended at boot instead.
template.avoidUsingOrphanedNodes = true

// Counted by the front door's URL, so for the whole farm.
def cloud = new EC2Cloud(farm.cloud, false, '', farm.region, null, described.cloud.credentials, farm.cap, [template], null, null)
// A build that waits gets its agent at once, not after the minute by which Jenkins' averages lag.
cloud.noDelayProvisioning = true

def jenkins = Jenkins.get()
jenkins.clouds.replaceBy([cloud])
jenkins.save()
