package cmd

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/claimcheck/claimcheck/cmd/internal/config"
)

func parseConfig(path, data string) (*config.File, error) {
	return config.Parse(path, []byte(data), settings(), onlyAsFlag)
}

func TestConfigIsBounded(t *testing.T) {
	path := filepath.Join(t.TempDir(), "config.yaml")
	data := "profiles:\n  a: {issuer: x}\n" + strings.Repeat("#", maxConfigSize)
	if err := os.WriteFile(path, []byte(data), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := (&settingsOptions{config: path}).load(&Env{})
	if err == nil || !strings.HasSuffix(err.Error(), "is larger than 64 KiB") {
		t.Errorf("%v", err)
	}
}

// TestDocumentedConfigurationIsRead: the examples of the help and of the
// documentation work, and every key and variable is in the documentation.
func TestDocumentedConfigurationIsRead(t *testing.T) {
	if _, err := parseConfig("help", exampleConfig); err != nil {
		t.Error(err)
	}
	page := readRepoFile(t, filepath.Join("..", "docs", "configuration.md"))
	blocks := regexp.MustCompile("(?s)```yaml\n(.*?)```").FindAllStringSubmatch(page, -1)
	if len(blocks) == 0 {
		t.Error("docs/configuration.md has no example")
	}
	for _, block := range blocks {
		if _, err := parseConfig("docs/configuration.md", block[1]); err != nil {
			t.Error(err)
		}
	}
	for _, s := range settings() {
		if !strings.Contains(page, "| `"+s.Name+"` |") {
			t.Errorf("docs/configuration.md does not name the key %s", s.Name)
		}
		if s.Variable != "" && !strings.Contains(page, "`"+s.Variable+"`") {
			t.Errorf("docs/configuration.md does not name %s", s.Variable)
		}
	}
}

// TestFileNamesInProfiles: they are relative to the file, wherever it is.
func TestFileNamesInProfiles(t *testing.T) {
	dir := filepath.Join(string(filepath.Separator)+"etc", "claimcheck")
	for name, want := range map[string][2]string{
		"a file":            {"jwks: keys/a.json", filepath.Join(dir, "keys", "a.json")},
		"a file elsewhere":  {"jwks: ../a.json", filepath.Join(filepath.Dir(dir), "a.json")},
		"a URL":             {"jwks: https://issuer.example/keys", "https://issuer.example/keys"},
		"an absolute name":  {"key: /keys/a.pem", "/keys/a.pem"},
		"a key":             {"key: a.pem", filepath.Join(dir, "a.pem")},
		"a secret's file":   {"secret: '@s'", "@" + filepath.Join(dir, "s")},
		"a secret variable": {"secret: env:SECRET", "env:SECRET"},
	} {
		t.Run(name, func(t *testing.T) {
			file, err := parseConfig(filepath.Join(dir, "config.yaml"), "profiles:\n  a:\n    "+want[0]+"\n")
			if err != nil {
				t.Fatal(err)
			}
			if got := file.Profiles[0].Values[0].Texts[0]; got != want[1] {
				t.Errorf("%s became %q, not %q", want[0], got, want[1])
			}
		})
	}
}

// FuzzParseConfig: whatever the file holds, there is an error or profiles whose
// every value is there.
func FuzzParseConfig(f *testing.F) {
	f.Add(exampleConfig)
	f.Add("profiles: {a: {issuer: x}}\n---\n")
	f.Add("a: &a [*a]\nprofiles: *a")
	f.Add("profiles:\n  ? [x]\n  : {<<: {issuer: y}}")
	f.Add(strings.Repeat("[", 2000))
	f.Add("\xff\xfep\x00")
	f.Fuzz(func(t *testing.T, data string) {
		file, err := parseConfig("config.yaml", data)
		if err != nil {
			if !strings.HasPrefix(err.Error(), "config.yaml") {
				t.Errorf("the error does not name the file: %v", err)
			}
			return
		}
		if len(file.Profiles) == 0 {
			t.Error("no profiles and no error")
		}
		for _, p := range file.Profiles {
			for _, g := range p.Values {
				if len(g.Texts) == 0 || g.Line < 1 || onlyAsFlag(g.Name) {
					t.Errorf("%+v", g)
				}
			}
		}
	})
}
