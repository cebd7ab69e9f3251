# Part of docker-check.sh: the image by itself. Sourced.

ours=vang:check
export VANG_VERSION=check

# Where packages come only over the host's own network, as in most closed ones, the build needs it.
build() { docker build --network host --build-arg VERSION=check --tag "$ours" "$@"; }

# sources copies the project as it is now, so that nothing changes between two builds.
sources() {
	mkdir -p "$1"
	git ls-files --cached --others --exclude-standard -z | tar --create --null --files-from - --ignore-failed-read 2>/dev/null | tar --extract --directory "$1"
}

binary_sum() {
	id=$(docker create "$ours")
	docker cp "$id:/vang" - | tar -xO | sha256sum | cut -d' ' -f1
	docker rm "$id" >/dev/null
}

inspect() { docker image inspect --format "$1" "$ours"; }

is() { [ "$1" = "$2" ] || {
	echo "$1, not $2"
	return 1
}; }

no_shell() { ! docker run --rm --entrypoint /bin/sh "$ours" -c true; }

healthy() { [ "$(docker inspect --format '{{if .State.Health}}{{.State.Health.Status}}{{else}}{{.State.Status}}{{end}}' "$1")" = healthy ]; }

check_image() {
	say "building $ours"
	sources "$work/source"
	if ! build "$work/source" >"$work/build" 2>&1; then
		tail -30 "$work/build" >&2
		failed "the Dockerfile builds"
		exit 1
	fi
	checked "the Dockerfile builds with BuildKit ($(docker version --format '{{.Server.Version}}'))"
	first=$(binary_sum)
	say "building again, elsewhere and without any cache"
	docker builder prune --all --force >/dev/null
	mkdir "$work/elsewhere"
	cp -r "$work/source" "$work/elsewhere/again" # with times of its own
	build --no-cache "$work/elsewhere/again" >"$work/build" 2>&1 || tail -30 "$work/build" >&2
	rm -rf "$work/source" "$work/elsewhere"
	verify "two builds, of two copies and without a common cache, give the same binary, $first" is "$(binary_sum)" "$first"
	size=$(($(inspect '{{.Size}}') / 1000000))
	verify "the image has $size MB, less than 60" [ "$size" -lt 60 ]
	verify "it runs as 65532" is "$(inspect '{{.Config.User}}')" 65532:65532
	verify "it ends by SIGTERM" is "$(inspect '{{.Config.StopSignal}}')" SIGTERM
	verify "it has no shell" no_shell
	verify "it tells its version" sh -c "'$docker_program' run --rm $ours version | grep -q 'vang check '"
	check_alone
}

answers() { curl --silent --show-error --fail --max-time 5 --insecure --output "$work/answer" "$@"; }

# says TEXT CURL...: the answer has TEXT in it.
says() {
	wanted=$1
	shift
	answers "$@" && grep -q -- "$wanted" "$work/answer"
}

comment() {
	says "$2" --header 'Content-Type: application/json' --data "{\"post\":\"what-vang-is\",\"author\":{\"name\":\"Lan\"},\"body\":\"$2\"}" "$1/api/comments"
}

# check_alone runs the image as `docker run` would, with SQLite in a volume and everything else closed.
check_alone() {
	id=$(docker run --detach --read-only --cap-drop ALL --security-opt no-new-privileges --tmpfs /tmp --volume vang-check-alone:/data \
		--publish 127.0.0.1::8080 "$ours")
	verify "alone, with SQLite on a volume and a file system that cannot be written, it gets healthy" within 60 healthy "$id"
	at=http://$(docker port "$id" 8080)
	verify "alone, it serves a post" says "<article" "$at/blog/what-vang-is"
	verify "alone, it takes a comment" comment "$at" "kept-$$"
	verify "alone, it ends within 20 s of SIGTERM" timeout 25 "$docker_program" stop --time 20 "$id"
	verify "alone, it ends without an error" is "$(docker inspect --format '{{.State.ExitCode}}' "$id")" 0
	docker start "$id" >/dev/null
	verify "alone, started again, it gets healthy" within 60 healthy "$id"
	at=http://$(docker port "$id" 8080)
	verify "alone, started again, it has the comment" says "kept-$$" "$at/api/comments?post=what-vang-is"
	docker rm --force "$id" >/dev/null
	docker volume rm vang-check-alone >/dev/null
}
