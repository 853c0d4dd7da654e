package cmd

import (
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"github.com/claimcheck/claimcheck/cmd/internal/advice"
)

// typedLine is the command line as it was typed, for hints. Tokens and codes that
// were typed as they are do not come back.
func typedLine(path string, flags *pflag.FlagSet, args []string) advice.Cmdline {
	line := advice.Cmdline{Command: path, Argument: "-"}
	if len(args) > 0 {
		line.Argument = withoutLiteral(args[0])
	}
	flags.Visit(func(f *pflag.Flag) {
		switch {
		case slices.Contains(f.Annotations[flagGroup], groupOutput):
		case f.Value.Type() == "bool":
			if f.Value.String() == "true" {
				line = line.Add(f.Name, "")
			}
		default:
			values := slices.Clone(flagValues(f))
			for i, value := range values {
				values[i] = withoutSecret(f.Name, value)
			}
			line = line.Add(f.Name, values...)
		}
	})
	return line
}

// withoutSecret keeps out of a command to copy what may be secret in a flag.
func withoutSecret(flag, value string) string {
	switch flag {
	case "access-token", "code", "state":
		return withoutLiteral(value)
	case "nonce":
		return "NONCE"
	case "header":
		if name, _, literal := strings.Cut(value, ":"); literal && !strings.HasPrefix(value, "@") {
			return name + ": VALUE"
		}
	}
	if strings.Contains(value, "eyJ") { // as every JWT begins
		return "VALUE"
	}
	if before, _, query := strings.Cut(value, "?"); query && isURL(value) {
		return before + "?QUERY"
	}
	return value
}

// withoutLiteral keeps what only says where something is.
func withoutLiteral(argument string) string {
	if argument == "-" || strings.HasPrefix(argument, "@") || strings.HasPrefix(argument, "env:") {
		return argument
	}
	return "TOKEN"
}
