package cmd

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"github.com/xhit/go-str2duration/v2"

	"github.com/claimcheck/claimcheck/cmd/internal/output"
	"github.com/claimcheck/claimcheck/cmd/internal/paste"
	"github.com/claimcheck/claimcheck/pkg/verify"
)

// flagGroup is the annotation by which --help groups flags.
const flagGroup = "claimcheck_group"

// The groups of flags, in the order in which --help shows them.
const (
	groupInput   = "Input"
	groupTrust   = "Trust"
	groupExpect  = "Expectations"
	groupNetwork = "Network"
	groupOutput  = "Output"
)

// inGroup puts the flags that add defines into a group.
func inGroup(flags *pflag.FlagSet, group string, add func(*pflag.FlagSet)) {
	set := pflag.NewFlagSet(group, pflag.ContinueOnError)
	add(set)
	set.VisitAll(func(f *pflag.Flag) {
		if f.Annotations == nil {
			f.Annotations = map[string][]string{}
		}
		f.Annotations[flagGroup] = []string{group}
	})
	flags.AddFlagSet(set)
}

func (o *tokenOptions) addFlags(c *cobra.Command) {
	inGroup(c.Flags(), groupInput, func(f *pflag.FlagSet) {
		f.StringVar(&o.pick, "pick", "", "which token to take where there are several: its `NAME` or number")
		f.BoolVar(&o.exact, "exact", false, "take the input as it stands; only one trailing newline is dropped")
	})
}

// outputOptions say how the answer is printed.
type outputOptions struct {
	format string
	filter string
	quiet  bool
	color  string
	ci     ciFormats // set before addFlags
}

func (o *outputOptions) addFlags(c *cobra.Command) {
	inGroup(c.Flags(), groupOutput, func(f *pflag.FlagSet) {
		f.StringVarP(&o.format, "output", "o", "auto", "output `FORMAT`: "+o.formatList())
		f.StringVar(&o.filter, "jq", "", "filter the JSON by a jq `EXPRESSION`")
		f.BoolVarP(&o.quiet, "quiet", "q", false, "print nothing but errors: the exit code is the answer")
		f.StringVar(&o.color, "color", "auto", "colour, `WHEN`: auto, always or never")
	})
}

// demandOptions are what verify asks of a token beside its signature.
type demandOptions struct {
	issuer      string
	anyIssuer   bool
	anyTenant   bool
	audiences   []string
	anyAudience bool

	algorithms  []string
	leeway      string
	at          string
	minValidity string
	strict      bool
	kind        string
	clientID    string
	nonce       string
	accessToken string
	code        string
	state       string
}

func (o *demandOptions) addFlags(c *cobra.Command) {
	inGroup(c.Flags(), groupTrust, func(f *pflag.FlagSet) {
		f.StringVar(&o.issuer, "issuer", "", "the issuer (`URL`) that iss must equal; without local keys, where the keys come from")
		f.BoolVar(&o.anyIssuer, "any-issuer", false, "accept any issuer; only with local keys")
		f.BoolVar(&o.anyTenant, "any-tenant", false, "accept any tenant where --issuer holds {tenantid}")
	})
	inGroup(c.Flags(), groupExpect, func(f *pflag.FlagSet) {
		f.StringArrayVar(&o.audiences, "audience", nil, "an `AUDIENCE` that aud must name; repeat for any one of them")
		f.BoolVar(&o.anyAudience, "any-audience", false, "accept a token that was made for somebody else")
		f.StringSliceVar(&o.algorithms, "alg", nil, "the only algorithms to allow, as `A,B`")
		f.StringVar(&o.leeway, "leeway", "0s", "clock `DURATION` to allow for exp, nbf and iat; at most 5m")
		f.StringVar(&o.at, "at", "", "judge as of this `TIME`: RFC 3339, unix seconds, -10m or +10m")
		f.StringVar(&o.minValidity, "min-validity", "", "refuse a token that is valid for less than this `DURATION`")
		f.BoolVar(&o.strict, "strict", false, "refuse on every warning")
		f.StringVar(&o.kind, "kind", "", "the `KIND` of token it has to be: id, access or logout")
		f.StringVar(&o.clientID, "client-id", "", "the client `ID` the token was issued to")
		f.StringVar(&o.nonce, "nonce", "", "the `NONCE` that was sent")
		f.StringVar(&o.accessToken, "access-token", "", "the access token that at_hash has to fit: `TOKEN`, @FILE or env:NAME")
		f.StringVar(&o.code, "code", "", "the code that c_hash has to fit: `CODE`, @FILE or env:NAME")
		f.StringVar(&o.state, "state", "", "the state that s_hash has to fit: `STATE`, @FILE or env:NAME")
	})
}

// demanded is the first flag on the command line that is about trust or what a
// token has to be, but for the exceptions; empty if there is none.
func demanded(flags *pflag.FlagSet, except ...string) string {
	found := ""
	flags.Visit(func(f *pflag.Flag) {
		group := f.Annotations[flagGroup]
		if found == "" && len(group) == 1 && (group[0] == groupTrust || group[0] == groupExpect) && !slices.Contains(except, f.Name) {
			found = f.Name
		}
	})
	return found
}

// refuseEmpty makes a flag that was given an empty value a usage error: an
// empty variable in a script must not switch a check off.
func refuseEmpty(flags *pflag.FlagSet) error {
	var found error
	flags.Visit(func(f *pflag.Flag) {
		empty := f.Value.String() == ""
		if list, ok := f.Value.(pflag.SliceValue); ok {
			values := list.GetSlice()
			empty = len(values) == 0 || slices.Contains(values, "")
		}
		if empty && found == nil {
			found = usageError("--%s has an empty value", f.Name)
		}
	})
	return found
}

// parseDuration reads "90s", "5m", "1d2h" for a flag.
func parseDuration(flag, text string) (time.Duration, error) {
	d, err := str2duration.ParseDuration(text)
	if err != nil || d < 0 || text == "" {
		return 0, usageError("%s is not a duration: %q", flag, text).withHint("write it as 90s, 5m, 2h or 1d")
	}
	return d, nil
}

// parseTime reads the time of an evaluation: RFC 3339, unix seconds, or a
// duration from now with its sign. Empty is now.
func parseTime(text string, now time.Time) (time.Time, error) {
	if text == "" {
		return now, nil
	}
	if at, err := time.Parse(time.RFC3339, text); err == nil {
		return at.UTC(), nil
	}
	if sign, rest := text[0], text[1:]; sign == '-' || sign == '+' {
		d, err := parseDuration("--at", rest)
		switch {
		case err != nil:
			return time.Time{}, err
		case sign == '-':
			return now.Add(-d), nil
		default:
			return now.Add(d), nil
		}
	}
	const farthest = 1 << 40 // seconds, some 34,000 years
	if seconds, err := strconv.ParseInt(text, 10, 64); err == nil && seconds < farthest {
		return time.Unix(seconds, 0).UTC(), nil
	}
	return time.Time{}, usageError("--at is not a time: %q", text).withHint(
		"write it as 2020-09-30T07:30:00Z, as unix seconds, or as -10m or +10m from now")
}

// policy turns the demands into a verify.Policy.
func (o *demandOptions) policy(env *Env) (verify.Policy, error) {
	p := verify.Policy{
		Issuer: o.issuer, AnyIssuer: o.anyIssuer, AnyTenant: o.anyTenant, Audiences: o.audiences, AnyAudience: o.anyAudience,
		Algorithms: o.algorithms, Strict: o.strict, ClientID: o.clientID, Nonce: o.nonce,
	}
	for _, step := range []func() error{
		func() error { return o.checkContradictions() },
		func() error { return o.checkNames(&p) },
		func() error { return o.readDurations(&p) },
		func() error { return o.readBindings(env, &p) },
	} {
		if err := step(); err != nil {
			return verify.Policy{}, err
		}
	}
	return p, nil
}

func (o *demandOptions) checkContradictions() error {
	switch {
	case o.anyAudience && len(o.audiences) > 0:
		return usageError("--any-audience and --audience contradict each other")
	case o.anyIssuer && o.issuer != "":
		return usageError("--any-issuer and --issuer contradict each other")
	case !o.anyAudience && len(o.audiences) == 0:
		return usageError("no audience given").withHint(
			"say whom the token has to be for, with --audience, or that it does not matter, with --any-audience")
	}
	return nil
}

func (o *demandOptions) checkNames(p *verify.Policy) error {
	known := append(verify.AsymmetricAlgorithms(), verify.SecretAlgorithms()...)
	for _, alg := range o.algorithms {
		if !slices.Contains(known, alg) {
			return usageError("--alg: %q is not a supported algorithm", alg).withHint("supported are %s", strings.Join(known, ", "))
		}
	}
	switch kind := verify.Kind(o.kind); kind {
	case "", verify.KindID, verify.KindAccess, verify.KindLogout:
		p.Kind = kind
		return nil
	default:
		return usageError("--kind is id, access or logout, not %q", o.kind)
	}
}

func (o *demandOptions) readDurations(p *verify.Policy) (err error) {
	if p.Leeway, err = parseDuration("--leeway", o.leeway); err != nil {
		return err
	}
	if p.Leeway > verify.MaxLeeway {
		return usageError("--leeway is at most %s", output.FormatDuration(verify.MaxLeeway))
	}
	if o.minValidity != "" {
		p.MinValidity, err = parseDuration("--min-validity", o.minValidity)
	}
	return err
}

// bareAccessToken takes an access token out of what people paste, a header or a
// token response. What is not recognised stays as it is.
func bareAccessToken(text string) string {
	if !strings.ContainsAny(text, " \t\r\n\"'{") {
		return text
	}
	found := paste.Find(text)
	for _, t := range found {
		if t.Name == paste.AccessToken {
			return t.Text
		}
	}
	if len(found) == 1 {
		return found[0].Text
	}
	return text
}

func (o *demandOptions) readBindings(env *Env, p *verify.Policy) error {
	bindings := []struct {
		flag, argument string
		value          *string
	}{
		{"--access-token", o.accessToken, &p.AccessToken},
		{"--code", o.code, &p.Code},
		{"--state", o.state, &p.State},
	}
	var errs []error
	for _, b := range bindings {
		value, err := readValue(env, b.flag, b.argument)
		if b.value == &p.AccessToken {
			value = bareAccessToken(value)
		}
		*b.value = value
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}
