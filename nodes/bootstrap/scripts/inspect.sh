# Prints what there is on this host, one NAME=VALUE per line, and changes nothing.
# Arguments: the runtime's socket, the runtime's program, the folder of agents, the digests of wanted agents.
set -u
socket=$1 runtime=$2 agents=$3
shift 3
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin

say() { printf '%s=%s\n' "$1" "$2"; }
has() { command -v "$1" >/dev/null 2>&1; }

say system "$(uname -s)"
say kernel "$(uname -r)"
say machine "$(uname -m)"
say distribution "$( (. /etc/os-release && printf '%s %s' "${ID:-}" "${VERSION_ID:-}") 2>/dev/null)"
say libc "$(getconf GNU_LIBC_VERSION 2>/dev/null)"

if [ "$(id -u)" = 0 ]; then
  say root user
  root() { "$@"; }
elif has sudo && sudo -n true 2>/dev/null; then
  say root sudo
  root() { sudo -n -- "$@"; }
else
  say root none
  root() { return 126; }
fi
say group "$(id -g)"

if [ -d /run/systemd/system ]; then say init systemd; else say init other; fi
if has apt-get; then say apt yes; fi
for tool in nft ip gzip sha256sum setsid; do
  if has "$tool"; then say "tool.$tool" yes; fi
done
for folder in /usr/lib/cni /opt/cni/bin; do
  if [ -x "$folder/bridge" ] && [ -x "$folder/host-local" ] && [ -x "$folder/loopback" ]; then
    say cni "$folder"
    break
  fi
done
# What the agent is linked against beside the C library.
libraries=$({ ldconfig -p || ls /lib /lib64 /usr/lib /usr/lib64; } 2>/dev/null)
for library in libatomic.so.1 libgcc_s.so.1 libstdc++.so.6; do
  case $libraries in *"$library"*) say "library.$library" yes ;; esac
done
if has runc || has crun; then say tool.runc yes; fi
if has "$runtime"; then say runtime.version "$("$runtime" --version 2>/dev/null | head -n 1)"; fi
if root test -S "$socket"; then say runtime.socket yes; fi

folder=/var/lib
say disk.freeKiB "$(df -Pk "$folder" | awk 'NR == 2 { print $4 }')"
v1=$(awk '$3 == "cgroup" { print "v1"; exit }' /proc/mounts)
v2=$(awk '$3 == "cgroup2" { print "v2"; exit }' /proc/mounts)
say cgroups "$v1$v2"

for digest in "$@"; do
  if has sha256sum && root test -f "$agents/$digest/berth-agent"; then
    if [ "$(root sha256sum "$agents/$digest/berth-agent" | cut -d ' ' -f 1)" = "$digest" ]; then
      say "agent.$digest" intact
    fi
  fi
done
exit 0
