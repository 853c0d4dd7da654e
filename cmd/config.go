package cmd

import (
	"errors"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// maxConfigSize is the largest configuration file that is read.
const maxConfigSize = 64 << 10

// settingsOptions say which profile fills in what no flag and no variable gives.
type settingsOptions struct {
	profile string
	config  string
}

func (o *settingsOptions) addFlags(c *cobra.Command) {
	o.addConfigFlag(c)
	inGroup(c.Flags(), groupInput, func(f *pflag.FlagSet) {
		f.StringVar(&o.profile, "profile", "", "take from the profile `NAME` what no flag and no variable says")
	})
}

func (o *settingsOptions) addConfigFlag(c *cobra.Command) {
	inGroup(c.Flags(), groupInput, func(f *pflag.FlagSet) {
		f.StringVar(&o.config, "config", "", "the `FILE` of the profiles, instead of the user's own")
	})
}

// apply fills in the flags that are not on the command line, from the
// environment and else from the profile. It is called once, after refuseEmpty
// and before anything is read from the options.
func (o *settingsOptions) apply(env *Env, flags *pflag.FlagSet) error {
	name, err := o.profileName(env)
	switch {
	case err != nil:
		return err
	case name == "" && o.config != "":
		return usageError("--config changes nothing without a profile").withHint("name one of the file, with --profile")
	}
	resolved, _, err := o.resolve(env, flags)
	if err != nil {
		return err
	}
	for _, g := range resolved {
		if g.layer == layerFlag || g.unused != "" {
			continue
		}
		if err := fillFlag(flags.Lookup(g.name), g.values); err != nil {
			return err
		}
	}
	return nil
}

// resolve finds what every layer says and what of it is used.
func (o *settingsOptions) resolve(env *Env, flags *pflag.FlagSet) ([]given, *profile, error) {
	chosen, err := o.chosen(env)
	if err != nil {
		return nil, nil, err
	}
	var fromProfile []given
	if chosen != nil {
		fromProfile = chosen.values
	}
	resolved := resolveLayers(flags, givenByFlags(flags), givenByEnvironment(env), fromProfile)
	for _, g := range resolved {
		if err := checkGiven(g); err != nil {
			return nil, nil, err
		}
	}
	return resolved, chosen, nil
}

// chosen reads the profile that is named, or returns nil where none is.
func (o *settingsOptions) chosen(env *Env) (*profile, error) {
	name, err := o.profileName(env)
	if err != nil || name == "" {
		return nil, err
	}
	file, err := o.load(env)
	if err != nil {
		return nil, err
	}
	if file == nil {
		path, _, _ := o.configPath(env)
		return nil, unreadable("there is no profile %q: %s does not exist", name, path).withHint("claimcheck help profiles shows how to write one")
	}
	return file.find(name)
}

func (f *configFile) find(name string) (*profile, error) {
	var names []string
	for i := range f.profiles {
		if f.profiles[i].name == name {
			return &f.profiles[i], nil
		}
		names = append(names, f.profiles[i].name)
	}
	slices.Sort(names)
	return nil, unreadable("there is no profile %q in %s", name, f.path).withHint("there are: %s", strings.Join(names, ", ")).near(name, names)
}

// load reads the configuration, or returns nil where the user has none.
func (o *settingsOptions) load(env *Env) (*configFile, error) {
	path, named, err := o.configPath(env)
	if err != nil {
		return nil, err
	}
	data, err := readFile(path, maxConfigSize)
	if !named && errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return parseConfig(path, data)
}

// profileName is the name of the profile to use, or empty for none: no profile
// is used unless it is named.
func (o *settingsOptions) profileName(env *Env) (string, error) {
	if o.profile != "" {
		return o.profile, nil
	}
	return nameFromEnvironment(env, variableProfile)
}

// configPath is the path of the configuration, and whether somebody named it. It
// is never looked for in the current directory: a repository that was checked
// out could then weaken a verification.
func (o *settingsOptions) configPath(env *Env) (path string, named bool, err error) {
	if o.config != "" {
		return o.config, true, nil
	}
	if path, err = nameFromEnvironment(env, variableConfig); err != nil || path != "" {
		return path, path != "", err
	}
	dir := env.getenv("XDG_CONFIG_HOME")
	if !filepath.IsAbs(dir) {
		if dir, err = env.ConfigDir(); err != nil || !filepath.IsAbs(dir) {
			return "", false, unreadable("there is no directory for the configuration").withHint("name the file, with --config")
		}
	}
	return filepath.Join(dir, "claimcheck", "config.yaml"), false, nil
}

func nameFromEnvironment(env *Env, variable string) (string, error) {
	value, set := env.LookupEnv(variable)
	if set && strings.TrimSpace(value) == "" {
		return "", unreadable("the environment variable %s is empty", variable).withHint("give it a value, or unset it")
	}
	return value, nil
}
