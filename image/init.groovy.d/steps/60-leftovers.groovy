// Ends the agents that this slot's last master left behind. Nobody speaks to them, they cost, and they count for the cap.

import hudson.plugins.ec2.EC2AbstractSlave
import jenkins.model.Jenkins
import software.amazon.awssdk.services.ec2.model.DescribeInstancesRequest
import software.amazon.awssdk.services.ec2.model.Filter
import software.amazon.awssdk.services.ec2.model.TerminateInstancesRequest

try {
    // Started again in the same home, Jenkins still has its nodes: those are no leftovers.
    def known = Jenkins.get().nodes.findAll { it instanceof EC2AbstractSlave }*.instanceId as Set
    def filters = [
        'instance-state-name': ['pending', 'running', 'stopping', 'stopped'],
        *: described.agents.tags.findAll { it.key.startsWith('jdci:') }
            .collectEntries { name, text -> ["tag:${name}".toString(), [fill(text)]] },
    ].collect { name, values -> Filter.builder().name(name).values(values).build() }
    def pages = ec2.describeInstancesPaginator(DescribeInstancesRequest.builder().filters(filters).build())
    def leftovers = pages.reservations().collect { it.instances() }.flatten()*.instanceId().findAll { !(it in known) }
    leftovers.collate(100).each { ids ->
        log.info("jdci: ending the leftover agents ${ids.join(', ')}")
        ec2.terminateInstances(TerminateInstancesRequest.builder().instanceIds(ids).build())
    }
} catch (Exception problem) {
    // No reason to stay away from work: they end themselves when nobody speaks to them.
    log.warning("jdci: leftover agents could not be ended: ${problem.message}")
}
