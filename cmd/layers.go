package cmd

import (
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/pflag"
)

// A layer is where a value can come from. The earlier one wins.
type layer string

// The layers, in the order in which they win.
const (
	layerFlag        layer = "flag"
	layerEnvironment layer = "environment"
	layerProfile     layer = "profile"
)

// A given is a setting with the value that one layer gives it.
type given struct {
	setting
	values []string
	layer  layer
	file   string // of a profile
	line   int    // of a profile
	unused string // why the value is not used; empty if it is
}

// place says where the value is written.
func (g given) place() string {
	switch g.layer {
	case layerFlag:
		return "--" + g.name
	case layerEnvironment:
		return g.variable
	default:
		return g.file + ":" + strconv.Itoa(g.line)
	}
}

// givenByFlags are the settings that are on the command line.
func givenByFlags(flags *pflag.FlagSet) []given {
	var list []given
	for _, s := range settings() {
		if f := flags.Lookup(s.name); f != nil && f.Changed {
			list = append(list, given{setting: s, values: flagValues(f), layer: layerFlag})
		}
	}
	return list
}

func flagValues(f *pflag.Flag) []string {
	if list, ok := f.Value.(pflag.SliceValue); ok {
		return list.GetSlice()
	}
	return []string{f.Value.String()}
}

// givenByEnvironment are the settings that have their variable set.
func givenByEnvironment(env *Env) []given {
	var list []given
	for _, s := range settings() {
		if s.variable == "" {
			continue
		}
		if value, set := env.LookupEnv(s.variable); set {
			list = append(list, given{setting: s, values: []string{value}, layer: layerEnvironment})
		}
	}
	return list
}

// resolveLayers decides which of the values that the layers give are used by a
// command with these flags. Settings that the command does not have are left
// out. Lists replace each other: half of one and half of another is nobody's
// intention. Where trust comes from is one setting, however it is written.
func resolveLayers(flags *pflag.FlagSet, layers ...[]given) []given {
	var all []given
	trust := ""                 // what says where trust comes from in the layers so far
	used := map[string]string{} // name of the setting → place
	for _, one := range layers {
		trustBefore := trust
		for _, g := range one {
			if flags.Lookup(g.name) == nil {
				continue
			}
			g.unused = whyUnused(g, flags, used[g.name], trustBefore)
			if g.unused == "" {
				used[g.name] = g.place()
				if g.givesTrust && trust == "" {
					trust = g.place()
				}
			}
			all = append(all, g)
		}
	}
	for i, g := range all {
		if _, useful := used[g.needs]; g.unused == "" && g.needs != "" && !useful && g.layer != layerFlag {
			all[i].unused = "no " + g.needs + " is demanded"
		}
	}
	return all
}

func whyUnused(g given, flags *pflag.FlagSet, earlier, trust string) string {
	if g.layer == layerFlag {
		return ""
	}
	for _, name := range g.waivedBy {
		if f := flags.Lookup(name); f != nil && f.Value.String() == "true" {
			return "--" + name + " is given"
		}
	}
	switch {
	case earlier != "":
		return earlier + " wins"
	case g.ofTrust && trust != "":
		return trust + " says where trust comes from"
	default:
		return ""
	}
}

// checkGiven refuses what an environment must not say. Profiles are checked
// where they are read. An empty variable is an error and not the lack of one:
// where a script forgot to fill it in, it must not switch a check off.
func checkGiven(g given) error {
	if g.unused != "" || g.layer != layerEnvironment {
		return nil
	}
	for _, value := range g.values {
		if strings.TrimSpace(value) == "" {
			return unreadable("the environment variable %s is empty", g.variable).withHint("give it a value, or unset it")
		}
		if g.check == nil {
			continue
		}
		if err := g.check(g.variable, value); err != nil {
			return asUnreadable(err)
		}
	}
	return nil
}

// asUnreadable makes an error of the command line one of the configuration.
func asUnreadable(err error) error {
	failure := unreadable("%w", err)
	failure.hint = hintOf(err)
	return failure
}

// fillFlag gives a flag a value that is not on the command line. It stays
// unchanged in pflag's sense: Changed means said as a flag.
func fillFlag(f *pflag.Flag, values []string) error {
	if list, ok := f.Value.(pflag.SliceValue); ok {
		return list.Replace(slices.Clone(values))
	}
	if len(values) != 1 {
		return fail(exitInternal, "--%s takes one value, not %d", f.Name, len(values))
	}
	return f.Value.Set(values[0])
}
