# Installs the packages given as arguments and starts the container runtime where systemd would.
# Arguments: the runtime's socket, its service, the packages.
set -eu
socket=$1 service=$2
shift 2
export DEBIAN_FRONTEND=noninteractive
apt() { apt-get -q -y -o DPkg::Lock::Timeout=120 -o Acquire::Retries=1 -o Acquire::http::Timeout=30 "$@" </dev/null; }
apt update
apt --no-install-recommends install "$@"
if [ -d /run/systemd/system ]; then
  systemctl enable --now "$service" </dev/null
  tries=0
  while [ ! -S "$socket" ] && [ "$tries" -lt 50 ]; do
    sleep 0.2
    tries=$((tries + 1))
  done
fi
