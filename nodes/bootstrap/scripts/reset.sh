# Takes the agent off this host. Prints a `changed=TEXT` for each thing that was there.
# Arguments: the state folder, the agent's configuration, the CNI configuration, the unit, the supervisor.
set -eu
state=$1 config=$2 cni=$3 unit=$4 supervisor=$5
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin

if [ -f "$unit" ]; then
  systemctl --quiet disable --now berth-agent.service
  rm -f "$unit"
  systemctl daemon-reload
  echo "changed=removed berth-agent.service"
fi
if [ -f "$supervisor" ]; then
  /bin/sh "$supervisor" stop
  echo "changed=stopped the agent's supervisor"
fi
if command -v nft >/dev/null 2>&1 && nft list table ip berth >/dev/null 2>&1; then
  nft delete table ip berth
  echo "changed=deleted the rules of table ip berth"
fi
for path in "$cni" "$config" "$(dirname "$config")" "$state" /run/berth /var/log/berth; do
  if [ -e "$path" ]; then
    rm -rf "$path"
    echo "changed=removed $path"
  fi
done
