# `make` lists the targets.
.DEFAULT_GOAL := help
.NOTPARALLEL:

GO       ?= go
TOOL     := $(GO) tool -modfile=tools.mod
# Inputs, some seconds of them; a time is reported as a failure when its end
# comes in the middle of an input.
FUZZTIME ?= 20000x
BENCH    ?= .
COUNT    ?= 10
BENCH_SIZE ?= full
BASE     ?= main
PACKAGES ?= ./...

.PHONY: help build build-fast test-fast demo test check content race vet lint lint-selftest fmt tidy fuzz fuzz-short bench bench-write bench-build bench-check bench-tools bench-go bench-compare docs cover vuln clean

help: ## List the targets.
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

build: ## Build bin/pugmark, one static binary.
	CGO_ENABLED=0 $(GO) build -trimpath -buildvcs=auto -ldflags='-s -w' -o bin/pugmark ./cmd/pugmark

build-fast: ## Build bin/pugmark-fast, which unpacks gzip with libdeflate; needs cgo and libdeflate-dev.
	CGO_ENABLED=1 $(GO) build -tags=libdeflate -trimpath -buildvcs=auto -ldflags='-s -w' -o bin/pugmark-fast ./cmd/pugmark

test-fast: ## Run all tests with libdeflate built in.
	CGO_ENABLED=1 $(GO) test -tags=libdeflate ./...

demo: build ## The first look: scan an embedded sample.
	@./bin/pugmark demo

test: tidy vet lint lint-selftest race fuzz-short content ## Run everything that CI runs, in its order.

check: test ## The same as test.

content: build ## Check and test the built-in content, as a user would.
	./bin/pugmark detections validate --lint -o table
	./bin/pugmark detections test -o table

race: ## Run all tests with the race detector.
	$(GO) test -race -timeout=15m ./...

vet: ## Run go vet.
	$(GO) vet ./...

lint: ## Run the linters and check the formatting.
	$(TOOL) golangci-lint run

lint-selftest: ## Prove that the import rules catch a violation.
	.ci/lint-selftest $(TOOL) golangci-lint

fmt: ## Format the code.
	$(TOOL) golangci-lint fmt

tidy: ## Check that go.mod and go.sum are tidy.
	$(GO) mod tidy -diff

fuzz-short: ## Run each fuzz target for FUZZTIME inputs.
	@set -e; grep -rEo --include='*_test.go' --exclude-dir=.cache '^func Fuzz\w+' . | sed 's,/[^/]*:func , ,' | sort -u | \
	while read -r dir target; do \
	  echo "$(GO) test -fuzz=$$target -fuzztime=$(FUZZTIME) $$dir"; \
	  $(GO) test -run='^$$' -fuzz="^$$target\$$" -fuzztime=$(FUZZTIME) "$$dir" </dev/null; \
	done

fuzz: ## Run each fuzz target for a long time.
	@$(MAKE) --no-print-directory fuzz-short FUZZTIME=5000000x

bench: bench-build ## Measure against the targets and other tools; BENCH_SIZE=small for a quick look.
	$(BENCH_RUN)

bench-write: bench-build ## The same, and write the numbers into docs/performance.md.
	$(BENCH_RUN) -write docs/performance.md

BENCH_RUN = .cache/bench/bin/bench -size $(BENCH_SIZE)

# The measuring is a module of its own, since it links DuckDB. What the machine
# cannot build is left out there, and the page says so.
bench-build: build
	@mkdir -p .cache/bench/bin
	@rm -f bin/pugmark-fast .cache/bench/bin/duckdb
	cd bench && $(GO) build -trimpath -ldflags='-s -w' -o ../.cache/bench/bin/ . ./unpack
	-cd bench && CGO_ENABLED=1 $(GO) build -trimpath -ldflags='-s -w' -o ../.cache/bench/bin/ ./duckdb
	-@$(MAKE) --no-print-directory build-fast

bench-check: ## Check the module of the measuring: tidy, vet, lint, tests.
	cd bench && $(GO) mod tidy -diff && $(GO) vet ./... && $(GO) test ./...
	cd bench && $(GO) tool -modfile=../tools.mod golangci-lint run

bench-tools: ## Install the tools that pugmark is measured against, and libdeflate (Debian).
	apt-get install -y --no-install-recommends gzip grep jq pigz ripgrep libdeflate-dev

bench-go: ## Run the Go benchmarks BENCH of PACKAGES, COUNT times.
	@mkdir -p .cache
	$(GO) test -run='^$$' -bench='$(BENCH)' -benchmem -count=$(COUNT) $(PACKAGES) | tee .cache/bench.txt

bench-compare: bench-go ## Compare the Go benchmarks with those of the branch BASE.
	git worktree add --detach --force .cache/base $(BASE)
	cd .cache/base && $(GO) test -run='^$$' -bench='$(BENCH)' -benchmem -count=$(COUNT) $(PACKAGES) > ../bench-base.txt; \
	  cd ../.. && git worktree remove --force .cache/base
	$(TOOL) benchstat .cache/bench-base.txt .cache/bench.txt

docs: ## Write the pages of docs/reference from the tables in the code.
	$(GO) test ./internal/reference -update

cover: ## Measure what the tests cover.
	@mkdir -p .cache
	$(GO) test -coverpkg=./... -coverprofile=.cache/cover.out ./...
	$(GO) tool cover -func=.cache/cover.out | tail -n 1

vuln: ## Look for known vulnerabilities; needs vuln.go.dev.
	$(TOOL) govulncheck ./...

clean: ## Remove what was built.
	rm -rf bin .cache dist
