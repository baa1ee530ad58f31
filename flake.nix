{
  description = "gen: the infrastructure repository of a dedicated server from one spec";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-26.05";

  outputs =
    { self, nixpkgs }:
    let
      systems = [
        "x86_64-linux"
        "aarch64-linux"
        "x86_64-darwin"
        "aarch64-darwin"
      ];
      each = make: nixpkgs.lib.genAttrs systems (system: make nixpkgs.legacyPackages.${system});
    in
    {
      packages = each (pkgs: {
        default = pkgs.buildGo126Module {
          pname = "gen";
          version = self.shortRev or "dirty";
          src = self;
          # What `go mod vendor` makes of go.mod; TestVendorHash says which it is.
          vendorHash = "sha256-+Tm/p5QJ+jgPK8Oie1nUIYiXKWp76xjd5SqSyP9DMeY=";
          subPackages = [ "cmd/gen" ];
          env.CGO_ENABLED = 0;
          ldflags = [
            "-s"
            "-w"
            "-X main.version=${self.rev or "dirty"}"
          ];
          doCheck = false; # the tests want programs and git; .ci/run has them
          meta = {
            description = "Writes the infrastructure repository of a dedicated server from one spec";
            license = pkgs.lib.licenses.asl20;
            mainProgram = "gen";
          };
        };
      });

      # Go, and what reads the output: READERS of the Makefile, and those of gen verify.
      devShells = each (pkgs: {
        default = pkgs.mkShell {
          packages =
            (with pkgs; [
              age
              cloudflared
              cue
              curl
              etcd
              fish
              git
              go_1_26
              jq
              kubeconform
              kubernetes-helm
              kustomize
              kustomize-sops
              mandoc
              nginx
              nix
              openssh
              openssl
              opentofu
              restic
              shellcheck
              sops
              sqlite
              zsh
            ])
            ++ [ (pkgs.python3.withPackages (python: [ python.pyyaml ])) ]
            ++ pkgs.lib.optionals pkgs.stdenv.hostPlatform.isLinux (
              with pkgs;
              [
                iproute2
                kubernetes
                nftables
                # The one name: its others are those of programs that behave differently.
                (runCommand "busybox-alone" { } "mkdir -p $out/bin && ln -s ${busybox}/bin/busybox $out/bin/")
              ]
            );
        };
      });
    };
}
