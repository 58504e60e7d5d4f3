// Runs the hook as Jenkins does (a GroovyShell over the plugins' class loader), in the JVM of this one run, for a hook that
// fails ends its JVM. What was configured is printed as one line of JSON; then the drill's switch is tried.
// Arguments: the hook's file, and the number of times that it runs.

import com.cloudbees.plugins.credentials.SystemCredentialsProvider
import groovy.json.JsonOutput
import hudson.EnvVars
import hudson.ExtensionList
import hudson.plugins.ec2.EC2AbstractSlave
import javaposse.jobdsl.plugin.JenkinsDslScriptLoader
import jenkins.health.HealthCheck
import jenkins.model.Jenkins
import jenkins.model.JenkinsLocationConfiguration
import jenkins.security.ApiTokenProperty
import org.jenkinsci.plugins.scriptsecurity.scripts.ScriptApproval
import org.kohsuke.stapler.StaplerRequest2
import org.kohsuke.stapler.verb.POST

def jenkins = Jenkins.get()
System.getenv('STUB_KNOWN_NODE')?.tokenize(',')?.each { jenkins.nodes << new EC2AbstractSlave(instanceId: it) }
(args[1] as int).times { new GroovyShell(getClass().classLoader, new Binding()).evaluate(new File(args[0])) }

def seed = jenkins.getItem('Seed')
def state = [
    executors: jenkins.numExecutors,
    mode: jenkins.mode.name(),
    systemMessage: jenkins.systemMessage,
    order: jenkins.order,
    signup: jenkins.securityRealm.allowsSignup,
    users: jenkins.securityRealm.users.collectEntries { name, user ->
        def tokens = user.getProperty(ApiTokenProperty).tokenStore.tokens.collect { [name: it.name, value: it.value] }
        [name, [password: user.password, tokens: tokens, saved: user.saves > 0]]
    },
    granted: jenkins.authorizationStrategy.granted,
    url: JenkinsLocationConfiguration.get().url,
    saved: jenkins.saves > 0 && JenkinsLocationConfiguration.get().saves > 0,
    environment: EnvVars.masterEnvVars.keySet().findAll { it.startsWith('JDCI_') },
    credentials: SystemCredentialsProvider.instance.credentials.collect {
        [scope: it.scope.name(), id: it.id, username: it.username, key: it.privateKeySource.key]
    },
    clouds: jenkins.clouds.items.collect { cloud ->
        [given: cloud.given, noDelayProvisioning: cloud.noDelayProvisioning, templates: cloud.templates.collect {
            [given: it.given, avoidUsingOrphanedNodes: it.avoidUsingOrphanedNodes]
        }]
    },
    jobs: JenkinsDslScriptLoader.MADE,
    approved: ScriptApproval.get().approved,
    seed: [
        label: seed.assignedLabel.name, saved: seed.saves > 0, steps: seed.buildersList.items*.recorded(),
    ],
]

def health = ExtensionList.lookup(HealthCheck).last()
def toggle = jenkins.actions.last()
def request = { seconds -> [getParameter: { String name -> name == 'seconds' ? seconds : null }] as StaplerRequest2 }
def secondsLeft = { Math.round((health.failsUntil - System.nanoTime()) / 1e9d) }
def drill = [name: health.name, urlName: toggle.urlName, atFirst: health.check()]
drill.failStatus = toggle.doFail(request('120')).code
drill.failing = health.check()
drill.asked = secondsLeft()
toggle.doFail(request(null))
drill.byDefault = secondsLeft()
toggle.doFail(request('99999'))
drill.atMost = secondsLeft()
health.failsUntil = System.nanoTime() - 1
drill.afterItsTime = health.check()
toggle.doFail(request('120'))
drill.passStatus = toggle.doPass(request(null)).code
drill.afterPass = health.check()
drill.postOnly = ['doFail', 'doPass'].every { toggle.getClass().getMethod(it, StaplerRequest2).isAnnotationPresent(POST) }
jenkins.denies = true
drill.denied = ['doFail', 'doPass'].every { name ->
    try {
        toggle."${name}"(request('120'))
        false
    } catch (hudson.security.AccessDeniedException3 expected) {
        true
    }
}
drill.afterDenied = health.check()
println "STATE ${JsonOutput.toJson(state + [drill: drill])}"
