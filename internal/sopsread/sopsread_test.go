package sopsread

import (
	"strings"
	"testing"
)

const (
	appExample = "# from it\napiVersion: v1\nkind: Secret\nmetadata:\n  name: notes\n  namespace: notes\nstringData:\n  DATABASE_URL: REPLACE-ME\n"
	flat       = "argocd_age_key: REPLACE-ME\ncloudflare_api_token: REPLACE-ME\n"
	enc        = "ENC[AES256_GCM,data:aa,iv:bb,tag:cc,type:str]"
	meta       = "sops:\n  age: []\n  mac: " + enc + "\n"
	head       = "apiVersion: v1\nkind: Secret\nmetadata:\n  name: notes\n  namespace: notes\n"
)

// TestFaults: what is readable in a file that is to be encrypted is named, never shown.
func TestFaults(t *testing.T) {
	const app, host = "k8s/argocd-x/notes/secrets.enc.yaml", "secrets/hosts/web1/k8s-secrets.yaml"
	for name, c := range map[string]struct {
		path, data, example string
		want                []string // parts of each fault and of what to do
	}{
		"as it should be":               {app, head + "stringData:\n  DATABASE_URL: " + enc + "\n" + meta, appExample, nil},
		"data for stringData":           {app, head + "type: Opaque\ndata:\n  DATABASE_URL: " + enc + "\n" + meta, appExample, nil},
		"an empty value":                {app, head + "stringData:\n  DATABASE_URL: \"\"\n" + meta, appExample, nil},
		"flat":                          {host, "argocd_age_key: " + enc + "\n" + meta, flat, nil},
		"json":                          {"secrets/hosts/web1/a.json", `{"k": "` + enc + `", "sops": {"mac": "` + enc + `"}}`, "", nil},
		"env":                           {"secrets/hosts/web1/a.env", "K=" + enc + "\nsops_mac=" + enc + "\n", "", nil},
		"meant to be open":              {host, "note_unencrypted: hunter2\nk: " + enc + "\n" + meta, flat, nil},
		"another kind":                  {"k8s/own/a.enc.yaml", "apiVersion: example.com/v1\nkind: Login\nspec:\n  user: maria\n  data:\n    password: " + enc + "\n" + meta, "", nil},
		"a copy of the example":         {app, strings.Replace(appExample, "REPLACE-ME", "hunter2", 1), appExample, []string{"is not encrypted", "sops encrypt --in-place " + app + "; if it was ever pushed"}},
		"plain, in another form":        {app, "DATABASE_URL: hunter2\n", appExample, []string{"not in the form of secrets.example.yaml", "sops encrypt --filename-override " + app}},
		"plain and flat":                {host, "argocd_age_key: hunter2\n", flat, []string{"is not encrypted", "--in-place"}},
		"no YAML":                       {host, "{hunter2", flat, []string{"is not encrypted", "--in-place"}},
		"values without a seal":         {host, "argocd_age_key: " + enc + "\n", flat, []string{"is not encrypted", "--in-place"}},
		"empty":                         {app, "\n", appExample, []string{"is empty", "> " + app + " && sops " + app}},
		"in a form of its own":          {app, "DATABASE_URL: hunter2\n" + meta, appExample, []string{`"DATABASE_URL" is in clear text`, "sops encrypt --filename-override " + app}},
		"added by hand":                 {app, head + "stringData:\n  DATABASE_URL: " + enc + "\n  MORE: hunter2\n" + meta, appExample, []string{`"stringData.MORE" is in clear text`, "take it out with an editor"}},
		"beside the data":               {app, head + "stringDate:\n  MORE: hunter2\n" + meta, appExample, []string{`"stringDate.MORE" is in clear text`, "editor"}},
		"an annotation":                 {app, head + "  annotations:\n    DATABASE_URL: hunter2\n" + meta, appExample, []string{`"metadata.annotations.DATABASE_URL" is in clear text`, "editor"}},
		"another kind, in clear":        {"k8s/own/a.enc.yaml", "apiVersion: example.com/v1\nkind: Login\nspec:\n  data:\n    password: hunter2\n" + meta, "", []string{`"spec.data.password" is in clear text`, "editor"}},
		"a second document":             {app, head + "stringData:\n  DATABASE_URL: " + enc + "\n" + meta + "---\n" + head + "stringData:\n  MORE: hunter2\n", appExample, []string{`"stringData.MORE" is in clear text`, "editor"}},
		"a line in the flat one":        {host, "argocd_age_key: " + enc + "\ncloudflare_api_token: hunter2\n" + meta, flat, []string{`"cloudflare_api_token" is in clear text`, "editor"}},
		"json, a value by hand":         {"secrets/hosts/web1/a.json", `{"k": "hunter2", "sops": {"mac": "` + enc + `"}}`, "", []string{`"k" is in clear text`, "editor"}},
		"open only where sops is asked": {app, head + "stringData:\n  X_unencrypted: hunter2\n" + meta, appExample, []string{`"stringData.X_unencrypted" is in clear text`, "editor"}},
	} {
		got := Faults(c.path, []byte(c.data), []byte(c.example))
		if len(c.want) == 0 && len(got) == 0 {
			continue
		}
		if len(got) != 1 || len(c.want) != 2 || !strings.Contains(got[0].What, c.want[0]) || !strings.Contains(got[0].Do, c.want[1]) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
		for _, f := range got {
			if strings.Contains(f.What+f.Do, "hunter2") {
				t.Errorf("%s: the value is shown", name)
			}
		}
	}
}

func TestKeys(t *testing.T) {
	for data, want := range map[string]string{
		head + "data:\n  A: x\nstringData:\n  tls.key: x\n" + meta: "A tls.key",
		"b: x\na: x\n" + meta: "a b",
		"":                    "",
	} {
		if got := strings.Join(Keys([]byte(data)), " "); got != want {
			t.Errorf("%q: %q, want %q", data, got, want)
		}
	}
}
