package cmd

import (
	"context"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/claimcheck/claimcheck/cmd/internal/output"
	"github.com/claimcheck/claimcheck/pkg/resource"
	"github.com/claimcheck/claimcheck/pkg/strictjson"
	"github.com/claimcheck/claimcheck/pkg/verify"
)

// resourceOptions are the flags of resource.
type resourceOptions struct {
	network networkOptions
	output  outputOptions
	token   string
	profile string
	check   bool
}

func newResourceCmd(env *Env) *cobra.Command {
	opts := &resourceOptions{}
	c := &cobra.Command{
		Use:   "resource URL",
		Short: "follow the chain from an API to a token for it",
		Long: "resource sends the API at URL one GET without a token and follows the response (RFC 9728):\n" +
			"the challenge, the API's metadata, the authorization servers that it names and their keys.\n" +
			"With --token, the token is verified here against all of them; it is not sent anywhere.",
		Example: `  claimcheck resource https://api.example/mcp
  claimcheck resource https://api.example/mcp --profile mcp --check
  claimcheck resource https://api.example/mcp --token @mcp.jwt`,
		Args: oneArg("no API given: name its URL"),
		RunE: func(c *cobra.Command, args []string) error {
			return opts.output.conclude(c.Context(), env, func(printer *output.Printer) (verdict, error) {
				return opts.follow(c.Context(), env, printer, c.Flags(), args[0])
			})
		},
	}
	inGroup(c.Flags(), groupExpect, func(f *pflag.FlagSet) {
		valueVar(f, &opts.token, "token", "TOKEN", "access token to verify here: itself, @FILE or env:NAME")
		enumVar(f, &opts.profile, "profile", "PROFILE", []string{"mcp"}, "also require what an OAuth profile adds to RFC 9728")
		f.BoolVar(&opts.check, "check", false, "exit 21 if a link is broken")
	})
	opts.network.addFlags(c)
	opts.output.addFlags(c, verdictFormats())
	return c
}

func (o *resourceOptions) follow(ctx context.Context, env *Env, printer *output.Printer, flags *pflag.FlagSet, url string) (verdict, error) {
	switch {
	case !isURL(url):
		return nil, usageError("the API's URL must begin with https://, got %s", quoteShort(url))
	case o.network.offline:
		return nil, usageError("--offline and resource contradict each other: the API has to be asked")
	}
	if err := applyTimeout(env, flags); err != nil {
		return nil, err
	}
	raw, err := readAccessToken(env, "--token", o.token)
	if err != nil {
		return nil, err
	}
	client, err := o.network.client(env, printer)
	if err != nil {
		return nil, err
	}
	defer client.CloseIdleConnections()
	network, cancel := o.network.within(ctx)
	defer cancel()
	chain, err := resource.Walk(network, client, url, o.profile == "mcp")
	if err != nil {
		return nil, unavailable(err)
	}
	if raw != "" {
		chain.Token(raw, env.Now())
	}
	return resourceView{chain, o.check}, nil
}

// A resourceView is a chain for people and programs.
type resourceView struct {
	*resource.Chain
	check bool
}

// code is 4 where a link cannot be had, then that of the token, then that of
// findings where they were asked for.
func (v resourceView) code() int {
	switch {
	case v.Unavailable:
		return exitUnavailable
	case v.Reason != "":
		return codeOf(string(v.Reason))
	case v.check && v.Broken() != nil:
		return exitFindings
	default:
		return exitAccepted
	}
}

func (v resourceView) sentence() string {
	if broken := v.Broken(); broken != nil {
		return "the chain is broken at " + broken.ID + ": " + broken.Message
	}
	if warned := v.rows(func(l resource.Link) bool { return l.Status == verify.Warning }); len(warned) > 0 {
		return "the chain holds, with " + plural(len(warned), "warning")
	}
	return "the chain holds"
}

func (v resourceView) verdict() string {
	switch {
	case v.Unavailable:
		return "unavailable"
	case v.Broken() != nil:
		return "broken"
	default:
		return "holds"
	}
}

// resourceDocument is a chain in JSON.
type resourceDocument struct {
	Verdict   string           `json:"verdict"`
	Reason    string           `json:"reason,omitzero"`
	ExitCode  int              `json:"exit_code"`
	URL       string           `json:"url"`
	Resource  string           `json:"resource,omitzero"`
	Broken    string           `json:"broken,omitzero"`
	Links     []resource.Link  `json:"links"`
	Metadata  strictjson.Value `json:"metadata"`
	Servers   []serverDocument `json:"authorization_servers"`
	TokenKind verify.Kind      `json:"token_kind,omitzero"`
}

type serverDocument struct {
	Issuer   string           `json:"issuer"`
	Metadata strictjson.Value `json:"metadata"`
}

func (v resourceView) document() any {
	d := resourceDocument{
		Verdict: v.verdict(), ExitCode: v.code(), URL: withoutQuery(v.URL), Links: v.Links,
	}
	if broken := v.Broken(); broken != nil {
		d.Broken = broken.ID
	}
	if v.code() != exitAccepted {
		d.Reason = reasonOf(v.code())
	}
	if v.Metadata != nil {
		d.Metadata = v.Metadata.Object
		d.Resource, _ = v.Metadata.Object.Get("resource").Text()
	}
	for _, s := range v.Servers {
		shown := serverDocument{Issuer: s.Issuer}
		if s.Metadata != nil {
			shown.Metadata = s.Metadata.Document
		}
		d.Servers = append(d.Servers, shown)
	}
	if v.Report != nil {
		d.TokenKind = v.Report.Kind
	}
	return d
}

func (v resourceView) writeText(t *output.Text) {
	t.Spans(output.Strong.Span(withoutQuery(v.URL)))
	ofToken := func(l resource.Link) bool { return strings.HasPrefix(l.ID, "token") }
	t.Rows(v.rows(func(l resource.Link) bool { return l.Server == "" && !ofToken(l) })...)
	for _, s := range v.Servers {
		t.Blank()
		t.Line(s.Issuer)
		t.Rows(v.rows(func(l resource.Link) bool { return l.Server == s.Issuer })...)
	}
	if rows := v.rows(ofToken); len(rows) > 0 {
		t.Blank()
		t.Line("the token")
		t.Rows(rows...)
	}
	t.Blank()
	broken := v.Broken()
	if broken == nil {
		t.Rows(verdictRow(true, v.sentence()))
		return
	}
	t.Rows(verdictRow(false, "the chain is broken at "+broken.ID))
	t.Indented(func() {
		if broken.Spec != "" {
			t.Line(broken.Spec)
		}
		if broken.Fix != "" {
			t.Line("fix: " + broken.Fix)
		}
	})
}

func (v resourceView) rows(belongs func(resource.Link) bool) []output.Row {
	var rows []output.Row
	for _, l := range v.Links {
		if belongs(l) {
			rows = append(rows, output.Row{Mark: markOf(l.Status), Label: l.ID, Value: l.Message})
		}
	}
	return rows
}

func (v resourceView) suite() output.Suite {
	s := output.Suite{URI: sourceURI(v.URL), Facts: []output.Fact{{Name: "url", Value: withoutQuery(v.URL)}}}
	for _, l := range v.Links {
		c := output.Case{ID: l.ID, Outcome: outcomeOf(l.Status), Location: l.Server, Message: l.Message, Spec: l.Spec}
		switch {
		case c.Outcome != output.Failed:
		case v.code() == exitAccepted: // without --check no link fails a run
			c.Outcome = output.Warned
		default:
			c.Reason = reasonOf(v.code())
		}
		if l.Fix != "" {
			c.Notes = []string{"fix: " + l.Fix}
		}
		s.Cases = append(s.Cases, c)
	}
	return s
}
