package cmd

import (
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/claimcheck/claimcheck/cmd/internal/output"
	"github.com/claimcheck/claimcheck/cmd/internal/query"
	"github.com/claimcheck/claimcheck/pkg/verify"
)

// variablePrefix is what the names of all variables begin with.
const variablePrefix = "CLAIMCHECK_"

// The variables that name a profile and its file. Those of settings are in the
// table.
const (
	variableProfile = variablePrefix + "PROFILE"
	variableConfig  = variablePrefix + "CONFIG"
)

// A setting is a flag that a variable or a profile can give too. What weakens a
// check or moves the clock is never a setting.
type setting struct {
	name     string // of the flag and of the key in a profile
	variable string // empty for none

	list   bool // any number of values
	commas bool // one text may hold several values
	truth  bool // true or false

	givesTrust bool // says where trust comes from
	ofTrust    bool // is void where an earlier layer says where trust comes from
	waivedBy   []string
	needs      string // the setting without which it says nothing

	check func(label, value string) error // nil where anything will do
	// beside makes a file name in a value relative to a directory; nil where
	// there is no file name.
	beside func(dir, value string) string
}

// settings is the table of all settings: the one place that knows which flag,
// which variable and which key of a profile belong together.
func settings() []setting {
	return []setting{
		{name: "issuer", variable: variablePrefix + "ISSUER", givesTrust: true, waivedBy: []string{"any-issuer", "unverified"}},
		{name: "jwks", variable: variablePrefix + "JWKS", givesTrust: true, ofTrust: true, waivedBy: []string{"unverified"}, check: checkKeySetName, beside: besideUnlessURL},
		{name: "key", givesTrust: true, ofTrust: true, waivedBy: []string{"unverified"}, beside: besideFile},
		{name: "secret", givesTrust: true, ofTrust: true, waivedBy: []string{"unverified"}, check: checkSecretForm, beside: besideMarked},
		{name: "secret-encoding", ofTrust: true, waivedBy: []string{"unverified"}, check: oneOf(secretEncodings()...)},
		{name: "audience", variable: variablePrefix + "AUDIENCE", list: true, waivedBy: []string{"any-audience", "unverified"}},
		{name: "client-id", variable: variablePrefix + "CLIENT_ID"},
		{name: "alg", list: true, commas: true, check: oneOf(supportedAlgorithms()...)},
		{name: "kind", check: oneOf(kindNames()...)},
		{name: "leeway", check: checkLeeway},
		{name: "min-validity", check: checkDuration},
		{name: "max-age", check: checkDuration},
		{name: "acr", list: true},
		{name: "scope", list: true},
		{name: "role", list: true},
		{name: "role-claim", needs: "role"},
		{name: "require", list: true, check: checkRequire},
		{name: "assert", list: true, check: checkAssert},
		{name: "strict", truth: true},
		{name: "timeout", variable: variablePrefix + "TIMEOUT", check: checkTimeout},
	}
}

// settingNamed finds a setting in the table.
func settingNamed(name string) (setting, bool) {
	all := settings()
	i := slices.IndexFunc(all, func(s setting) bool { return s.name == name })
	if i < 0 {
		return setting{}, false
	}
	return all[i], true
}

func settingNames() []string {
	var names []string
	for _, s := range settings() {
		names = append(names, s.name)
	}
	return names
}

// onlyAsFlag tells of a flag that weakens a check, moves the clock or says whom
// to trust beyond the keys: a file must not say it.
func onlyAsFlag(name string) bool {
	return strings.HasPrefix(name, "any-") || strings.HasPrefix(name, "allow-") ||
		slices.Contains([]string{"unverified", "at", "cacert", "header"}, name)
}

func kindNames() []string {
	return []string{string(verify.KindID), string(verify.KindAccess), string(verify.KindLogout)}
}

func secretEncodings() []string { return []string{"raw", "base64url", "base64", "hex"} }

func supportedAlgorithms() []string {
	return append(verify.AsymmetricAlgorithms(), verify.SecretAlgorithms()...)
}

func oneOf(values ...string) func(label, value string) error {
	return func(label, value string) error {
		if !slices.Contains(values, value) {
			return unreadable("%s is one of %s, not %q", label, strings.Join(values, ", "), value)
		}
		return nil
	}
}

func checkDuration(label, value string) error {
	_, err := parseDuration(label, value)
	return err
}

func checkLeeway(label, value string) error {
	d, err := parseDuration(label, value)
	if err == nil && d > verify.MaxLeeway {
		err = unreadable("%s is at most %s", label, output.FormatDuration(verify.MaxLeeway))
	}
	return err
}

func checkTimeout(label, value string) error {
	d, err := parseDuration(label, value)
	if err == nil && d == 0 {
		err = unreadable("%s is zero: nothing could be asked", label)
	}
	return err
}

func checkRequire(_, value string) error {
	_, err := parseRequirement(value)
	return err
}

func checkAssert(label, value string) error {
	if _, err := query.CompilePredicate(value, time.Time{}); err != nil {
		return unreadable("%s: %w", label, err)
	}
	return nil
}

// checkKeySetName: that stdin is read has to be seen where it is done.
func checkKeySetName(label, value string) error {
	if value == "-" {
		return unreadable("%s cannot name stdin: that can only be said as a flag", label)
	}
	return nil
}

// checkSecretForm: a secret does not belong into a file that is shown, copied
// and checked in. The value never becomes part of the error.
func checkSecretForm(label, value string) error {
	path, isFile := strings.CutPrefix(value, "@")
	name, isVariable := strings.CutPrefix(value, "env:")
	if isFile && path != "" || isVariable && name != "" {
		return nil
	}
	return unreadable("%s takes @FILE or env:NAME, never the secret itself", label)
}

func besideFile(dir, name string) string {
	if filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(dir, name)
}

func besideUnlessURL(dir, value string) string {
	if isURL(value) {
		return value
	}
	return besideFile(dir, value)
}

func besideMarked(dir, value string) string {
	if path, found := strings.CutPrefix(value, "@"); found {
		return "@" + besideFile(dir, path)
	}
	return value
}
