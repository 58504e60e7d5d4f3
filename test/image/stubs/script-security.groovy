package org.jenkinsci.plugins.scriptsecurity.scripts

import org.jenkinsci.plugins.scriptsecurity.scripts.languages.GroovyLanguage

class ScriptApproval {
    private static final ScriptApproval INSTANCE = new ScriptApproval()
    final List<String> approved = []

    static ScriptApproval get() { INSTANCE }

    String preapprove(String script, GroovyLanguage language) {
        approved << script
        script
    }
}
