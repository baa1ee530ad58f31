# Each target is a line that anyone could type.

.PHONY: all test readers lint tools golden bench tidy site

all: test lint

# The tests need Go. With these on PATH they also read every generated file with the
# program it is for; one that is missing is named at the end, and is an error in CI.
READERS = bash busybox cue curl etcd fish git ip jq kube-apiserver mandoc nft python3 restic sha256sum sqlite3 ssh-keygen nix-instantiate nginx shellcheck cloudflared helm sops zsh
test:
	go vet ./... && go test -timeout 30m ./...
	@for p in $(READERS); do command -v $$p >/dev/null || echo "NOT CHECKED with $$p, which is not installed: make readers tools"; done
	@unshare -rn true 2>/dev/null || echo "NOT CHECKED with packets through the firewall: this machine makes no network namespaces"

# Installs those of them that Debian has, each as program:package; the others are those of make tools.
DEBIAN = bash busybox curl fish git ip:iproute2 jq mandoc nft:nftables nginx:nginx-light nix-instantiate:nix-bin openssl python3 restic shellcheck sqlite3 ssh-keygen:openssh-client zsh
readers:
	@missing=$$(for p in $(DEBIAN); do command -v $${p%:*} >/dev/null || echo $${p#*:}; done; \
		/usr/bin/python3 -c 'import yaml' 2>/dev/null || echo python3-yaml); \
	[ -z "$$missing" ] || { sudo=$$([ "$$(id -u)" = 0 ] || echo sudo); $$sudo apt-get update -q && \
		$$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -yq --no-install-recommends $$missing; }

lint:
	test -z "$$(gofmt -l .)" && go tool -modfile=tools/go.mod staticcheck ./...
	go tool -modfile=tools/go.mod actionlint .github/workflows/*.yaml golden/*/want/.github/workflows/*.yml

# Installs the Go programs that read the output (sops, helm, kustomize, …) where go install does.
tools:
	cd tools && go install tool

# Rewrites golden/*/want and out/ after a change of the output that is meant; read the diff.
golden:
	go test ./cmd/gen ./internal/rules ./internal/spec -run 'TestGolden|TestOut|TestExampleSites|TestBad|TestDocs|TestCUEErrors' -update && go test ./internal/diag -update

# The pages as a website, in site/.vitepress/dist. SITE_REPOSITORY is where the repository shows its files.
site:
	cd site && npm ci --no-audit --no-fund && npx vitepress build

bench:
	go run ./internal/bench

tidy:
	go mod tidy && cd tools && go mod tidy
