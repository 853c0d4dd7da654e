package cmd

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/claimcheck/claimcheck/cmd/internal/config"
)

// allFlags are the flags of every command that takes settings, by name.
func allFlags() map[string][]*pflag.Flag {
	flags := map[string][]*pflag.Flag{}
	var add func(*cobra.Command)
	add = func(c *cobra.Command) {
		if c.Flags().Lookup("config") != nil {
			c.LocalFlags().VisitAll(func(f *pflag.Flag) { flags[f.Name] = append(flags[f.Name], f) })
		}
		for _, child := range c.Commands() {
			add(child)
		}
	}
	add(NewDocumentedRoot())
	return flags
}

// TestSettingsAreFlags: a setting that no command has would be a key that is
// read and does nothing.
func TestSettingsAreFlags(t *testing.T) {
	flags := allFlags()
	for _, s := range settings() {
		for _, name := range append([]string{s.Name}, s.WaivedBy...) {
			if len(flags[name]) == 0 {
				t.Errorf("no command has --%s, which the setting %s names", name, s.Name)
			}
		}
	}
}

// TestValuesKnowWhatTheyTake: what help, completion and errors say of a flag comes
// from its type, so that a flag of text alone would say nothing.
func TestValuesKnowWhatTheyTake(t *testing.T) {
	for name, list := range allFlags() {
		for _, f := range list {
			switch f.Value.(type) {
			case *scalar, *valueList, choice, fileName, reference:
			default:
				if f.Value.Type() != "bool" {
					t.Errorf("--%s is a %T", name, f.Value)
				}
			}
		}
	}
}

// TestWhatWeakensIsNoSetting: such a flag must never come from a file or from
// the environment.
func TestWhatWeakensIsNoSetting(t *testing.T) {
	for name := range allFlags() {
		if slices.Contains(config.Names(settings()), name) && onlyAsFlag(name) {
			t.Errorf("%s is a setting", name)
		}
	}
	for _, name := range []string{"any-issuer", "any-audience", "allow-http", "unverified", "at", "cacert", "header"} {
		if !onlyAsFlag(name) {
			t.Errorf("%s could be said in a file", name)
		}
		if len(allFlags()[name]) == 0 {
			t.Errorf("there is no --%s any more", name)
		}
	}
}

// runWith runs the program with these variables, set even where they are empty.
func runWith(t *testing.T, variables map[string]string, args ...string) (code int, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	none := func() (string, error) { return "", errors.New("none") }
	env := &Env{
		Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errs, CacheDir: none, ConfigDir: none,
		LookupEnv: func(name string) (string, bool) { value, set := variables[name]; return value, set },
		Now:       func() time.Time { return time.Unix(1767225600, 0) },
	}
	code = Run(context.Background(), env, args)
	return code, errs.String()
}

// TestEmptyVariablesAreErrors: a variable that a script forgot to fill in must
// not switch a check off.
func TestEmptyVariablesAreErrors(t *testing.T) {
	args := []string{"verify", "a.b.c", "--issuer", "https://issuer.example", "--any-audience"}
	for _, name := range []string{"CLAIMCHECK_CLIENT_ID", "CLAIMCHECK_TIMEOUT", "CLAIMCHECK_PROFILE"} {
		code, stderr := runWith(t, map[string]string{name: " "}, args...)
		if want := "the environment variable " + name + " is empty"; code != exitUnreadable || !strings.Contains(stderr, want) {
			t.Errorf("%s: exit code %d, %q", name, code, stderr)
		}
	}
	for name, why := range map[string]string{
		"CLAIMCHECK_JWKS":     "a flag says where trust comes from",
		"CLAIMCHECK_ISSUER":   "a flag wins",
		"CLAIMCHECK_AUDIENCE": "a flag waives it",
		"CLAIMCHECK_CONFIG":   "no profile is named",
	} {
		if code, stderr := runWith(t, map[string]string{name: ""}, args...); code != exitMalformed {
			t.Errorf("%s, although %s: exit code %d, %q", name, why, code, stderr)
		}
	}
	code, stderr := runWith(t, map[string]string{"CLAIMCHECK_CONFIG": "", "CLAIMCHECK_PROFILE": "x"}, args...)
	if code != exitUnreadable || !strings.Contains(stderr, "CLAIMCHECK_CONFIG is empty") {
		t.Errorf("exit code %d, %q", code, stderr)
	}
}

func TestBadVariablesAreNamed(t *testing.T) {
	args := []string{"verify", "a.b.c", "--any-issuer", "--any-audience"}
	for name, value := range map[string]string{"CLAIMCHECK_TIMEOUT": "soon", "CLAIMCHECK_JWKS": "-"} {
		code, stderr := runWith(t, map[string]string{name: value}, args...)
		if code != exitUnreadable || !strings.Contains(stderr, "claimcheck: "+name+" ") {
			t.Errorf("%s: exit code %d, %q", name, code, stderr)
		}
	}
}

// TestEveryVariableIsKnown: these seven and no others.
func TestEveryVariableIsKnown(t *testing.T) {
	names := []string{variableProfile, variableConfig}
	for _, s := range settings() {
		if s.Variable != "" {
			names = append(names, s.Variable)
		}
	}
	slices.Sort(names)
	want := []string{
		"CLAIMCHECK_AUDIENCE", "CLAIMCHECK_CLIENT_ID", "CLAIMCHECK_CONFIG", "CLAIMCHECK_ISSUER",
		"CLAIMCHECK_JWKS", "CLAIMCHECK_PROFILE", "CLAIMCHECK_TIMEOUT",
	}
	if !slices.Equal(names, want) {
		t.Errorf("the variables are %q", names)
	}
}

// TestConfigurationIsNotTakenFromHere: not even where the directory for
// configurations is given as a relative one.
func TestConfigurationIsNotTakenFromHere(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, name := range []string{"config.yaml", "claimcheck.yaml", ".claimcheck.yaml", filepath.Join("claimcheck", "config.yaml")} {
		if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte("profiles:\n  here: {issuer: x}\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	env := &Env{
		LookupEnv: func(name string) (string, bool) {
			value, set := map[string]string{"XDG_CONFIG_HOME": "."}[name]
			return value, set
		},
		ConfigDir: func() (string, error) { return ".", nil },
	}
	if path, _, err := (&settingsOptions{profile: "here"}).configPath(env); err == nil {
		t.Errorf("%s is read", path)
	}
}
