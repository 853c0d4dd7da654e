package cmd

import (
	"cmp"
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/claimcheck/claimcheck/cmd/internal/output"
)

// Set by the linker in a release; never assigned otherwise.
var (
	linkedVersion string
	linkedCommit  string
)

func newVersionCmd(env *Env) *cobra.Command {
	opts := &outputOptions{isLine: true}
	c := &cobra.Command{
		Use:     "version",
		Short:   "show the version of the program and what it is built with",
		Example: "  claimcheck version\n  claimcheck version -o json\n  claimcheck version --jq .go",
		Args:    noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return opts.show(c.Context(), env, func(*output.Printer) (display, error) {
				v := readVersion()
				return display{v, func(t *output.Text) {
					t.Line(fmt.Sprintf("claimcheck %s (commit %s, %s, go-jose %s, %s)", v.Version, v.Commit, v.Go, v.GoJOSE, v.Platform))
				}}, nil
			})
		},
	}
	opts.addFlags(c, ciFormats{})
	return c
}

// versionDocument is what is known of the program.
type versionDocument struct {
	Version  string `json:"version"`
	Commit   string `json:"commit"`
	Go       string `json:"go"`
	GoJOSE   string `json:"go_jose"`
	Platform string `json:"platform"`
}

// readVersion returns the version set by the linker. Without one, it returns the
// version in the build information, or "unknown".
func readVersion() versionDocument {
	v := versionDocument{
		Version: linkedVersion, Commit: linkedCommit,
		Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH,
	}
	if info, ok := debug.ReadBuildInfo(); ok {
		if info.Main.Version != "(devel)" {
			v.Version = cmp.Or(v.Version, info.Main.Version)
		}
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				v.Commit = cmp.Or(v.Commit, s.Value)
			}
		}
		for _, m := range info.Deps {
			if m.Path == "github.com/go-jose/go-jose/v4" {
				v.GoJOSE = m.Version
			}
		}
	}
	v.Version, v.Commit, v.GoJOSE = cmp.Or(v.Version, "unknown"), cmp.Or(v.Commit, "unknown"), cmp.Or(v.GoJOSE, "unknown")
	return v
}
