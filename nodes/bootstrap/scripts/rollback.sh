# Goes back to the agent that ran before. Where there was none, the failed one is stopped.
# Arguments: the folder of agents, the former digest (empty: none), how the agent is kept running, the
# supervisor's path.
set -eu
agents=$1 former=$2 keeper=$3 keeper_path=$4
if [ -n "$former" ]; then
  ln -sfn "$former" "$agents/.link-$$"
  mv -fT "$agents/.link-$$" "$agents/current"
  rm -f "$agents/previous"
  case $keeper in
    systemd) systemctl restart berth-agent.service ;;
    supervisor) /bin/sh "$keeper_path" restart ;;
  esac
else
  rm -f "$agents/current"
  case $keeper in
    systemd) systemctl --quiet disable --now berth-agent.service ;;
    supervisor) /bin/sh "$keeper_path" stop ;;
  esac
fi
