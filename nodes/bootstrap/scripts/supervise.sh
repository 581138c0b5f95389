# Keeps the Berth agent running on a host without systemd: `run` in the foreground until `stop`, `restart` and
# `status` from elsewhere. A process is told by its id together with its start time, so that an id which the
# kernel gave to somebody else is never signalled.
set -u
agent_path=/var/lib/berth/agents/current/berth-agent
run=/run/berth
log=/var/log/berth/agent.log
log_bytes_max=10485760
delay_seconds_max=30
steady_seconds=10

# The start time in clock ticks: field 22 of stat, counted after the program's name in parentheses.
started() { sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | cut -d ' ' -f 20; }
record() { printf '%s %s\n' "$2" "$(started "$2")" >"$run/$1.new" && mv -f "$run/$1.new" "$run/$1"; }

# Prints the id of a recorded process that is still the same one.
alive() {
  [ -r "$run/$1" ] || return 1
  read -r pid start <"$run/$1"
  [ -n "$start" ] && [ "$(started "$pid")" = "$start" ] && echo "$pid"
}

# Ends a recorded process: asks first, forces after 10 s, and waits until it is gone. (`alive` is asked in a
# subshell, since the record may name the next process while this one is waited for.)
end() {
  ending=$(alive "$1") || return 0
  began=$(started "$ending")
  # A stopped process hears of TERM only when it is continued.
  kill -TERM "$ending" 2>/dev/null && kill -CONT "$ending" 2>/dev/null
  tries=0
  while [ "$(started "$ending")" = "$began" ] && ! gone "$ending"; do
    tries=$((tries + 1))
    if [ "$tries" -eq 100 ]; then kill -KILL "$ending" 2>/dev/null; fi
    if [ "$tries" -gt 150 ]; then
      echo "process $ending does not end" >&2
      return 1
    fi
    sleep 0.1
  done
}

# A zombie has ended, whoever was to wait for it.
gone() { case $(sed 's/.*) //' "/proc/$1/stat" 2>/dev/null) in '' | Z*) return 0 ;; *) return 1 ;; esac; }

keep_log_small() {
  while sleep 60; do
    if [ "$(wc -c <"$log")" -gt "$log_bytes_max" ]; then
      # The agent appends to the open file, so it is emptied in place.
      cp "$log" "$log.1" && : >"$log"
    fi
  done
}

keep_running() {
  mkdir -p "$run" "$(dirname "$log")"
  if alive supervisor.pid >/dev/null; then exit 0; fi
  record supervisor.pid $$
  # Better that the kernel takes a container than what looks after containers; refused without the capability.
  { echo -900 >/proc/$$/oom_score_adj; } 2>/dev/null
  trap '' HUP
  trap 'stopping=yes; [ -z "$agent" ] || kill -TERM "$agent" 2>/dev/null' TERM INT
  trap 'delay=0; again=yes' USR1
  stopping=no agent='' delay=1
  : >>"$log"
  keep_log_small &
  log_keeper=$!
  while [ "$stopping" = no ]; do
    begun=$(date +%s)
    again=no
    "$agent_path" </dev/null >>"$log" 2>&1 &
    agent=$!
    record agent.pid "$agent"
    wait "$agent"
    code=$?
    # A signal ends the wait early.
    while ! gone "$agent"; do
      wait "$agent"
      code=$?
    done
    [ "$stopping" = no ] || break
    # One that held for a while is started again at once.
    if [ "$(($(date +%s) - begun))" -ge "$steady_seconds" ]; then delay=0; fi
    if [ "$again" = no ]; then
      echo "berth-supervise: the agent ended with code $code; starting it again in $delay s" >>"$log"
      sleep "$delay" &
      wait $!
      delay=$((delay * 2))
      if [ "$delay" -gt "$delay_seconds_max" ]; then delay=$delay_seconds_max; fi
    fi
    if [ "$delay" -eq 0 ]; then delay=1; fi
  done
  kill "$log_keeper" 2>/dev/null
  rm -f "$run/supervisor.pid" "$run/agent.pid"
}

case ${1:-} in
  run) keep_running ;;
  status) alive supervisor.pid >/dev/null ;;
  restart)
    # The wish first: the end of the agent must find it, or the supervisor would wait before it starts the next.
    if supervisor=$(alive supervisor.pid); then kill -USR1 "$supervisor"; end agent.pid; fi
    ;;
  stop)
    if supervisor=$(alive supervisor.pid); then kill -TERM "$supervisor"; end agent.pid; end supervisor.pid; fi
    end agent.pid
    ;;
  *) echo "usage: supervise.sh run | status | restart | stop" >&2; exit 64 ;;
esac
