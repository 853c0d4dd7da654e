package cmd

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/claimcheck/claimcheck/cmd/internal/output"
	"github.com/claimcheck/claimcheck/cmd/internal/paste"
	"github.com/claimcheck/claimcheck/pkg/verify"
)

// Annotations by which --help groups flags, and puts several on one line: on the
// first of them, what the line says and the names of the others.
const (
	flagGroup = "claimcheck_group"
	flagLine  = "claimcheck_line"
)

// The groups of flags, in the order in which --help shows them.
const (
	groupInput   = "Input"
	groupTrust   = "Trust"
	groupExpect  = "Expectations"
	groupNetwork = "Network"
	groupOutput  = "Output"
	groupOther   = "Other"
)

func flagGroups() []string {
	return []string{groupIssuer, groupToken, groupInput, groupTrust, groupExpect, groupNetwork, groupOutput, groupOther}
}

// groupOf is the group of a flag.
func groupOf(f *pflag.Flag) string {
	if group := f.Annotations[flagGroup]; len(group) > 0 {
		return group[0]
	}
	return groupOther
}

// onOneLine puts flags on one line of the help, which says usage. The first is
// defined before the others.
func onOneLine(f *pflag.FlagSet, usage, first string, others ...string) {
	flag := f.Lookup(first)
	flag.Annotations = maps.Clone(flag.Annotations)                          // its group shares them
	_ = f.SetAnnotation(first, flagLine, append([]string{usage}, others...)) // fails only for an unknown flag
}

// inGroup puts the flags that add defines into a group.
func inGroup(flags *pflag.FlagSet, group string, add func(*pflag.FlagSet)) {
	add(flags)
	shared := map[string][]string{flagGroup: {group}} // a map for each of sixty flags takes too long
	flags.SortFlags = false                           // as does sorting them
	defer func() { flags.SortFlags = true }()
	flags.VisitAll(func(f *pflag.Flag) {
		if f.Annotations == nil {
			f.Annotations = shared
		} else if f.Annotations[flagGroup] == nil {
			f.Annotations[flagGroup] = []string{group}
		}
	})
}

func (o *tokenOptions) addFlags(c *cobra.Command) {
	inGroup(c.Flags(), groupInput, func(f *pflag.FlagSet) {
		textVar(f, &o.pick, "pick", "NAME", "which of several tokens to use, by name or number")
		f.BoolVar(&o.exact, "exact", false, "use the input as given, minus a final newline")
	})
}

// outputOptions say how the answer is printed.
type outputOptions struct {
	format  output.Format
	filter  string
	quiet   bool
	color   string
	ci      ciFormats
	command string // that has the flags
	isLine  bool   // the text is one line: it stays text in a pipe
}

func (o *outputOptions) addFlags(c *cobra.Command, ci ciFormats) {
	o.command, o.format, o.color, o.ci = c.Name(), formatAuto, output.ColorAuto, ci
	usage := ""
	if o.ci.needs != "" {
		usage = fmt.Sprintf("the last %d with %s", len(o.ci.formats), o.ci.needs)
	}
	inGroup(c.Flags(), groupOutput, func(f *pflag.FlagSet) {
		enumVar(f, &o.format, "output,o", "FORMAT", o.formats(), usage)
		textVar(f, &o.filter, "jq", "EXPRESSION", "filter the JSON with a jq expression")
		f.BoolVarP(&o.quiet, "quiet", "q", false, "print errors only: the exit code is the answer")
		enumVar(f, &o.color, "color", "WHEN", []string{output.ColorAuto, output.ColorAlways, output.ColorNever}, "colour")
	})
}

// expectationOptions are what verify expects of a token: a policy, and flags that are
// resolved into it later.
type expectationOptions struct {
	verify.Policy
	at          evaluationTime
	assertions  []assertion
	accessToken string // the value, @FILE or env:NAME; the same for code and state
	code        string
	state       string
}

func (o *expectationOptions) addFlags(c *cobra.Command) {
	inGroup(c.Flags(), groupTrust, func(f *pflag.FlagSet) {
		textVar(f, &o.Issuer, "issuer,i", "URL", "expected issuer; also the source of its keys")
		f.BoolVar(&o.AnyIssuer, "any-issuer", false, "accept any issuer; needs local keys")
		f.BoolVar(&o.AnyTenant, "any-tenant", false, "accept any tenant if --issuer has {tenantid}")
	})
	inGroup(c.Flags(), groupExpect, func(f *pflag.FlagSet) {
		listVar(f, &o.Audiences, "audience,a", "AUDIENCE", "expected audience; repeat to accept several")
		f.BoolVar(&o.AnyAudience, "any-audience", false, "accept a token made for somebody else")
		algorithmsVar(f, &o.Algorithms, "alg", "the only algorithms to allow")
		enumVar(f, &o.Kind, "kind", "KIND", []verify.Kind{verify.KindID, verify.KindAccess, verify.KindLogout}, "required kind of token")
		textVar(f, &o.ClientID, "client-id", "ID", "client the token must have been issued to")
		textVar(f, &o.Nonce, "nonce", "NONCE", "nonce that was sent")
		valueVar(f, &o.accessToken, "access-token", "VALUE", "access token that at_hash must match")
		valueVar(f, &o.code, "code", "VALUE", "code that c_hash must match")
		valueVar(f, &o.state, "state", "VALUE", "state that s_hash must match")
		onOneLine(f, "at_hash, c_hash, s_hash: VALUE, @FILE or env:NAME", "access-token", "code", "state")
		f.BoolVar(&o.Strict, "strict", false, "refuse on every warning")
		durationVar(f, &o.Leeway, "leeway", bounds{max: verify.MaxLeeway}, "clock skew to tolerate; at most 5m")
		durationVar(f, &o.MinValidity, "min-validity", bounds{}, "refuse a token that expires sooner than this")
		timeVar(f, &o.at, "at", "check as of TIME: RFC 3339, unix seconds or -10m")
		f.Var(newList(&o.Scopes, "SCOPE", parseScopes), "scope", "required scope; repeat for several")
		listVar(f, &o.Roles, "role", "ROLE", "required role; repeat for several")
		textVar(f, &o.RoleClaim, "role-claim", "CLAIM", "claim that holds the roles")
		f.Var(newList(&o.Require, "CLAIM", one(parseRequirement)), "require", "required CLAIM, CLAIM=VALUE or CLAIM:=JSON")
		f.Var(newList(&o.assertions, "JQ", one(parseAssertion)), "assert", "jq expression over the claims that must be true")
		optionalDurationVar(f, &o.MaxAge, "max-age", "maximum time since the user signed in, such as 5m")
		listVar(f, &o.ACR, "acr", "CLASS", "accept authentication context CLASS; repeat")
	})
}

// withValue returns those of the named flags that have a value, wherever it comes from.
func withValue(flags *pflag.FlagSet, names ...string) []string {
	return slices.DeleteFunc(names, func(name string) bool {
		value := flags.Lookup(name).Value.String()
		return value == "" || value == "false"
	})
}

// trustOrExpectFlag returns the first flag on the command line that is about trust
// or expectations and is not one of the exceptions, or an empty string.
func trustOrExpectFlag(flags *pflag.FlagSet, except ...string) string {
	found := ""
	flags.Visit(func(f *pflag.Flag) {
		if group := groupOf(f); found == "" && (group == groupTrust || group == groupExpect) && !slices.Contains(except, f.Name) {
			found = f.Name
		}
	})
	return found
}

// policy completes the policy with the files and variables that flags name. now
// returns the time of evaluation, also for assertions; timeout limits all of them
// together.
func (o *expectationOptions) policy(ctx context.Context, env *Env, timeout time.Duration, now func() time.Time) (verify.Policy, error) {
	switch {
	case o.AnyAudience && len(o.Audiences) > 0:
		return o.Policy, usageError("--any-audience and --audience contradict each other")
	case o.AnyIssuer && o.Issuer != "":
		return o.Policy, usageError("--any-issuer and --issuer contradict each other")
	case o.RoleClaim != "" && len(o.Roles) == 0:
		return o.Policy, usageError("--role-claim needs --role")
	}
	p := o.Policy
	accessToken, tokenErr := readAccessToken(env, "--access-token", o.accessToken)
	code, codeErr := readValue(env, "--code", o.code)
	state, stateErr := readValue(env, "--state", o.state)
	p.AccessToken, p.Code, p.State = accessToken, code, state
	p.Assertions = o.bound(ctx, timeout, now)
	return p, errors.Join(tokenErr, codeErr, stateErr)
}

// readAccessToken is readValue for an access token, which it takes out of what people
// paste, a header or a token response. What is not recognised stays as it is.
func readAccessToken(env *Env, flag, argument string) (string, error) {
	text, err := readValue(env, flag, argument)
	if err != nil || !strings.ContainsAny(text, " \t\r\n\"'{") {
		return text, err
	}
	found := paste.Find(text)
	for _, t := range found {
		if t.Name == paste.AccessToken || len(found) == 1 {
			return t.Text, nil
		}
	}
	return text, nil
}
