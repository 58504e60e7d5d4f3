// The only script that Jenkins itself runs at the end of its start, synchronously and before the first request is
// served: everything answers 503 until it returns. It runs the steps in the order of their names.
//
// Jenkins logs a hook that throws, or that does not even compile, and goes on: it would serve without security. So this
// script imports nothing of Jenkins or its plugins, and compiles and runs each step inside its own try: whatever is wrong
// with a step, the JVM ends, the container with it, and Amazon ECS starts another.

import java.util.logging.Level
import java.util.logging.Logger

def log = Logger.getLogger('jdci')
def current = 'boot'
try {
    def home = new File(System.getenv('JDCI_HOME') ?: '/usr/share/jdci')
    def steps = new File(home, 'init.groovy.d/steps').listFiles()?.findAll { it.name.endsWith('.groovy') }?.sort { it.name }
    if (!steps) throw new IllegalStateException("no steps in ${home}/init.groovy.d/steps")

    // What one step finds out, the next ones use: the binding is theirs together.
    def shared = new Binding(log: log, home: home)
    steps.each { step ->
        current = step.name - '.groovy'
        new GroovyShell(getClass().classLoader, shared).evaluate(step)
    }
    log.info("jdci: slot ${shared.getVariable('farm').slot} of ${shared.getVariable('farm').name} is configured")
} catch (Throwable problem) {
    // A step says what is missing by IllegalStateException: that is one line. Anything else wants its stack trace.
    def expected = problem.getClass() == IllegalStateException
    def reason = expected ? problem.message : problem.toString()
    log.log(Level.SEVERE, "jdci: ${current} failed, ending the JVM: ${reason}".toString(), expected ? null : problem)
    System.err.flush()
    // Not exit: its shutdown hooks would wait for the very start-up that this runs in.
    Runtime.runtime.halt(1)
}
