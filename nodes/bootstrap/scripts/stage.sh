# Makes an empty folder to upload into, owned by the user who runs this, and prints its path.
# Argument: where to make it.
set -eu
parent=$1
umask 077
if [ "$(id -u)" = 0 ]; then
  mkdir -p "$parent"
fi
# What an upload left behind that was cut off.
find "$parent" -maxdepth 1 -name '.berth-incoming-*' -user "$(id -u)" -mmin +60 -exec rm -rf {} +
mktemp -d "$parent/.berth-incoming-XXXXXX"
