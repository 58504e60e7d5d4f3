// The SSH key of the agents: the private half of the stack's key pair, which ECS takes from Parameter Store.

import com.cloudbees.jenkins.plugins.sshcredentials.impl.BasicSSHUserPrivateKey
import com.cloudbees.plugins.credentials.CredentialsScope
import com.cloudbees.plugins.credentials.SystemCredentialsProvider
import hudson.util.Secret

def key = new BasicSSHUserPrivateKey(
    CredentialsScope.SYSTEM,
    described.cloud.credentials,
    described.agents.user,
    new BasicSSHUserPrivateKey.DirectEntryPrivateKeySource(Secret.fromString(farm.sshKey)),
    '',
    "Key pair ${farm.keyPair}".toString(),
)
def provider = SystemCredentialsProvider.getInstance()
provider.credentials.removeAll(provider.credentials.findAll { it instanceof BasicSSHUserPrivateKey && it.id == key.id })
provider.credentials.add(key)
provider.save()
