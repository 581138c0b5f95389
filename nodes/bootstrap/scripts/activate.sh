# Makes the host run the agent of a digest: configuration, link, unit or supervisor, then a restart where
# something changed. Prints `former=DIGEST` (what `current` named before) and a `changed=TEXT` for each change.
# Arguments: the folder of agents, the digest, the path and text of the agent's configuration, how to keep it
# running (systemd, supervisor), the path and text of the unit or supervisor, `restart` to restart in any case.
set -eu
agents=$1 digest=$2 config_path=$3 config=$4 keeper=$5 keeper_path=$6 keeper_text=$7 restart=$8
run=/run/berth

link() {
  ln -sfn "$2" "$agents/.link-$$"
  mv -fT "$agents/.link-$$" "$agents/$1"
}

# Replaces a file as a whole where its text differs; succeeds when it did.
put() {
  if [ -f "$1" ] && [ "$(cat "$1" && echo .)" = "$2." ]; then return 1; fi
  mkdir -p "$(dirname "$1")"
  (umask 077 && printf '%s' "$2" >"$1.berth-new")
  chmod "$3" "$1.berth-new"
  mv -f "$1.berth-new" "$1"
  echo "changed=wrote $1"
}

former=$(readlink "$agents/current" || true)
echo "former=$former"
if put "$config_path" "$config" 0600; then restart=restart; fi
if [ "$former" != "$digest" ]; then
  if [ -n "$former" ]; then link previous "$former"; fi
  link current "$digest"
  restart=restart
  echo "changed=$agents/current is now $digest"
fi
previous=$(readlink "$agents/previous" || true)
for folder in "$agents"/*/; do
  name=$(basename "$folder")
  case $name in
    current | previous | "$digest" | "$previous" | '*') ;;
    *) rm -rf "${agents:?}/$name" && echo "changed=removed the old agent $name" ;;
  esac
done

keeper_changed=no
if put "$keeper_path" "$keeper_text" 0644; then keeper_changed=yes; fi
mkdir -p "$run"
chmod 0755 "$run"

case $keeper in
  systemd)
    if [ "$keeper_changed" = yes ]; then
      systemctl daemon-reload
      restart=restart
    fi
    systemctl --quiet is-enabled berth-agent.service || systemctl --quiet enable berth-agent.service
    if [ "$restart" = restart ]; then
      systemctl restart berth-agent.service
      echo "changed=restarted berth-agent.service"
    elif ! systemctl --quiet is-active berth-agent.service; then
      systemctl start berth-agent.service
      echo "changed=started berth-agent.service"
    fi
    ;;
  supervisor)
    if [ "$keeper_changed" = yes ]; then /bin/sh "$keeper_path" stop; fi
    if /bin/sh "$keeper_path" status; then
      if [ "$restart" = restart ]; then
        /bin/sh "$keeper_path" restart
        echo "changed=restarted the agent"
      fi
    else
      # A session of its own and no open descriptor: it must survive the end of the SSH connection.
      setsid /bin/sh "$keeper_path" run </dev/null >/dev/null 2>&1 &
      echo "changed=started the agent's supervisor"
    fi
    ;;
esac
