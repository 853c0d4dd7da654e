package cmd

import (
	"errors"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/claimcheck/claimcheck/cmd/internal/config"
)

// variablePrefix is what the names of all variables begin with.
const variablePrefix = "CLAIMCHECK_"

// The variables that name a profile and its file. Those of settings are in the
// table.
const (
	variableProfile = variablePrefix + "PROFILE"
	variableConfig  = variablePrefix + "CONFIG"
)

// maxConfigSize is the largest configuration file that is read.
const maxConfigSize = 64 << 10

// settingTable says which flags a variable or a profile can set too. What weakens
// a check or moves the clock is never a setting.
func settingTable() []config.Setting {
	return []config.Setting{
		{Name: "issuer", Variable: variablePrefix + "ISSUER", NamesKeys: true, WaivedBy: []string{"any-issuer", "unverified"}},
		{Name: "jwks", Variable: variablePrefix + "JWKS", NamesKeys: true, KeySource: true, WaivedBy: []string{"unverified"}},
		{Name: "key", NamesKeys: true, KeySource: true, WaivedBy: []string{"unverified"}},
		{Name: "secret", NamesKeys: true, KeySource: true, WaivedBy: []string{"unverified"}},
		{Name: "secret-encoding", KeySource: true, WaivedBy: []string{"unverified"}, Requires: "secret"},
		{Name: "audience", Variable: variablePrefix + "AUDIENCE", WaivedBy: []string{"any-audience", "unverified"}},
		{Name: "client-id", Variable: variablePrefix + "CLIENT_ID"},
		{Name: "alg"},
		{Name: "kind"},
		{Name: "leeway"},
		{Name: "min-validity"},
		{Name: "max-age"},
		{Name: "acr"},
		{Name: "scope"},
		{Name: "role"},
		{Name: "role-claim", Needs: "role"},
		{Name: "require"},
		{Name: "assert"},
		{Name: "strict"},
		{Name: "timeout", Variable: variablePrefix + "TIMEOUT"},
	}
}

// settings is the table with what each setting takes, which its flag knows.
func settings() []config.Setting {
	table := settingTable()
	flags := settingFlags()
	for i, s := range table {
		f := flags.Lookup(s.Name)
		_, table[i].List = f.Value.(*valueList)
		table[i].Bool = f.Value.Type() == "bool"
		table[i].Parse = func(dir, text string) ([]string, error) { return parseSetting(s.Name, dir, text) }
	}
	return table
}

// settingFlags are the flags of the table, with values of their own.
func settingFlags() *pflag.FlagSet {
	c := &cobra.Command{}
	(&verifyOptions{}).addFlags(c)
	return c.Flags()
}

// parseSetting parses a value from a variable or a profile and returns it in the
// form of the flag.
func parseSetting(name, dir, text string) ([]string, error) {
	f := settingFlags().Lookup(name)
	if kept, ok := f.Value.(interface {
		stored(dir, text string) (string, error)
	}); ok {
		var err error
		if text, err = kept.stored(dir, text); err != nil {
			return nil, err
		}
	}
	if err := f.Value.Set(text); err != nil {
		return nil, err
	}
	return flagValues(f), nil
}

// onlyAsFlag reports whether a name is that of a flag that weakens a check, moves
// the clock or widens trust: no file may set it.
func onlyAsFlag(name string) bool {
	return strings.HasPrefix(name, "any-") || strings.HasPrefix(name, "allow-") ||
		slices.Contains([]string{"unverified", "at", "cacert", "header"}, name)
}

// settingsOptions name the profile for settings without a flag or a variable.
type settingsOptions struct {
	profile string
	config  string
}

func (o *settingsOptions) addFlags(c *cobra.Command) {
	inGroup(c.Flags(), groupInput, func(f *pflag.FlagSet) {
		textVar(f, &o.profile, "profile", "NAME", "use this profile for settings not given")
	})
	o.addConfigFlag(c)
}

func (o *settingsOptions) addConfigFlag(c *cobra.Command) {
	inGroup(c.Flags(), groupInput, func(f *pflag.FlagSet) {
		fileVar(f, &o.config, "config", "FILE", "file with the profiles")
	})
}

// apply sets the flags that are not on the command line, from the environment
// first and then from the profile. It is called once, before anything reads the
// options.
func (o *settingsOptions) apply(env *Env, flags *pflag.FlagSet) error {
	name, err := o.profileName(env)
	switch {
	case err != nil:
		return err
	case name == "" && o.config != "":
		return usageError("--config needs a profile").withHint("name one of the file's profiles with --profile")
	case name == "" && len(config.Environment(settingTable(), env.LookupEnv)) == 0:
		return nil // nothing but flags, as in most runs
	}
	values, _, err := o.resolve(env, flags)
	if err != nil {
		return err
	}
	return setFlags(flags, values)
}

// applyTimeout sets --timeout from its variable, for the commands that take no
// other setting.
func applyTimeout(env *Env, flags *pflag.FlagSet) error {
	table := slices.DeleteFunc(settings(), func(s config.Setting) bool { return s.Name != "timeout" })
	values, err := config.Resolve(commandOf(flags), flagSettings(flags, table), config.Environment(table, env.LookupEnv))
	if err != nil {
		return configFailure(err)
	}
	return setFlags(flags, values)
}

// setFlags sets the flags that are not on the command line. It leaves pflag's Changed
// alone, which means that a flag is on the command line.
func setFlags(flags *pflag.FlagSet, values []config.Value) error {
	for _, v := range values {
		if v.Source == config.FromFlag || v.Unused != "" {
			continue
		}
		for _, text := range v.Texts {
			if err := flags.Lookup(v.Name).Value.Set(text); err != nil {
				return configFailure(&config.Error{Where: v.Where(), Err: err})
			}
		}
	}
	return nil
}

// resolve finds what every source says and what of it is used.
func (o *settingsOptions) resolve(env *Env, flags *pflag.FlagSet) ([]config.Value, *config.Profile, error) {
	chosen, err := o.chosen(env)
	if err != nil {
		return nil, nil, err
	}
	var profile []config.Value
	if chosen != nil {
		profile = chosen.Values
	}
	table := settings()
	values, err := config.Resolve(commandOf(flags), flagSettings(flags, table), config.Environment(table, env.LookupEnv), profile)
	return values, chosen, configFailure(err)
}

// flagSettings are the settings on the command line.
func flagSettings(flags *pflag.FlagSet, table []config.Setting) []config.Value {
	var list []config.Value
	for _, s := range table {
		if f := flags.Lookup(s.Name); f != nil && f.Changed {
			list = append(list, config.Value{Setting: s, Texts: flagValues(f), Source: config.FromFlag})
		}
	}
	return list
}

func commandOf(flags *pflag.FlagSet) config.Command {
	return config.Command{
		Has: func(name string) bool { return flags.Lookup(name) != nil },
		On: func(name string) bool {
			f := flags.Lookup(name)
			return f != nil && f.Value.String() == "true"
		},
	}
}

// chosen reads the profile that is named, or returns nil where none is.
func (o *settingsOptions) chosen(env *Env) (*config.Profile, error) {
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
		return nil, unreadable("no profile %s: %s does not exist", quoteShort(name), path).withHint("claimcheck help profiles shows how to write one")
	}
	profile, err := file.Find(name)
	return profile, configFailure(err)
}

// load reads the configuration, or returns nil where the user has none.
func (o *settingsOptions) load(env *Env) (*config.File, error) {
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
	file, err := config.Parse(path, data, settings(), onlyAsFlag)
	return file, configFailure(err)
}

// configFailure gives an error of the configuration its exit code and its hint.
func configFailure(err error) error {
	var wrong *config.Error
	if !errors.As(err, &wrong) {
		return err
	}
	failure := unreadable("%w", err)
	failure.hint = wrong.Hint
	failure = failure.withValueHint(err)
	if wrong.Word != "" {
		return failure.didYouMean(wrong.Word, wrong.Known).orHint("the keys are " + strings.Join(wrong.Known, ", "))
	}
	return failure
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
	dir := env.userDir("XDG_CONFIG_HOME", env.ConfigDir)
	if dir == "" {
		return "", false, unreadable("no configuration directory: HOME is not an absolute path").withHint("name the file with --config")
	}
	return filepath.Join(dir, "config.yaml"), false, nil
}

func nameFromEnvironment(env *Env, variable string) (string, error) {
	value, set := env.LookupEnv(variable)
	if set && strings.TrimSpace(value) == "" {
		return "", configFailure(config.EmptyVariable(variable))
	}
	return value, nil
}
