// Job DSL 3732.v9a_c49a_61a_313 as the boot step uses it. Scripts run as there: with a base class that has the methods of
// the DSL, closures by delegate first, and a parameter map in the binding. What the DSL has not is an error here too.
package javaposse.jobdsl.plugin

import org.codehaus.groovy.control.CompilerConfiguration

class JenkinsJobManagement {
    final PrintStream outputStream
    final Map<String, ?> parameters
    boolean failOnMissingPlugin

    JenkinsJobManagement(PrintStream outputLogger, Map<String, ?> envVars, File workspace) {
        outputStream = outputLogger
        parameters = envVars
    }
}

class JenkinsDslScriptLoader {
    static final List<Map> MADE = []
    private final JenkinsJobManagement management

    JenkinsDslScriptLoader(JenkinsJobManagement management) { this.management = management }

    def runScript(String script) {
        def configuration = new CompilerConfiguration(scriptBaseClass: JobParent.name)
        def shell = new GroovyShell(JenkinsDslScriptLoader.classLoader, new Binding(), configuration)
        def parsed = (JobParent) shell.parse(script)
        management.parameters.each { String name, value -> parsed.binding.setVariable(name, value) }
        parsed.run()
        MADE.addAll(parsed.jobs)
    }
}

class ExecuteDslScripts {
    private Map<String, Object> set = [:]

    void setUseScriptText(Boolean value) { set.useScriptText = value }

    /** Trims, as the real one does. */
    void setScriptText(String text) { set.scriptText = text.trim() }

    void setFailOnMissingPlugin(boolean value) { set.failOnMissingPlugin = value }

    void setAdditionalParameters(Map<String, Object> parameters) { set.additionalParameters = parameters }

    Map<String, Object> recorded() { set }
}

abstract class JobParent extends Script {
    final List<Map> jobs = []

    void freeStyleJob(String name, Closure body) {
        def job = [name: name, concurrent: false, parameters: [:], wrappers: [], shell: []]
        Context.run(new JobContext(job), body)
        jobs << job
    }
}

abstract class Context {
    static void run(Object context, Closure body) {
        def closure = (Closure) body.clone()
        closure.delegate = context
        closure.resolveStrategy = Closure.DELEGATE_FIRST
        closure.call(context)
    }
}

class JobContext {
    private final Map job

    JobContext(Map job) { this.job = job }

    void description(String text) { job.description = text }

    void label(String expression) { job.label = expression }

    void concurrentBuild(boolean allowed = true) { job.concurrent = allowed }

    void logRotator(Closure body) { Context.run(new LogRotatorContext(job), body) }

    void parameters(Closure body) { Context.run(new BuildParametersContext(job), body) }

    void scm(Closure body) { Context.run(new ScmContext(job), body) }

    void wrappers(Closure body) { Context.run(new WrapperContext(job), body) }

    void steps(Closure body) { Context.run(new StepContext(job), body) }
}

class LogRotatorContext {
    private final Map job

    LogRotatorContext(Map job) { this.job = job }

    void numToKeep(int number) { job.keeps = number }

    void daysToKeep(int number) { job.keepsDays = number }
}

class BuildParametersContext {
    private final Map job

    BuildParametersContext(Map job) { this.job = job }

    void stringParam(String name, String value = null, String description = null) { job.parameters[name] = value }
}

class ScmContext {
    private final Map job

    ScmContext(Map job) { this.job = job }

    void git(Closure body) { Context.run(new GitContext(job), body) }
}

class GitContext {
    private final Map job

    GitContext(Map job) { this.job = job }

    void remote(Closure body) { Context.run(new RemoteContext(job), body) }

    void branch(String name) { job.branch = name }
}

class RemoteContext {
    private final Map job

    RemoteContext(Map job) { this.job = job }

    void url(String url) { job.git = url }
}

class WrapperContext {
    private final Map job

    WrapperContext(Map job) { this.job = job }

    void timestamps() { job.wrappers << 'timestamps' }
}

class StepContext {
    private final Map job

    StepContext(Map job) { this.job = job }

    void shell(String command) { job.shell << command }
}
