# Each target is a line that anyone could type.

.PHONY: all test lint tools golden bench tidy

all: test lint

# The tests need Go. With these on PATH they also read every generated file with the
# program it is for; one that is missing is named at the end, and is an error in CI.
READERS = bash busybox curl etcd git ip jq kube-apiserver nft restic sha256sum sqlite3 nix-instantiate nginx shellcheck cloudflared helm sops
test:
	go vet ./... && go test -timeout 30m ./...
	@for p in $(READERS); do command -v $$p >/dev/null || echo "NOT CHECKED with $$p, which is not installed: see README, or make tools"; done
	@unshare -rn true 2>/dev/null || echo "NOT CHECKED with packets through the firewall: this machine makes no network namespaces"

lint:
	test -z "$$(gofmt -l .)" && go tool -modfile=tools/go.mod staticcheck ./...

# Installs the Go programs that read the output (sops, helm, kustomize, …) where go install does.
tools:
	cd tools && go install tool

# Rewrites golden/*/want and out/ after a change of the output that is meant; read the diff.
golden:
	go test ./cmd/gen ./internal/rules ./internal/spec -run 'TestGolden|TestOut|TestExampleSites|TestBad|TestDocs|TestCUEErrors' -update && go test ./internal/diag -update

bench:
	go run ./internal/bench

tidy:
	go mod tidy && cd tools && go mod tidy
