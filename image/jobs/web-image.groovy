// An example of a build that needs Docker: a job of your own looks like this one. The repository is a public sample with
// a Dockerfile; the image stays on the agent, whose role may push to the masters' repository only.

freeStyleJob('web-image') {
    description('Builds the image of a web application.')
    label('docker')
    concurrentBuild()
    logRotator { numToKeep(50) }
    parameters {
        stringParam('REF', 'main', 'Branch, tag or commit')
    }
    scm {
        git {
            remote { url('https://github.com/docker/welcome-to-docker.git') }
            branch('$REF')
        }
    }
    wrappers { timestamps() }
    steps {
        shell('''\
#!/bin/bash
set -euo pipefail
docker build --pull --tag "web:$GIT_COMMIT" .
docker image inspect --format 'Built {{.Id}}, {{.Size}} bytes' "web:$GIT_COMMIT"
''')
    }
}
