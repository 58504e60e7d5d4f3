// The master itself: its executors, its URL, and the message by which the console shows which one it is.

import hudson.model.Node
import jenkins.model.Jenkins
import jenkins.model.JenkinsLocationConfiguration

def jenkins = Jenkins.get()
// For Seed, and for a look at a job of that label beside it. Exclusive: what has no label runs on agents, never beside the
// masters' secrets.
jenkins.numExecutors = 2
jenkins.mode = Node.Mode.EXCLUSIVE
// A form that programs read: slot, farm, task id, instance id (or "unknown").
jenkins.systemMessage = "Master of slot ${farm.slot} of ${farm.name}: task ${farm.task} on host ${farm.host}".toString()
jenkins.save()

// The front door's URL, the same for every slot: the EC2 plugin counts the agents of the farm by it.
def location = JenkinsLocationConfiguration.get()
location.url = farm.url
location.save()
