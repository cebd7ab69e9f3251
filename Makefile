# The few commands of this project. `make run` serves the blog, `make test` passes the tests; both set up what they need.
.DELETE_ON_ERROR:
SHELL = /bin/sh

TOOL    = go tool -modfile=tools/go.mod
VERSION = $$(git describe --tags --always --dirty 2>/dev/null || echo dev)
DIST    = static/dist/vang.js
PORT    = 8080
REPLICAS = 3
MINUTES = 10
SEED    = 0

.PHONY: help run dev build cluster chaos test unit e2e check generate format assets screenshots lighthouse fuzz bench bench-go bench-live clean tools-present docker-check verify-cockroach

help: ## list these commands
	@grep -E '^[a-z0-9-]+:.*## ' Makefile | sed 's/:.*## /\t/' | expand -t 14

run: build ## serve the blog on http://localhost:8080
	./vang serve --addr :$(PORT)

dev: build ## the author's desk: this folder's content, drafts shown, open pages follow each save
	./vang serve --addr :$(PORT) --content content --drafts

build: assets ## build ./vang, static, with everything inside
	CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -X main.version=$(VERSION)" -o vang .

cluster: build ## the blog as a cluster on this machine, to try it and break it: REPLICAS=5 CONTENT=folder PORT=8080
	sh tools/servers.sh
	cd e2e && go build -o ../bin/cluster ./cmd/cluster
	bin/cluster -vang ./vang -replicas $(REPLICAS) -port $(PORT) -content "$(CONTENT)"

chaos: assets ## break a cluster's parts for MINUTES=10 while people write and read, and judge what came of it; SEED=n does it again
	sh tools/servers.sh
	cd e2e && go run ./cmd/chaos -minutes $(MINUTES) -seed $(SEED)

test: unit e2e ## run all tests; installs what it needs where it may

unit: assets ## tests without a browser
	sh tools/unit.sh

e2e: build ## tests with a real browser and the HTML checkers
	sh tools/e2e.sh

check: assets ## generated code, format, vet, staticcheck, tidy modules
	sh tools/check.sh

generate: tools-present ## write the *_templ.go files again
	$(TOOL) templ generate -path views -log-level warn

format: tools-present ## format all Go and templ files
	$(TOOL) gofumpt -w $$(git ls-files '*.go' | grep -v _templ.go)
	$(TOOL) templ fmt views

assets: $(DIST) ## fetch and bundle script, style and icons into static/dist

$(DIST): package.json package-lock.json static/build.mjs $(shell find static/src static/formulas static/cards -type f 2>/dev/null) | tools-present
	npm ci --no-audit --no-fund --loglevel=error
	npm run --silent build

tools-present:
	@command -v go >/dev/null || { echo "make: Go is missing: install Go 1.26 or later from https://go.dev/dl/" >&2; exit 1; }
	@command -v node >/dev/null && command -v npm >/dev/null || { echo "make: Node is missing: install Node 20 or later, with npm, from https://nodejs.org/" >&2; exit 1; }

verify-cockroach: assets ## run the store's suite, retries, plans and three replicas on a real CockroachDB: URL=postgres://...
	@sh tools/verify-cockroach.sh "$(URL)"

docker-check: ## build the image with a real engine, run it and both Compose files; says what could not be checked
	sh tools/docker-check.sh

screenshots: build ## pictures of every kind of page into screenshots/
	cd e2e && SCREENSHOTS=$(CURDIR)/screenshots go test -count=1 -run 'TestScreenshots' .

lighthouse: build ## Lighthouse's marks for three pages, beside the goals: REPORT=docs/benchmarks.md writes them there
	REPORT="$(REPORT)" sh tools/lighthouse.sh

fuzz: ## run each fuzz target for ten seconds
	sh tools/fuzz.sh

bench-live: build ## what sockets cost, beside Centrifuge, into docs/benchmarks.md; only printed with SOCKETS=1000, QUICK=1, ONLY=storm or BESIDE=binary
	sh tools/servers.sh
	cd e2e && go run ./cmd/benchlive -vang ../vang $(if $(SOCKETS)$(QUICK)$(ONLY)$(BESIDE),\
		$(if $(SOCKETS),-sockets $(SOCKETS)) $(if $(QUICK),-quick) $(if $(ONLY),-only $(ONLY)) $(if $(BESIDE),-beside $(abspath $(BESIDE))),-out ../docs/benchmarks.md)

bench: build ## Vang beside Nginx, Caddy and bare databases, into docs/benchmarks.md: ONLY=pages,posts CASE=304 QUICK=1 (docs/benchmarks.md)
	ONLY="$(ONLY)" CASE="$(CASE)" QUICK="$(QUICK)" sh tools/bench.sh

bench-go: assets ## the benchmarks beside the code, compared with docs/benchmarks/baseline.txt; BASELINE=1 writes that anew
	BASELINE="$(BASELINE)" BENCH="$(BENCH)" sh tools/bench-go.sh

clean: ## remove what was built
	rm -rf vang bin node_modules screenshots
	find static/dist -type f ! -name .gitkeep -delete
