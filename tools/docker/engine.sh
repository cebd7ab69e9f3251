# Part of docker-check.sh: an engine, the images, and Compose. Sourced.

docker() { command "$docker_program" "$@"; }

# find_docker prefers a client of the engine's own packages: one that is much newer may refuse an old engine.
find_docker() {
	for docker_program in /usr/bin/docker "$(command -v docker || true)"; do
		[ -n "$docker_program" ] && [ -x "$docker_program" ] && return 0
	done
	return 1
}

named_images() {
	{
		sed -n 's/^FROM \(--platform=[^ ]* \)\{0,1\}\([^ ]*:[^ ]*\).*/\2/p' Dockerfile
		sed -n 's/^ *image: \([^$]*\)$/\1/p' compose.yaml compose.single.yaml
	} | sort -u
}

# can_pull: each image is here or comes. The first that does not ends the asking.
can_pull() {
	for image in $(named_images); do
		docker image inspect "$image" >/dev/null 2>&1 || timeout 600 "$docker_program" pull --quiet "$image" >/dev/null 2>"$work/pull" || {
			say "$image cannot be pulled: $(tail -1 "$work/pull")"
			return 1
		}
	done
}

start_engine() {
	if find_docker && docker info >/dev/null 2>&1; then
		if can_pull; then
			say "using the engine that runs"
			return
		fi
		say "the engine that runs cannot pull, and stand-ins are not put into it"
	fi
	if [ "$(id -u)" != 0 ]; then
		unchecked "anything: no engine that can pull images, and only root may start another one"
		exit 1
	fi
	sh tools/need.sh dockerd docker.io iptables
	find_docker
	# No more files than this shell may have: an engine asks for a million, which not every machine gives.
	mkdir "$work/engine"
	data=${DOCKER_CHECK_DIR:-$work/engine}/data
	dockerd --data-root "$data" --exec-root "$work/engine/exec" --pidfile "$work/engine/pid" \
		--host "unix://$work/engine/socket" >"$work/engine/log" 2>&1 &
	engine=$!
	export DOCKER_HOST="unix://$work/engine/socket"
	within 60 docker info >/dev/null 2>&1 || {
		tail -20 "$work/engine/log" >&2
		unchecked "anything: dockerd does not start"
		exit 1
	}
	say "started an engine: $(docker version --format '{{.Server.Version}}')"
}

stop_engine() {
	[ -n "$engine" ] || return 0
	for container in $(docker ps --quiet); do docker kill "$container" >/dev/null 2>&1 || true; done
	kill "$engine"
	wait "$engine" 2>/dev/null || true
	# What an engine leaves mounted keeps its folder from being removed.
	awk -v under="$work/" 'index($2, under) == 1 { print $2 }' /proc/mounts | sort -r | while read -r mounted; do umount "$mounted" || true; done
}

get_images() {
	if [ -z "$engine" ]; then return; fi
	if docker image inspect compose-standin >/dev/null 2>&1; then
		standins=yes # kept from another run
	elif ! can_pull; then
		make_standins
	fi
	[ "$standins" = yes ] || return 0
	unchecked "the images themselves, which cannot be pulled here: programs of Debian $release stood in for them, which are
    $(docker run --rm compose-standin sh -c 'nginx -v; redis-server --version; prometheus --version; postgres --version' 2>&1 |
		sed -n 's,^nginx version: nginx/,Nginx ,p; s/^Redis server v=\([^ ]*\).*/Redis \1/p; s/^prometheus, version \([^ ]*\).*/Prometheus \1/p; s/^postgres (PostgreSQL) \([^ ]*\).*/PostgreSQL \1/p' |
		paste -s -d, | sed 's/,/, /g')"
	unchecked "CockroachDB: its commands were done by PostgreSQL, with real certificates; three nodes were three addresses of one server"
}

# Debian's next release has the versions that the files name, or later ones of the same kind; its stable one has too old an Nginx.
release=forky

make_standins() {
	sh tools/need.sh debootstrap debootstrap
	say "making stand-ins from Debian $release"
	# An older debootstrap does not know the name; all releases are made as the last one, sid, is.
	debootstrap --variant=minbase --include=ca-certificates "$release" "$work/debian" http://deb.debian.org/debian /usr/share/debootstrap/scripts/sid >"$work/debootstrap.log" 2>&1 || {
		tail -5 "$work/debootstrap.log" >&2
		unchecked "anything: neither images nor Debian's packages can be had"
		exit 1
	}
	tar -C "$work/debian" -c . | docker import - debian-standin >/dev/null
	rm -rf "$work/debian"
	context=$work/standins
	mkdir -p "$context/node/bin" "$context/node/lib/node_modules"
	cp tools/docker/policy-rc.d "$context/"
	cp "${SSL_CERT_FILE:-/etc/ssl/certs/ca-certificates.crt}" "$context/authorities.crt"
	cp -r "$(go env GOROOT)" "$context/go"
	cp "$(readlink -f "$(command -v node)")" "$context/node/bin/node"
	cp -r "$(npm root --global 2>/dev/null)/npm" "$context/node/lib/node_modules/npm"
	ln -s ../lib/node_modules/npm/bin/npm-cli.js "$context/node/bin/npm"
	(cd e2e && CGO_ENABLED=0 go build -o "$context/cockroach" ./cmd/standin)
	for image in $(named_images); do
		short=${image%%:*}
		short=${short##*/}
		case $short in
		redis_exporter) short=redis-exporter ;;
		nginx-prometheus-exporter) short=nginx-exporter ;;
		esac
		docker build --quiet --network host --target "$short" --tag "$image" --file tools/docker/Dockerfile "$context" >/dev/null 2>"$work/build" || {
			tail -20 "$work/build" >&2
			failed "a stand-in for $image cannot be built"
			exit 1
		}
	done
	docker build --quiet --network host --target common --tag compose-standin --file tools/docker/Dockerfile "$context" >/dev/null 2>&1
	standins=yes
	rm -rf "$context"
}

# compose runs Docker Compose: this machine's, or the stand-in's, which sees this machine's files and engine.
compose() {
	set -- --project-directory "$project" $files "$@"
	if docker compose version >/dev/null 2>&1; then
		docker compose "$@"
	elif [ "$standins" = yes ]; then
		docker run --rm --network host --env COMPOSE_PROJECT_NAME --env VANG_VERSION --env VANG_SUBNET \
			--volume "$work/engine/socket:/var/run/docker.sock" --volume "$work:$work" --volume "$root:$root:ro" --workdir "$project" \
			compose-standin /usr/libexec/docker/cli-plugins/docker-compose "$@"
	else
		docker-compose "$@"
	fi
}
