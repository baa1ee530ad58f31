package rules

import (
	"strings"

	"sitegen/internal/diag"
	"sitegen/internal/format"
	"sitegen/internal/site"
)

func cpuRules() []Rule {
	return []Rule{
		{ID: "cpu-vendor", Severity: diag.Error, Summary: "An x86_64 CPU says its vendor, and an ARM one none.",
			Bad: `hosts: web1: cpu: arch: "aarch64"`, Good: `hosts: web1: cpu: arch: "x86_64"`, check: checkCPUVendor},
		{ID: "arm-firmware", Severity: diag.Error, Summary: "An ARM server boots in UEFI mode, since there is no BIOS for it.",
			Bad: arm + `, firmware: "bios"}`, Good: arm + `, firmware: "uefi"}`, check: checkARMFirmware},
		{ID: "installer-arch", Severity: diag.Error, Summary: "The installer's image is one for the host's CPU.",
			Bad:  `hosts: web1: installer: image: "https://example.com/kexec-aarch64-linux.tar.gz"`,
			Good: `hosts: web1: installer: image: "https://example.com/kexec-x86_64-linux.tar.gz"`, check: checkInstallerArch},
		{ID: "mixed-arch", Severity: diag.Warning, Summary: "Where hosts of both architectures are in the cluster, every image is there for both: a pod may start on any of them.",
			Bad: arm + `}`, Good: strings.Replace(arm, `arch: "aarch64"`, `vendor: "amd"`, 1) + `}`, check: checkMixedArch},
	}
}

// arm is the beginning of an ARM host beside the first, for examples.
var arm = strings.Replace(hostTwo, `vendor: "amd"`, `arch: "aarch64"`, 1) + `, nics: wan: {mac: "a8:a1:59:0f:20:01", ipv4: {address: "203.0.113.20/26", gateway: "203.0.113.1"}}`

func checkCPUVendor(c *checker) {
	for _, h := range c.site.Hosts {
		at := diag.Path{"hosts", h.Name, "cpu"}
		switch {
		case h.CPU.Arch == site.ARM && h.CPU.Vendor != "":
			p := c.report(at.With("vendor"), "an ARM CPU is not of %q", h.CPU.Vendor).WithHint("leave it out: there is no microcode to load, and KVM is part of the kernel")
			c.note(p, at.With("arch"), "the architecture")
		case h.CPU.Arch != site.ARM && h.CPU.Vendor == "":
			c.report(at, "the CPU's vendor is missing").WithHint("say vendor: \"intel\" or \"amd\", as lscpu names it; or arch: \"aarch64\" for an ARM server")
		}
	}
}

func checkARMFirmware(c *checker) {
	for _, h := range c.site.Hosts {
		if h.CPU.Arch == site.ARM && h.Firmware == site.FirmwareBIOS {
			p := c.report(diag.Path{"hosts", h.Name, "firmware"}, "an ARM server has no BIOS mode").WithHint("leave it out: UEFI is what it boots in")
			c.note(p, diag.Path{"hosts", h.Name, "cpu", "arch"}, "the architecture")
		}
	}
}

// Words for an architecture in the name of an image.
var (
	pcRE  = format.Pattern(`x86[_-]64|amd64`)
	armRE = format.Pattern(`aarch64|arm64`)
)

func checkInstallerArch(c *checker) {
	for _, h := range c.site.Hosts {
		other := armRE
		if h.CPU.Arch == site.ARM {
			other = pcRE
		}
		if word := other().FindString(h.Installer.Image); word != "" {
			c.report(diag.Path{"hosts", h.Name, "installer", "image"}, "the image is one for %q by its name, and the host's CPU is %q", word, h.CPU.Arch).
				WithHint("take the one for %s; or leave it out, since nixos-anywhere's own follows the machine", h.CPU.Arch)
		}
	}
}

func checkMixedArch(c *checker) {
	own := len(c.spec.Clients) + len(c.spec.Apps) + len(c.spec.Charts) + len(c.spec.Folders)
	for _, h := range c.site.Hosts {
		if first := c.site.Hosts[0]; own > 0 && h.CPU.Arch != first.CPU.Arch {
			at := func(h *site.Host) diag.Path { return diag.Path{"hosts", h.Name, "cpu"} }
			p := c.report(at(h), "%q is %s and %q is %s: an image that is not there for both does not start on one of them", h.Name, h.CPU.Arch, first.Name, first.CPU.Arch).
				WithHint("silence this when docker manifest inspect IMAGE lists amd64 and arm64 for each; a digest has to be that of the list")
			c.note(p, at(first), "the other architecture")
			return
		}
	}
}
