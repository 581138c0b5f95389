# Unpacks an uploaded agent, verifies it, and puts it into place under its digest.
# Arguments: the folder of agents, the digest, the folder with the upload berth-agent.gz.
set -eu
agents=$1 digest=$2 staged=$3
work=$agents/.installing-$$
trap 'rm -rf "$work" "$staged"' EXIT
umask 077
mkdir -p "$agents"
mkdir "$work"
gzip -dc "$staged/berth-agent.gz" >"$work/berth-agent"
actual=$(sha256sum "$work/berth-agent" | cut -d ' ' -f 1)
if [ "$actual" != "$digest" ]; then
  echo "the upload has the SHA-256 $actual, but $digest was expected" >&2
  exit 1
fi
chmod 0755 "$work/berth-agent"
# What the host lacks to run it (a shared library) is better told here than by a service that does not start.
if ! said=$("$work/berth-agent" --version 2>&1); then
  echo "the agent does not run on this host: $said" >&2
  exit 1
fi
# On disk before it gets its name: a power cut must not leave an empty file under a digest.
sync "$work/berth-agent"
rm -rf "$agents/$digest"
mv -T "$work" "$agents/$digest"
