package helm

import (
	"strings"

	"sitegen/internal/manifest"
	"sitegen/internal/site"
)

// argocdValues are values of the chart argo-cd.
type argocdValues struct {
	ApplicationSet replicas   `yaml:"applicationSet"`
	Configs        configs    `yaml:"configs"`
	Controller     sized      `yaml:"controller"`
	Dex            enabled    `yaml:"dex"`
	Global         global     `yaml:"global"`
	Notifications  enabled    `yaml:"notifications"`
	Redis          sized      `yaml:"redis"`
	RepoServer     repoServer `yaml:"repoServer"`
	Server         server     `yaml:"server"`
}

type server struct {
	Replicas int `yaml:"replicas,omitempty"`
	sized    `yaml:",inline"`
}

type replicas struct {
	Replicas int `yaml:"replicas"`
}

type sized struct {
	Resources manifest.Resources `yaml:"resources"`
}

type configs struct {
	CM     configMap `yaml:"cm"`
	Params params    `yaml:"params"`
	SSH    *ssh      `yaml:"ssh,omitempty"`
}

type configMap struct {
	ResourceTrackingMethod string `yaml:"application.resourceTrackingMethod"`
	KustomizeBuildOptions  string `yaml:"kustomize.buildOptions"`
	ApplicationHealth      string `yaml:"resource.customizations.health.argoproj.io_Application"`
}

type params struct {
	SyncTimeout    int  `yaml:"controller.sync.timeout.seconds"`
	ServerInsecure bool `yaml:"server.insecure"`
}

type ssh struct {
	ExtraHosts string `yaml:"extraHosts"`
}

type global struct {
	Domain        string        `yaml:"domain"`
	Image         *image        `yaml:"image,omitempty"`
	NetworkPolicy networkPolicy `yaml:"networkPolicy"`
}

type image struct {
	Tag string `yaml:"tag"`
}

type networkPolicy struct {
	Create             bool `yaml:"create"`
	DefaultDenyIngress bool `yaml:"defaultDenyIngress"`
}

type repoServer struct {
	AutomountServiceAccountToken bool                   `yaml:"automountServiceAccountToken"`
	Env                          []manifest.EnvVar      `yaml:"env"`
	InitContainers               []initContainer        `yaml:"initContainers"`
	Replicas                     int                    `yaml:"replicas,omitempty"`
	Resources                    manifest.Resources     `yaml:"resources"`
	VolumeMounts                 []manifest.VolumeMount `yaml:"volumeMounts"`
	Volumes                      []manifest.PodVolume   `yaml:"volumes"`
}

// initContainer differs from a container of the site's own pods in that its pod
// has no security context to lean on.
type initContainer struct {
	Command         []string               `yaml:"command"`
	Image           string                 `yaml:"image"`
	Name            string                 `yaml:"name"`
	Resources       manifest.Resources     `yaml:"resources"`
	SecurityContext initSecurity           `yaml:"securityContext"`
	VolumeMounts    []manifest.VolumeMount `yaml:"volumeMounts"`
}

type initSecurity struct {
	AllowPrivilegeEscalation bool                    `yaml:"allowPrivilegeEscalation"`
	Capabilities             manifest.Capabilities   `yaml:"capabilities"`
	ReadOnlyRootFilesystem   bool                    `yaml:"readOnlyRootFilesystem"`
	RunAsNonRoot             bool                    `yaml:"runAsNonRoot"`
	RunAsUser                int                     `yaml:"runAsUser"`
	SeccompProfile           manifest.SeccompProfile `yaml:"seccompProfile"`
}

// applicationHealth makes an Application as healthy as what it installs. Argo CD
// 1.8 dropped this; without it the root Application does not wait between the
// waves of its children (argo-cd docs/operator-manual/health.md).
const applicationHealth = `hs = {}
hs.status = "Progressing"
hs.message = ""
if obj.status ~= nil then
  if obj.status.health ~= nil then
    hs.status = obj.status.health.status
    if obj.status.health.message ~= nil then
      hs.message = obj.status.health.message
    end
  end
end
return hs
`

// syncTimeout ends a sync that still waits after so many seconds, retries included.
// By default none ends: while cloudflared, which is in the first waves, is not ready,
// the root's sync would go on for ever, and no later commit would reach the root. Argo
// CD does not begin an ended sync again by itself before the next commit (argo-cd#24020);
// the bootstrap script does, and waits less than this.
const syncTimeout = 3600

func argocd(s *site.Site) argocdValues {
	v := argocdValues{
		// Parts that nothing here uses. Log-in is Cloudflare Access and then Argo CD's
		// own admin.
		ApplicationSet: replicas{0},
		Dex:            enabled{false},
		Notifications:  enabled{false},
		Configs: configs{
			CM: configMap{
				// Labels would clash with those of charts that set the same one.
				ResourceTrackingMethod: "annotation",
				// ksops is a plugin that kustomize executes.
				KustomizeBuildOptions: "--enable-alpha-plugins --enable-exec",
				ApplicationHealth:     applicationHealth,
			},
			Params: params{
				SyncTimeout: syncTimeout,
				// TLS ends at Cloudflare's edge; the tunnel is encrypted up to the cluster.
				ServerInsecure: true,
			},
		},
		Global: global{
			Domain:        hostname(s, site.RouteArgoCD),
			NetworkPolicy: networkPolicy{Create: true, DefaultDenyIngress: true},
		},
		Controller: sized{size("50m", "256Mi", "2Gi")},
		Redis:      sized{size("10m", "32Mi", "256Mi")},
		RepoServer: repo(s),
		Server:     server{sized: sized{size("10m", "64Mi", "512Mi")}},
	}
	// The chart keeps the two apart where it can. Redis holds a cache, and the controller takes turns with nobody: what is lost
	// with their node starts elsewhere, and meanwhile nothing is deployed and everything runs.
	if s.Quorum() {
		v.RepoServer.Replicas, v.Server.Replicas = s.Replicas(), s.Replicas()
	}
	if s.Versions.Images.ArgoCD != "" {
		v.Global.Image = &image{s.Versions.Images.ArgoCD}
	}
	if len(s.Repo.KnownHosts) > 0 {
		v.Configs.SSH = &ssh{ExtraHosts: strings.Join(s.Repo.KnownHosts, "\n")}
	}
	return v
}

// repo gives the repo-server ksops, and the key that ksops decrypts with. kustomize
// stays Argo CD's own, which comes with the version of Argo CD that was tested with
// it.
func repo(s *site.Site) repoServer {
	const keys, tools = "/sops-age", "/custom-tools"
	return repoServer{
		AutomountServiceAccountToken: false, // it never talks to the API
		Env:                          []manifest.EnvVar{manifest.Env("SOPS_AGE_KEY_FILE", keys+"/keys.txt")},
		InitContainers: []initContainer{{
			// The image has no shell, but a command that copies the program.
			Command:   []string{"/usr/local/bin/ksops", "install", tools},
			Image:     "docker.io/viaductoss/ksops:" + s.Versions.Images.Ksops,
			Name:      "install-ksops",
			Resources: size("10m", "32Mi", "128Mi"),
			SecurityContext: initSecurity{
				Capabilities:           manifest.Capabilities{Drop: []string{"ALL"}},
				ReadOnlyRootFilesystem: true,
				// The image names its user, and Kubernetes believes numbers only.
				RunAsNonRoot: true, RunAsUser: 65532,
				SeccompProfile: manifest.SeccompProfile{Type: "RuntimeDefault"},
			},
			VolumeMounts: []manifest.VolumeMount{{MountPath: tools, Name: "custom-tools"}},
		}},
		Resources: size("50m", "128Mi", "1Gi"),
		VolumeMounts: []manifest.VolumeMount{
			{MountPath: "/usr/local/bin/ksops", Name: "custom-tools", ReadOnly: true, SubPath: "ksops"},
			{MountPath: keys, Name: "sops-age-key", ReadOnly: true},
		},
		Volumes: []manifest.PodVolume{
			{EmptyDir: &manifest.EmptyDir{}, Name: "custom-tools"},
			{Name: "sops-age-key", Secret: &manifest.SecretVolume{SecretName: "sops-age-key"}},
		},
	}
}

// size asks for little, and bounds memory only: idle cores are there to be used.
func size(cpu, memory, limit string) manifest.Resources {
	return manifest.Resources{
		Limits:   map[string]string{"memory": limit},
		Requests: map[string]string{"cpu": cpu, "memory": memory},
	}
}

// hostname is where a built-in page is reached.
func hostname(s *site.Site, kind site.RouteKind) string {
	for _, r := range s.Routes {
		if r.Kind == kind {
			return r.Hostname
		}
	}
	return ""
}
