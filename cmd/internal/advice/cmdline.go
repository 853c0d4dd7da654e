package advice

import (
	"fmt"
	"slices"
	"strings"

	"github.com/claimcheck/claimcheck/cmd/internal/output"
)

// A Cmdline is a command line that can be pasted into a POSIX shell: a command,
// its argument and its flags. The methods return changed copies.
type Cmdline struct {
	Command  string // "claimcheck verify"
	Argument string // as "@token.jwt"; empty for none
	flags    []flag
}

type flag struct{ name, value string } // a boolean has no value

// Add appends a flag, once for each value, even if the flag is there already. An
// empty value stands for a boolean flag.
func (c Cmdline) Add(name string, values ...string) Cmdline {
	c.flags = slices.Clone(c.flags)
	for _, value := range values {
		c.flags = append(c.flags, flag{name, value})
	}
	return c
}

// Set replaces all values of a flag by one.
func (c Cmdline) Set(name, value string) Cmdline { return c.Drop(name).Add(name, value) }

// Drop leaves flags out.
func (c Cmdline) Drop(names ...string) Cmdline {
	c.flags = slices.DeleteFunc(slices.Clone(c.flags), func(f flag) bool { return slices.Contains(names, f.name) })
	return c
}

// Has reports whether one of the flags is there.
func (c Cmdline) Has(names ...string) bool {
	return slices.ContainsFunc(c.flags, func(f flag) bool { return slices.Contains(names, f.name) })
}

// Is reports whether this is the command line of a command, as "verify".
func (c Cmdline) Is(command string) bool { return strings.HasSuffix(c.Command, " "+command) }

func (c Cmdline) String() string {
	words := []string{c.Command}
	if c.Argument != "" {
		words = append(words, Word(c.Argument))
	}
	for _, f := range c.flags {
		words = append(words, "--"+f.name)
		if f.value != "" {
			words = append(words, Word(f.value))
		}
	}
	return strings.Join(words, " ")
}

// Copyable reports whether a value from a token may stand in a command line that
// somebody is going to paste.
func Copyable(value string) bool {
	const longest = 200
	return value != "" && len(value) <= longest && !strings.HasPrefix(value, "-") && !strings.ContainsFunc(value, func(r rune) bool {
		return r <= ' ' || r > '~' || strings.ContainsRune("'\"`$\\<>|&;()#*?[]!", r)
	})
}

// Word quotes a word so that it can be pasted into a POSIX shell. What is in angle
// brackets is a placeholder, quoted too so that a shell does not take it for a
// redirection.
func Word(s string) string {
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
