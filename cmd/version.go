package cmd

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/claimcheck/claimcheck/cmd/internal/output"
	"github.com/claimcheck/claimcheck/pkg/strictjson"
)

// Set by the linker in a release; never assigned otherwise.
var (
	linkedVersion string
	linkedCommit  string
)

func newVersionCmd(env *Env) *cobra.Command {
	opts := &outputOptions{}
	c := &cobra.Command{
		Use:     "version",
		Short:   "show the version of the program and of what it is built with",
		Example: "  claimcheck version\n  claimcheck version -o json\n  claimcheck version --jq .go",
		Args:    noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return printAnswer(c, env, opts, func(*output.Printer) (answer, error) { return showVersion(), nil })
		},
	}
	opts.addFlags(c)
	return c
}

func showVersion() answer {
	v := readVersion()
	document := strictjson.Object(
		member("version", strictjson.String(v.version)),
		member("commit", strictjson.String(v.commit)),
		member("go", strictjson.String(v.goVersion)),
		member("go_jose", strictjson.String(v.goJOSE)),
		member("platform", strictjson.String(v.platform)),
	)
	return answer{document, func(t *output.Text) {
		t.Line(fmt.Sprintf("claimcheck %s (commit %s, %s, go-jose %s, %s)", v.version, v.commit, v.goVersion, v.goJOSE, v.platform))
	}}
}

type versionInfo struct {
	version, commit, goVersion, goJOSE, platform string
}

// readVersion takes what the linker was told, else the build information, else
// says unknown.
func readVersion() versionInfo {
	v := versionInfo{
		version: linkedVersion, commit: linkedCommit,
		goVersion: runtime.Version(), platform: runtime.GOOS + "/" + runtime.GOARCH,
	}
	if info, ok := debug.ReadBuildInfo(); ok {
		v.fromBuild(info)
	}
	for _, field := range []*string{&v.version, &v.commit, &v.goJOSE} {
		if *field == "" {
			*field = "unknown"
		}
	}
	return v
}

func (v *versionInfo) fromBuild(info *debug.BuildInfo) {
	if v.version == "" && info.Main.Version != "(devel)" {
		v.version = info.Main.Version
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && v.commit == "" {
			v.commit = s.Value
		}
	}
	for _, m := range info.Deps {
		if m.Path == "github.com/go-jose/go-jose/v4" {
			v.goJOSE = m.Version
		}
	}
}
