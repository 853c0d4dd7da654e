package ci

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// TestReleaseVersionIsOne: the action and the component install one and the same
// release by default. .goreleaser.yaml demands that it is the one being made.
func TestReleaseVersionIsOne(t *testing.T) {
	var action githubAction
	if err := yaml.Unmarshal([]byte(readRepoFile(t, filepath.Join("..", "action.yml"))), &action); err != nil {
		t.Fatal(err)
	}
	version := action.Inputs["version"].Default
	if !regexp.MustCompile(`^v\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$`).MatchString(version) {
		t.Errorf("action.yml: the default version is %q", version)
	}
	if got := componentJob(t, nil).Variables["CHECK_VERSION"]; got != version {
		t.Errorf("templates/verify.yml has version %q, action.yml %q", got, version)
	}
	for file, line := range map[string]string{"action.yml": "    default: ", "templates/verify.yml": "      default: "} {
		text := readRepoFile(t, filepath.Join("..", filepath.FromSlash(file)))
		if !regexp.MustCompile(`(?m)^` + line + regexp.QuoteMeta(version) + `$`).MatchString(text) {
			t.Errorf("%s: the check in .goreleaser.yaml does not find the version", file)
		}
	}
	page := readRepoFile(t, filepath.Join("..", "docs", "verifying-in-ci.md"))
	for _, reference := range []string{"uses: claimcheck/claimcheck@" + version, "claimcheck/verify@" + strings.TrimPrefix(version, "v")} {
		if !strings.Contains(page, reference+"\n") {
			t.Errorf("docs/verifying-in-ci.md does not say %q", reference)
		}
	}
}

// TestCaskNamesEveryManPage: a cask takes no patterns.
func TestCaskNamesEveryManPage(t *testing.T) {
	var config struct {
		Casks []struct{ Manpages []string } `yaml:"homebrew_casks"`
	}
	if err := yaml.Unmarshal([]byte(readRepoFile(t, filepath.Join("..", ".goreleaser.yaml"))), &config); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(filepath.Join("..", "docs", "man"))
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	for _, entry := range entries {
		want = append(want, "man/"+entry.Name())
	}
	for _, cask := range config.Casks {
		got := slices.Sorted(slices.Values(cask.Manpages))
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("the cask has %q, docs/man has %q", got, want)
		}
	}
	if len(config.Casks) == 0 || len(want) == 0 {
		t.Error("no cask or no man page")
	}
}
