package cmd

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"github.com/claimcheck/claimcheck/cmd/internal/output"
)

// A retryCommand is the command that was typed, to be shown again with other
// flags. Tokens and codes that were typed as they are do not come back.
type retryCommand struct {
	path  string // "claimcheck verify"
	token string
	flags [][2]string // name and value; a boolean has none
}

func newRetryCommand(path string, flags *pflag.FlagSet, args []string) retryCommand {
	r := retryCommand{path: path, token: "-"}
	if len(args) > 0 {
		r.token = hideLiteral(args[0])
	}
	flags.Visit(func(f *pflag.Flag) {
		group := f.Annotations[flagGroup]
		switch {
		case len(group) == 1 && group[0] == groupOutput:
			return
		case f.Value.Type() == "bool":
			if f.Value.String() == "true" {
				r.flags = append(r.flags, [2]string{f.Name, ""})
			}
			return
		}
		for _, value := range flagValues(f) {
			r.flags = append(r.flags, [2]string{f.Name, hideSecret(f.Name, value)})
		}
	})
	return r
}

// hideSecret keeps out of a command to copy what may be secret in a flag.
func hideSecret(flag, value string) string {
	switch flag {
	case "access-token", "code", "state":
		return hideLiteral(value)
	case "nonce":
		return "NONCE"
	case "header":
		if name, _, literal := strings.Cut(value, ":"); literal && !strings.HasPrefix(value, "@") {
			return name + ": VALUE"
		}
	}
	if before, _, query := strings.Cut(value, "?"); query && isURL(value) {
		return before + "?QUERY"
	}
	return value
}

// hideLiteral keeps what only says where something is.
func hideLiteral(argument string) string {
	if argument == "-" || strings.HasPrefix(argument, "@") || strings.HasPrefix(argument, "env:") {
		return argument
	}
	return "TOKEN"
}

// with is the command line with flags replaced or added: names and values in
// turn. A flag that is named "-name" is left out.
func (r retryCommand) with(pairs ...string) string {
	var left, added []string
	for i := 0; i+1 < len(pairs); i += 2 {
		name := strings.TrimPrefix(pairs[i], "-")
		if name == "client-id" && r.path == "claimcheck introspect" {
			continue // there it says who asks
		}
		left = append(left, name)
		if name == pairs[i] {
			added = append(added, "--"+name)
			if pairs[i+1] != "" {
				added = append(added, shellWord(pairs[i+1]))
			}
		}
	}
	words := []string{r.path, shellWord(r.token)}
	for _, flag := range r.flags {
		if slices.Contains(left, flag[0]) {
			continue
		}
		words = append(words, "--"+flag[0])
		if flag[1] != "" {
			words = append(words, shellWord(flag[1]))
		}
	}
	return strings.Join(append(words, added...), " ")
}

// copyable tells whether a value from a token may stand in a command line that
// somebody is going to paste.
func copyable(value string) bool {
	const longest = 200
	return value != "" && len(value) <= longest && !strings.ContainsFunc(value, func(r rune) bool {
		return r <= ' ' || r > '~' || strings.ContainsRune("'\"`$\\<>|&;()#*?[]!", r)
	})
}

// asking is the command with placeholders for what it lacks: an issuer and an
// audience.
func (r retryCommand) asking() string {
	const issuer = "<the issuer you expect>"
	if slices.ContainsFunc(r.flags, func(flag [2]string) bool { return flag[0] == "audience" || flag[0] == "any-audience" }) {
		return r.with("issuer", issuer)
	}
	return r.with("issuer", issuer, "audience", "<your audience>")
}

// shellWord quotes a word so that it can be pasted into a POSIX shell. What is
// in angle brackets is a placeholder, quoted too so that a shell does not take
// it for a redirection.
func shellWord(s string) string {
	plain := func(r rune) bool {
		return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || strings.ContainsRune("-_./:@%+=,", r)
	}
	if s != "" && strings.IndexFunc(s, func(r rune) bool { return !plain(r) }) < 0 {
		return s
	}
	if output.Escape(s) != s { // what cannot be seen cannot be copied
		return "$" + quoteANSI(s)
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// quoteANSI writes a word for $'…', which bash, zsh and ksh know.
func quoteANSI(s string) string {
	var b strings.Builder
	b.WriteByte('\'')
	for _, r := range s {
		switch {
		case r == '\'' || r == '\\':
			b.WriteString(`\` + string(r))
		case r < ' ' || r == 0x7f:
			fmt.Fprintf(&b, `\x%02x`, r)
		case output.Escape(string(r)) != string(r) || r == '#':
			fmt.Fprintf(&b, `\U%08x`, r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String() + "'"
}
