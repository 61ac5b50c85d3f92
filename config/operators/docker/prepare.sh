#!/bin/sh
# Makes what compose.yaml mounts: generated slides, three keys, the roster, a plan that all three approve, their
# configurations and tokens. In earnest each hospital makes its own (docs/first-hour.md).
#   npm run build && config/operators/docker/prepare.sh [FOLDER]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
folder=${1:-$here/trial}
sites="harbour valley prairie"
consilium() { node "$here/../../../dist/cli/main.js" "$@"; }

if [ -e "$folder" ]; then
  echo "$folder is there already; remove it first" >&2
  exit 65
fi
mkdir -p "$folder/shared" "$folder/nodes"
consilium data generate "$folder/data" >&2

printf 'formatVersion: 1\nconsortium: compose-trial\nmembers:\n' >"$folder/shared/roster.yaml"
for site in $sites; do
  consilium init --state "$folder/state/$site" --site "$site" 2>/dev/null |
    sed "s|role: trainer|role: trainer, addresses: [/dns4/$site/tcp/4001]|" >>"$folder/shared/roster.yaml"
done
consilium plan new --task "$folder/data/synthetic-crc.task.yaml" --roster "$folder/shared/roster.yaml" \
  >"$folder/shared/plan.yaml"
hash=$(consilium plan show "$folder/shared/plan.yaml" | sed -n 's/^Hash to approve: //p')

for site in $sites; do
  sed -e "s/SITE/$site/" -e "s/PLAN_HASH/$hash/" "$here/node.yaml" >"$folder/nodes/$site.yaml"
  (umask 077 && mkdir -p "$folder/secrets" && node -p 'crypto.randomBytes(32).toString("hex")' \
    >"$folder/secrets/$site.token")
done
(umask 077 && node -p 'crypto.randomBytes(16).toString("hex")' >"$folder/secrets/grafana.password")

chmod -R a+rX "$folder/data" "$folder/shared" "$folder/nodes"

# The nodes run as 10001. Their tokens are root's: Prometheus, in their group, reads them too.
if [ "$(id -u)" = 0 ]; then
  chown -R 10001:10001 "$folder/state"
  chown root:10001 "$folder"/secrets/*.token && chmod 0440 "$folder"/secrets/*.token
  chown root:472 "$folder/secrets/grafana.password" && chmod 0440 "$folder/secrets/grafana.password"
  chmod 0755 "$folder/secrets"
else
  cat >&2 <<NEXT
Now give the files to whom they are for:
  sudo chown -R 10001:10001 $folder/state
  sudo chown root:10001 $folder/secrets/*.token && sudo chmod 0440 $folder/secrets/*.token
  sudo chown root:472 $folder/secrets/grafana.password && sudo chmod 0440 $folder/secrets/grafana.password
  sudo chmod 0755 $folder/secrets
NEXT
fi
