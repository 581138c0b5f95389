# Installs the packages given as arguments and starts the container runtime where systemd would.
# Arguments: the runtime's socket, its service, the packages.
set -eu
socket=$1 service=$2
shift 2
export DEBIAN_FRONTEND=noninteractive
apt-get -q -o DPkg::Lock::Timeout=120 update </dev/null
apt-get -q -y -o DPkg::Lock::Timeout=120 --no-install-recommends install "$@" </dev/null
if [ -d /run/systemd/system ]; then
  systemctl enable --now "$service" </dev/null
  tries=0
  while [ ! -S "$socket" ] && [ "$tries" -lt 50 ]; do
    sleep 0.2
    tries=$((tries + 1))
  done
fi
