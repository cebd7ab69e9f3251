# Part of docker-check.sh: the Compose files, run as an operator would. Sourced.

containers() { docker ps --all --quiet --filter "label=com.docker.compose.project=$COMPOSE_PROJECT_NAME" "$@"; }
service() { containers --filter "label=com.docker.compose.service=$1"; }

# settled: each container with a health check is healthy, each other one runs, or has ended without an error.
settled() {
	for container in $(containers); do
		state=$(docker inspect --format '{{.State.Status}} {{if .State.Health}}{{.State.Health.Status}}{{end}} {{.State.ExitCode}}' "$container")
		case $state in
		"running healthy "* | "running  "* | "exited  0" | "exited unhealthy 0") ;;
		*)
			echo "$(docker inspect --format '{{.Name}}' "$container"): $state"
			return 1
			;;
		esac
	done
}

# world: what is published other than on loopback.
world() {
	docker ps --format '{{.Ports}}' | tr ',' '\n' | sed -n 's/^ *\(.*\)->.*/\1/p' | grep -v '^127\.0\.0\.1:' | sort -u | tr '\n' ' '
}

targets() {
	answers "http://localhost:9090/api/v1/targets?state=active" &&
		tr '{' '\n' <"$work/answer" | grep -c '"health":"up"\|"health": "up"' >"$work/up" || true
	up=$(grep -o '"health":"[a-z]*"' "$work/answer" | sort | uniq -c | tr -s ' \n' ' ')
	[ "$up" = " $1 \"health\":\"up\" " ] || {
		echo "targets:$up, not $1 up"
		grep -o '"lastError":"[^"]\+"' "$work/answer" | sort -u
		return 1
	}
}

certificate_query() {
	container=$(service "$1" | head -1)
	docker exec "$container" /cockroach/cockroach sql --certs-dir=/certs --host="$2" --execute="SELECT 1"
}

# stopped: no container was killed: each ended in its time, with a status of its own.
stopped() {
	for container in $(containers); do
		state=$(docker inspect --format '{{.Name}} {{.State.ExitCode}} {{.State.OOMKilled}}' "$container")
		case $state in
		*" 0 false" | *" 143 false" | *exporter*" 2 false") ;; # some end by the signal itself
		*)
			echo "$state"
			return 1
			;;
		esac
	done
}

# crash ends a replica as a fault does, not as an operator: an engine starts only the former again.
crash() {
	pid=$(docker inspect --format '{{.State.Pid}}' "$1")
	if [ -n "$engine" ]; then
		kill -KILL "$pid"
	else # the engine may be on another machine
		docker kill "$1" >/dev/null
		docker start "$1" >/dev/null
	fi
}

# crash_under_load: a replica dies while pages are asked for; each page comes.
crash_under_load() {
	count=0
	while [ "$count" -lt 300 ]; do
		[ "$count" != 50 ] || crash "$(service vang | head -1)"
		answers "http://localhost/blog/what-vang-is?n=$count" || return 1
		count=$((count + 1))
	done
}

new_post() {
	printf -- '---\ntitle: Saved just now\ndate: 2026-01-02\n---\nA file that was saved while replicas run.\n' >"$project/content/posts/saved-just-now.md"
}

check_stack() {
	file=$1
	files="--file $file"
	if [ "$standins" = yes ]; then
		case $file in
		compose.yaml) files="$files --file $root/tools/docker/standins.yaml" ;;
		*) files="$files --file $root/tools/docker/standins.single.yaml" ;;
		esac
	fi
	# A copy: posts are saved into it.
	project=$work/project
	rm -rf "$project"
	mkdir "$project"
	cp -r compose.yaml compose.single.yaml deploy content "$project/"
	chmod -R a+rX "$work/project" && chmod a+x "$work"
	say "starting $file"
	if ! compose up --detach --no-build >"$work/up.log" 2>&1; then
		tail -30 "$work/up.log" >&2
		failed "$file starts"
		for container in $(containers); do
			docker inspect --format '{{.Name}} {{.State.Status}} {{.State.ExitCode}}' "$container" >&2
			docker logs --tail 10 "$container" >&2 2>&1
		done
		exit 1
	fi
	checked "$file starts, with Docker Compose $(compose version --short 2>/dev/null)"
	verify "$file: every service is healthy" within 120 settled
	verify "$file: all that the world sees is $(world)" is "$(world)" "0.0.0.0:443 0.0.0.0:80 "
	check_addresses
	case $file in
	compose.yaml) check_cluster ;;
	*) check_single ;;
	esac
	say "stopping $file"
	before=$(date +%s)
	compose stop >"$work/stop.log" 2>&1 || true
	verify "$file: every container ends in its time, none is killed ($(($(date +%s) - before)) s)" stopped
	compose start >"$work/start.log" 2>&1 || compose up --detach --no-build >"$work/start.log" 2>&1 || true
	verify "$file: started again, every service is healthy" within 120 settled
	verify "$file: started again, it has the comments" within 20 says "kept-$$" "http://localhost/api/comments?post=what-vang-is"
	verify "$file: a second 'up' does nothing and no harm" compose up --detach --no-build
	verify "$file: after it every service is healthy" within 120 settled
	compose down --volumes >"$work/down.log" 2>&1 || true
	project=
}

check_addresses() {
	verify "$file: / answers" says "<title>" http://localhost/
	verify "$file: /blog/what-vang-is answers" says "<article" http://localhost/blog/what-vang-is
	verify "$file: /api/comments takes a comment" comment http://localhost "kept-$$"
	verify "$file: /api/comments has it" says "kept-$$" "http://localhost/api/comments?post=what-vang-is"
	verify "$file: /health answers" says "database" http://localhost/health
	verify "$file: /metrics answers on the host" says "vang_build_info" http://localhost/metrics
	verify "$file: https answers, with a certificate of its own" says "<title>" https://localhost/
	verify "$file: the console answers on 8085" answers https://localhost:8085/
	new_post
	verify "$file: a post saved into content/ is served" within 10 answers http://localhost/blog/saved-just-now
}

check_cluster() {
	verify "$file: two replicas run" is "$(service vang | wc -l)" 2
	for port in 8086 8087; do verify "$file: the console answers on $port" answers "https://localhost:$port/"; done
	for port in 26257 26258 26259; do
		verify "$file: SQL listens on 127.0.0.1:$port" timeout 5 bash -c "</dev/tcp/127.0.0.1/$port"
	done
	for node in crdb1 crdb2 crdb3; do verify "$file: $node answers SQL to a certificate" certificate_query "$node" localhost:26257; done
	verify "$file: init takes a licence key" compose run --rm --no-deps --env COCKROACH_LICENSE=crl-0-abc+/= init
	verify "$file: init refuses what is none" refuses_license
	verify "$file: Redis answers" sh -c "'$docker_program' exec $(service redis) redis-cli ping | grep -q PONG"
	verify "$file: Redis keeps what replicas share" sh -c "'$docker_program' exec $(service redis) redis-cli pubsub channels | grep -q ."
	verify "$file: Prometheus sees two replicas, three nodes, Redis, Nginx and itself" within 60 targets 8
	compose up --detach --no-build --scale vang=4 >"$work/scale.log" 2>&1
	verify "$file: --scale vang=4 gets healthy" within 120 settled
	verify "$file: Prometheus finds the new replicas by itself" within 60 targets 10
	verify "$file: Nginx finds the new replicas by itself" within 30 all_serve 4
	verify "$file: a replica crashes while 300 pages are asked for, each page comes" crash_under_load
	verify "$file: the replica that crashed is started again" within 60 settled
}

# refuses_license: what is no key stops the start, and does not reach the database as SQL.
refuses_license() {
	! compose run --rm --no-deps --env "COCKROACH_LICENSE=x'; DROP DATABASE vang" init >"$work/license" 2>&1 && grep -q "is no licence key" "$work/license"
}

# all_serve N: N replicas have answered pages.
all_serve() {
	for n in 1 2 3 4 5 6 7 8 9 10 11 12; do answers "http://localhost/blog/what-vang-is?serve=$n$(date +%N)" || return 1; done
	served=0
	for container in $(service vang); do
		if docker logs --since 60s "$container" 2>&1 | grep -q '/blog/{slug}"'; then served=$((served + 1)); fi
	done
	[ "$served" = "$1" ] || {
		echo "$served of $1 served"
		return 1
	}
}

check_single() {
	verify "$file: one replica runs, without Redis" is "$(service vang | wc -l)$(service redis | wc -l)" 10
}
