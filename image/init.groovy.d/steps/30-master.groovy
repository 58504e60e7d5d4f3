// The master itself: its executors, its URL, and the message by which the console shows which one it is.

import hudson.model.Node
import jenkins.model.Jenkins
import jenkins.model.JenkinsLocationConfiguration

def jenkins = Jenkins.get()
// For Seed, and for a look at a job of that label beside it. Exclusive: what has no label runs on agents, never beside the
// masters' secrets.
jenkins.numExecutors = described.master.executors
jenkins.mode = Node.Mode.valueOf(described.master.mode)
// A form that programs read: slot, farm, task id, instance id (or "unknown").
jenkins.systemMessage = fill(described.master.message)
jenkins.save()

// The front door's URL, the same for every slot: the EC2 plugin counts the agents of the farm by it.
def location = JenkinsLocationConfiguration.get()
location.url = farm.url
location.save()
