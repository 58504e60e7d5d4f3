// The drill's health check: /health/ answers 503 while a drill asks for it, though Jenkins is well. The load balancer then
// takes this master out, and Amazon ECS replaces its container. An administrator switches it:
//   POST /jdci-health/fail?seconds=600      204; passes again by itself after that time, an hour at most
//   POST /jdci-health/pass                  204

import hudson.ExtensionList
import hudson.model.RootAction
import java.util.concurrent.TimeUnit
import jenkins.health.HealthCheck
import jenkins.model.Jenkins
import org.kohsuke.stapler.HttpResponse
import org.kohsuke.stapler.HttpResponses
import org.kohsuke.stapler.StaplerRequest2
import org.kohsuke.stapler.verb.POST

class DrillHealthCheck implements HealthCheck {
    // Of System.nanoTime, which no correction of the clock moves; null: passes.
    volatile Long failsUntil = null
    final String name

    DrillHealthCheck(String name) { this.name = name }

    boolean check() {
        def until = failsUntil
        until == null || System.nanoTime() - until >= 0
    }
}

class DrillSwitch implements RootAction {
    private final DrillHealthCheck drill
    private final Map health

    DrillSwitch(DrillHealthCheck drill, Map health) {
        this.drill = drill
        this.health = health
    }

    String getIconFileName() { null }

    String getDisplayName() { null }

    String getUrlName() { health.url }

    @POST
    HttpResponse doFail(StaplerRequest2 request) {
        Jenkins.get().checkPermission(Jenkins.ADMINISTER)
        def asked = request.getParameter('seconds') ?: ''
        def seconds = asked ==~ /[1-9][0-9]{0,5}/ ? Math.min(asked as int, health.secondsAtMost) : health.seconds
        drill.failsUntil = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds)
        HttpResponses.status(204)
    }

    @POST
    HttpResponse doPass(StaplerRequest2 request) {
        Jenkins.get().checkPermission(Jenkins.ADMINISTER)
        drill.failsUntil = null
        HttpResponses.status(204)
    }
}

def drill = new DrillHealthCheck(described.health.name)
ExtensionList.lookup(HealthCheck).add(drill)
// Jenkins took the root actions into this list before it ran the hooks, so the extension list alone would not do.
Jenkins.get().actions.add(new DrillSwitch(drill, described.health))
