#!/bin/sh
# The web server, and it alone, belongs on both networks.
set -eu

docker network connect shop-back shop-web
