# Prints the last lines that the agent wrote.
# Arguments: how the agent is kept running, the number of lines.
set -u
case $1 in
  systemd) journalctl --no-pager --quiet --output=cat --lines="$2" --unit=berth-agent.service ;;
  supervisor) tail -n "$2" /var/log/berth/agent.log 2>/dev/null ;;
esac
exit 0
