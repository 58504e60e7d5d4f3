// Where this master is: its zone's subnet for the agents, and its host. Asked with the EC2 plugin's own client, for the
// SDK does not find its HTTP library from a script. Adds `subnet` and `host` to `farm`, and gives `ec2`.

import hudson.plugins.ec2.EC2Cloud
import software.amazon.awssdk.services.ec2.model.DescribeInstancesRequest
import software.amazon.awssdk.services.ec2.model.DescribeSubnetsRequest
import software.amazon.awssdk.services.ec2.model.Filter

// Not the instance profile, whose credentials a container cannot reach, but the default chain, which has the task's role.
ec2 = new EC2Cloud(farm.cloud, false, '', farm.region, null, null, null, [], null, null).connect()

def subnets = ec2.describeSubnets(DescribeSubnetsRequest.builder().subnetIds(farm.subnets).build()).subnets()
def own = subnets.find { it.availabilityZone() == farm.zone }
if (!own) {
    log.warning("jdci: none of ${farm.subnets.join(', ')} is in ${farm.zone}: agents start in another zone")
}
farm.subnet = own ? own.subnetId() : farm.subnets.first()

farm.host = 'unknown'
if (farm.hostAddress) {
    def filters = ['private-ip-address': farm.hostAddress, 'tag:jdci:farm': farm.name].collect { name, text ->
        Filter.builder().name(name).values([text]).build()
    }
    def answer = ec2.describeInstances(DescribeInstancesRequest.builder().filters(filters).build())
    farm.host = answer.reservations()*.instances().flatten()*.instanceId().find() ?: farm.hostAddress
}
