#!/bin/sh
# A network of one's own has names.
set -eu

docker network create --label netmap.lesson=no-names forum
docker network connect forum forum-db
docker network connect forum forum-web
