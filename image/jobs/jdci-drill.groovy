// Load for drills: a build that holds an agent for a while. Queued builds of equal parameters are folded into one by
// Jenkins, so DRILL and NUMBER keep them apart.

freeStyleJob('jdci-drill') {
    description('Sleeps: load for drills.')
    label('docker')
    concurrentBuild()
    logRotator { numToKeep(200) }
    parameters {
        stringParam('DRILL', '', 'Id of the drill that asks')
        stringParam('NUMBER', '0', 'Number of the build within its drill')
        stringParam('SECONDS', '120', 'How long it sleeps, 1 to 3600')
    }
    steps {
        shell('''\
#!/bin/bash
set -euo pipefail
# Read once, at the start: bash counts SECONDS up from the value given, and makes 0 of a word.
seconds="$SECONDS"
case "$seconds" in
  '' | 0 | *[!0-9]* | ??????*) echo "SECONDS is not a number of seconds from 1 to 3600: $seconds" >&2; exit 1 ;;
esac
if [ "$seconds" -gt 3600 ]; then seconds=3600; fi
set -x
sleep "$seconds"
''')
    }
}
