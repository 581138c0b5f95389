# Takes the agent off this host. Prints a `changed=TEXT` for each thing that was there.
# Arguments: the state folder, the agent's configuration, the CNI configuration, the unit, the supervisor,
# `keep` to leave the volumes of pods, which still run.
set -eu
state=$1 config=$2 cni=$3 unit=$4 supervisor=$5 volumes=$6
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
if [ "$volumes" = keep ]; then
  keep=$state/pods persistent=$state/volumes
else
  keep=$state/none persistent=$state/none
  # Volumes in memory are mounts below the state folder.
  awk -v below="$state/" 'index($2, below) == 1 { print $2 }' /proc/mounts | sort -r | while read -r mount; do
    umount "$mount"
  done
fi
for path in "$cni" "$config" "$(dirname "$config")" "$state" /run/berth /var/log/berth; do
  if [ ! -e "$path" ]; then continue; fi
  if [ ! -d "$path" ]; then
    rm -f "$path"
    echo "changed=removed $path"
    continue
  fi
  if [ -n "$(find "$path" -mindepth 1 -maxdepth 1 ! -path "$keep" ! -path "$persistent")" ]; then
    find "$path" -mindepth 1 -maxdepth 1 ! -path "$keep" ! -path "$persistent" -exec rm -rf {} +
    echo "changed=emptied $path"
  fi
  # A folder that is a mount of its own stays.
  rmdir "$path" 2>/dev/null || true
done
