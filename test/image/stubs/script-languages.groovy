package org.jenkinsci.plugins.scriptsecurity.scripts.languages

class GroovyLanguage {
    static GroovyLanguage get() { new GroovyLanguage() }
}
