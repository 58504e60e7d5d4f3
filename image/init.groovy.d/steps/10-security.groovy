// Who may do what, before anything else: two users, each with a password and a fixed API token from its secret. Not by
// JCasC: an unset variable is an empty password there, and fixed API tokens it has not.

import hudson.EnvVars
import hudson.model.Item
import hudson.model.View
import hudson.security.GlobalMatrixAuthorizationStrategy
import hudson.security.HudsonPrivateSecurityRealm
import jenkins.model.Jenkins
import jenkins.security.ApiTokenProperty
import org.jenkinsci.plugins.matrixauth.PermissionEntry

def jenkins = Jenkins.get()
def realm = new HudsonPrivateSecurityRealm(false, false, null)
farm.secrets.each { name, secret ->
    def user = realm.createAccount(name, secret)
    def tokens = user.getProperty(ApiTokenProperty)
    // Started again in the same home, Jenkins has the token already, and would take a second one of the same name.
    tokens.tokenStore.tokenListSortedByName.findAll { it.name == 'jdci' }.each { tokens.revokeToken(it.uuid) }
    tokens.addFixedNewToken('jdci', "11${secret}".toString())
    user.save()
}
jenkins.securityRealm = realm

def strategy = new GlobalMatrixAuthorizationStrategy()
described.users.each { user ->
    def permissions = user.administers ? [Jenkins.ADMINISTER] : [Jenkins.READ, Item.READ, View.READ]
    permissions.each { strategy.add(it, PermissionEntry.user(user.name)) }
}
jenkins.authorizationStrategy = strategy
jenkins.save()
if (!jenkins.useSecurity) throw new IllegalStateException('security is off after it was set')

// Builds on the built-in node and Job DSL scripts inherit the environment of Jenkins.
(described.users*.secret + 'JDCI_AGENT_SSH_KEY').each { EnvVars.masterEnvVars.remove(it) }
