package cmd

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/claimcheck/claimcheck/cmd/internal/advice"
	"github.com/claimcheck/claimcheck/cmd/internal/config"
	"github.com/claimcheck/claimcheck/pkg/provider"
)

// registerCompletions gives every command and every flag its completion. What
// is not a file does not offer files. Nothing here uses the network.
func registerCompletions(c *cobra.Command, env *Env) {
	if c.ValidArgsFunction == nil && len(c.ValidArgs) == 0 && c.Runnable() {
		c.ValidArgsFunction = argumentCompletion(c, env)
	}
	c.LocalFlags().VisitAll(func(f *pflag.Flag) {
		if complete := flagCompletion(f, env); complete != nil {
			_ = c.RegisterFlagCompletionFunc(f.Name, complete) // fails only where it is there already
		}
	})
	for _, child := range c.Commands() {
		registerCompletions(child, env)
	}
}

func argumentCompletion(c *cobra.Command, env *Env) cobra.CompletionFunc {
	switch _, arguments, _ := strings.Cut(c.Use, " "); arguments {
	case "[TOKEN]":
		return onlyFirst(completeReference(env))
	case "ISSUER":
		return onlyFirst(completeIssuers(env))
	case "SOURCE":
		return onlyFirst(cobra.FixedCompletions(nil, cobra.ShellCompDirectiveDefault))
	case "[NAME]":
		return onlyFirst(completeProfiles(env))
	default:
		return cobra.NoFileCompletions
	}
}

func onlyFirst(complete cobra.CompletionFunc) cobra.CompletionFunc {
	return func(c *cobra.Command, args []string, word string) ([]cobra.Completion, cobra.ShellCompDirective) {
		if len(args) > 0 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return complete(c, args, word)
	}
}

func flagCompletion(f *pflag.Flag, env *Env) cobra.CompletionFunc {
	switch f.Name {
	case "config":
		return cobra.FixedCompletions([]cobra.Completion{"yaml", "yml"}, cobra.ShellCompDirectiveFilterFileExt)
	case "kid":
		return completeKeyIDs(env)
	case "profile":
		return completeProfiles(env)
	case "issuer":
		return completeIssuers(env)
	}
	if f.NoOptDefVal != "" { // takes no value
		return nil
	}
	switch v := f.Value.(type) {
	case choice:
		return cobra.FixedCompletions(v.allowed, cobra.ShellCompDirectiveNoFileComp)
	case *valueList:
		if v.commas {
			return completeList(v.allowed)
		}
	case fileName: // which the shell completes by itself
		return nil
	case reference:
		return completeReference(env)
	}
	return cobra.NoFileCompletions
}

// completeReference completes @FILE and env:NAME.
func completeReference(env *Env) cobra.CompletionFunc {
	return func(_ *cobra.Command, _ []string, word string) ([]cobra.Completion, cobra.ShellCompDirective) {
		if name, found := strings.CutPrefix(word, "env:"); found {
			return completeVariable(env, name), cobra.ShellCompDirectiveNoFileComp
		}
		return completeMarkedFile(word)
	}
}

// completeVariable offers the names of variables, without their values.
func completeVariable(env *Env, begun string) []cobra.Completion {
	var list []cobra.Completion
	for _, variable := range env.Environ() {
		if name, _, _ := strings.Cut(variable, "="); strings.HasPrefix(name, begun) && safeInShell(name) {
			list = append(list, "env:"+name)
		}
	}
	slices.Sort(list)
	return list
}

// completeMarkedFile completes @FILE.
func completeMarkedFile(word string) ([]cobra.Completion, cobra.ShellCompDirective) {
	path, marked := strings.CutPrefix(word, "@")
	if !marked {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	dir, begun := filepath.Split(path)
	entries, err := os.ReadDir(filepath.Clean(dir)) // the cleaned empty name is the current directory
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	var list []cobra.Completion
	directive := cobra.ShellCompDirectiveNoFileComp
	for _, entry := range entries {
		name := entry.Name()
		if !strings.HasPrefix(name, begun) || strings.HasPrefix(name, ".") && begun == "" || !safeInShell(name) {
			continue
		}
		if entry.IsDir() {
			name += string(filepath.Separator)
			directive |= cobra.ShellCompDirectiveNoSpace
		}
		list = append(list, "@"+dir+name)
	}
	return list, directive
}

// completeList completes the last of several values with commas between.
func completeList(allowed []string) cobra.CompletionFunc {
	return func(_ *cobra.Command, _ []string, word string) ([]cobra.Completion, cobra.ShellCompDirective) {
		before := word[:strings.LastIndex(word, ",")+1]
		var list []cobra.Completion
		for _, value := range allowed {
			if !slices.Contains(strings.Split(before, ","), value) {
				list = append(list, before+value)
			}
		}
		return list, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
	}
}

func completeProfiles(env *Env) cobra.CompletionFunc {
	return func(c *cobra.Command, _ []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
		from := settingsOptions{}
		if f := c.Flags().Lookup("config"); f != nil {
			from.config = f.Value.String()
		}
		var list []cobra.Completion
		for _, p := range profilesOf(env, from) {
			list = append(list, described(p.Name, p.Text("issuer"))...)
		}
		return list, cobra.ShellCompDirectiveNoFileComp
	}
}

func profilesOf(env *Env, from settingsOptions) []config.Profile {
	file, err := from.load(env)
	if err != nil || file == nil {
		return nil
	}
	return file.Profiles
}

// completeIssuers offers the issuers that are in the cache or in a profile.
func completeIssuers(env *Env) cobra.CompletionFunc {
	return func(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
		var list []cobra.Completion
		offer := func(issuer string) {
			if safeInShell(issuer) && !slices.Contains(list, issuer) {
				list = append(list, issuer)
			}
		}
		for _, entry := range cachedEntries(env) {
			if entry.Content == "metadata" { // it has answered
				offer(entry.Issuer)
			}
		}
		for _, p := range profilesOf(env, settingsOptions{}) {
			offer(p.Text("issuer"))
		}
		return list, cobra.ShellCompDirectiveNoFileComp
	}
}

func cachedEntries(env *Env) []provider.CacheEntry {
	dir := cacheDir(env)
	if dir == "" {
		return nil
	}
	return provider.ListCache(dir, env.Now(), nil)
}

// completeKeyIDs offers the key IDs that are in the cache.
func completeKeyIDs(env *Env) cobra.CompletionFunc {
	return func(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
		var list []cobra.Completion
		for _, entry := range cachedEntries(env) {
			for _, kid := range entry.KeyIDs {
				list = append(list, described(kid, entry.URL)...)
			}
		}
		return list, cobra.ShellCompDirectiveNoFileComp
	}
}

// described is a completion with a description, or nothing. The shell's script
// expands what it is offered, and a key ID comes from a server: only what is a
// plain word to every shell is offered.
func described(value, description string) []cobra.Completion {
	switch {
	case !safeInShell(value):
		return nil
	case !safeInShell(description):
		return []cobra.Completion{value}
	default:
		return []cobra.Completion{cobra.CompletionWithDesc(value, description)}
	}
}

func safeInShell(s string) bool { return s != "" && advice.Word(s) == s }

// completeHelp completes commands, their own commands, and topics.
func completeHelp(root *cobra.Command, args []string) []cobra.Completion {
	c, rest, err := root.Find(args)
	if err != nil || len(rest) > 0 {
		return nil
	}
	var list []cobra.Completion
	for _, child := range c.Commands() {
		if child.IsAvailableCommand() || child.IsAdditionalHelpTopicCommand() {
			list = append(list, cobra.CompletionWithDesc(child.Name(), child.Short))
		}
	}
	return list
}
