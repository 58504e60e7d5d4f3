// The jobs, made now so that they are there at the first request, and Seed, which makes them again at any time.

import hudson.model.FreeStyleProject
import javaposse.jobdsl.plugin.ExecuteDslScripts
import javaposse.jobdsl.plugin.JenkinsDslScriptLoader
import javaposse.jobdsl.plugin.JenkinsJobManagement
import jenkins.model.Jenkins
import org.jenkinsci.plugins.scriptsecurity.scripts.ScriptApproval
import org.jenkinsci.plugins.scriptsecurity.scripts.languages.GroovyLanguage

def jenkins = Jenkins.get()
// What the scripts may use; Seed gives them the same.
def parameters = [JDCI_FARM: farm.name, JDCI_SLOT: farm.slot, JDCI_REGION: farm.region, JDCI_IMAGE: farm.image]
// Trimmed, because the build step trims its text and an approval holds for that exact text.
def scripts = new File(home, 'jobs').listFiles().findAll { it.name.endsWith('.groovy') }.sort { it.name }
    .collect { it.getText('UTF-8').trim() }

def management = new JenkinsJobManagement(System.out, parameters, new File(jenkins.rootDir, 'jdci-jobs'))
management.failOnMissingPlugin = true
scripts.each { new JenkinsDslScriptLoader(management).runScript(it) }

def seed = jenkins.getItem(described.seed.name) ?: jenkins.createProject(FreeStyleProject, described.seed.name)
seed.description = described.seed.description
seed.assignedLabel = jenkins.getLabel(described.seed.label)
seed.buildersList.replaceBy(scripts.collect { text ->
    // Without this approval Seed would wait for an administrator.
    ScriptApproval.get().preapprove(text, GroovyLanguage.get())
    def step = new ExecuteDslScripts()
    step.useScriptText = true
    step.scriptText = text
    step.failOnMissingPlugin = true
    step.additionalParameters = new HashMap(parameters)
    step
})
seed.save()
