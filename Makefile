# What people and scripts call. Everything else is in the README.
SHELL := /bin/bash -eo pipefail
GO ?= go
VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.7.0
export CGO_ENABLED = 1

.PHONY: build run demo test test-readers lint bench clean

build: ## bin/gen
	@command -v $${CC:-cc} >/dev/null || command -v gcc >/dev/null || { echo "a C compiler is needed (SQLite is built from source)"; exit 1; }
	$(GO) build -trimpath -ldflags "-X main.version=$(VERSION)" -o bin/gen ./cmd/gen

run: build ## the main job on the bundled passages, offline
	bin/gen run

demo: build ## the same on recorded replies of a large language model
	bin/gen run --config testdata/demo/config.yaml

test: ## all tests, with the race detector; the first time they build an Ollama server from source, which takes minutes
	$(GO) vet ./...
	$(GO) test -race -parallel 4 -timeout 40m ./... # tests of the program wait more than they compute
	$(GO) test -run TestASimulatedNight ./cmd/gen # a whole night: with the race detector it is a tenth
	@if python3 -c 'import ensurepip, venv' 2>/dev/null; then $(MAKE) --no-print-directory test-readers; \
	else echo "There is no Python with venv: exports were read by Apache Arrow's Go library only, not by pyarrow, datasets and DuckDB."; fi

PYTHON ?= $(CURDIR)/bin/readers/bin/python
READERS := internal/export/testdata/readers.txt

test-readers: ## exports read by pyarrow, datasets and DuckDB, which are put into bin/readers; or PYTHON names a Python that has them
	@test -x "$(PYTHON)" || { python3 -m venv bin/readers && bin/readers/bin/python -m pip -q --disable-pip-version-check install -r $(READERS); } || \
		{ rm -rf bin/readers; echo "pyarrow, datasets and DuckDB can't be installed; make test-readers needs PyPI, or PYTHON"; exit 1; }
	PYTHON="$(PYTHON)" $(GO) test -tags readers -count 1 -run TestIndependentReader ./internal/export

lint: ## gofmt, vet, staticcheck
	@out=$$(gofmt -l .); if [ -n "$$out" ]; then echo "not gofmt-ed:"; echo "$$out"; exit 1; fi
	$(GO) vet ./...
	$(GO) run $(STATICCHECK) ./...

bench: build ## ratios against a bare client loop; see BENCHMARKS.md
	$(GO) run ./internal/bench

clean:
	rm -rf bin runs
