// Builds this very image on an agent and pushes it to the repository that it came from. The sources are those that the
// running image carries, so no other place is needed; take `scm` instead once they live in a repository of yours.
// JDCI_IMAGE, JDCI_SLOT: given by the boot step 70-jobs and by Seed.

freeStyleJob('build-jenkins-master') {
    description('Builds the image of the masters and pushes it to ECR.')
    label('docker')
    logRotator { numToKeep(20) }
    wrappers { timestamps() }
    steps {
        shell("""\
#!/bin/bash
image='${JDCI_IMAGE}'
slot='${JDCI_SLOT}'
""" + '''\
set -euo pipefail
registry="${image%%/*}"
repository="${image%@*}"
# The registry's region, which need not be the farm's: ACCOUNT.dkr.ecr.REGION.amazonaws.com.
region="$(cut -d . -f 4 <<< "$registry")"
# Tags of the repository are immutable, and every slot counts its builds from 1 again after each start: a number would
# come twice.
tag="$(date -u +%Y%m%d-%H%M%S)-$slot"

aws ecr get-login-password --region "$region" | docker login --username AWS --password-stdin "$registry"
docker pull --quiet "$image"
container="$(docker create "$image")"
trap 'docker rm --force "$container" > /dev/null; docker logout "$registry" > /dev/null' EXIT
rm -rf context
docker cp "$container:/usr/share/jdci" context

docker build --pull --tag "$repository:$tag" context
docker push "$repository:$tag"
digest="$(docker image inspect --format '{{range .RepoDigests}}{{println .}}{{end}}' "$repository:$tag" | grep -F "$repository@" | head -n 1)"
echo "Pushed $digest"
echo "To run it: jdci-tui provision --set ImageUri=$digest"
''')
    }
}
