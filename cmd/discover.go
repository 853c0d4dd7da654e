package cmd

import (
	"context"
	"errors"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/claimcheck/claimcheck/cmd/internal/advice"
	"github.com/claimcheck/claimcheck/cmd/internal/output"
	"github.com/claimcheck/claimcheck/pkg/jwks"
	"github.com/claimcheck/claimcheck/pkg/provider"
	"github.com/claimcheck/claimcheck/pkg/strictjson"
)

// discoverOptions are the flags of discover.
type discoverOptions struct{ documentOptions }

func newDiscoverCmd(env *Env) *cobra.Command {
	opts := &discoverOptions{}
	c := &cobra.Command{
		Use:   "discover ISSUER",
		Short: "fetch and show an issuer's metadata",
		Long: "discover fetches an issuer's metadata (OpenID Connect Discovery 1.0, else RFC 8414) and\n" +
			"shows it. ISSUER is the issuer, a bare host name, or the full URL of the document.",
		Example: `  claimcheck discover https://issuer.example
  claimcheck discover issuer.example --check
  claimcheck discover https://issuer.example --jq .jwks_uri`,
		Args: oneArg("no issuer given: name its URL, a host name, or the address of its metadata"),
		RunE: func(c *cobra.Command, args []string) error {
			return opts.run(c, env, func(printer *output.Printer) (document, error) {
				return opts.fetch(c.Context(), env, printer, c.Flags(), args[0])
			})
		},
	}
	opts.addFlags(c, "lint the document and the key set; exit 21 if there are errors")
	return c
}

func (o *discoverOptions) fetch(ctx context.Context, env *Env, printer *output.Printer, flags *pflag.FlagSet, argument string) (document, error) {
	if err := o.settings.apply(env, flags); err != nil {
		return document{}, err
	}
	issuer, err := issuerArgument(argument)
	if err != nil {
		return document{}, err
	}
	client, err := o.network.client(env, printer)
	if err != nil {
		return document{}, err
	}
	defer client.CloseIdleConnections()
	network, cancel := o.network.within(ctx)
	defer cancel()
	metadata, err := discoverNamed(network, client, issuer, !isURL(argument))
	var mismatch *provider.IssuerMismatchError
	if err != nil && !errors.As(err, &mismatch) {
		return document{}, o.question(client, issuer).unavailable(network, err)
	}
	if o.check {
		return document{report: findingsReport{metadata.URL, client.Lint(network, metadata)}}, nil
	}
	var problem error
	if mismatch != nil {
		problem = o.explain(network, client, metadata, mismatch)
	}
	return document{show: func() error { return showMetadata(ctx, printer, metadata, problem) }}, nil
}

// showMetadata shows metadata, and problem, unless it is nil, as a warning: they are not
// for the issuer that was asked for.
func showMetadata(ctx context.Context, printer *output.Printer, metadata *provider.Metadata, problem error) error {
	findings := slices.DeleteFunc(metadata.Lint(), func(f jwks.Finding) bool { return f.ID == "form" }) // reported separately
	view := metadataView{metadata, findingsReport{metadata.URL, findings}}
	if err := show(ctx, printer, display{metadata.Document, view.writeText}); err != nil {
		return err
	}
	if problem != nil {
		printer.Warning(problemOf(problem))
	}
	return nil
}

// discoverNamed fetches metadata. For a host that was named without https:// the
// issuer's name is not known, so that a slash at its end makes no difference.
func discoverNamed(ctx context.Context, client *provider.Client, issuer string, bare bool) (*provider.Metadata, error) {
	metadata, err := client.Discover(ctx, issuer)
	if mismatch, ok := errors.AsType[*provider.IssuerMismatchError](err); bare && ok && mismatch.Found == issuer+"/" {
		return client.Discover(ctx, mismatch.Found)
	}
	return metadata, err
}

// explain says for whom a document is that is not for the issuer asked for.
func (o *discoverOptions) explain(ctx context.Context, client *provider.Client, metadata *provider.Metadata, mismatch *provider.IssuerMismatchError) error {
	resource, ok := metadata.Document.Get("resource").Text()
	if ok && metadata.Document.Get("authorization_servers").Exists() {
		return isResource(metadata.URL, resource)
	}
	return o.question(client, mismatch.Asked).unavailable(ctx, mismatch)
}

func isResource(address, resource string) error {
	failed := fail(exitUsage, "%s is the metadata of a protected resource (RFC 9728), not of an issuer", address)
	if !advice.Copyable(resource) {
		return failed.withHint("claimcheck resource reads it")
	}
	return failed.withHint("to check the chain from the resource to its issuer:").withCommand(advice.Cmdline{Command: "claimcheck resource", Argument: resource})
}

// issuerArgument completes a bare host name with https; nowhere else is a host
// name completed.
func issuerArgument(argument string) (string, error) {
	before, after, ofResource := strings.Cut(argument, wellKnown+"oauth-protected-resource")
	switch {
	case strings.TrimSpace(argument) == "":
		return "", usageError("the issuer is empty")
	case strings.Contains(argument, "eyJ"), isRandom(argument):
		return "", usageError("that looks like a token, not like an issuer; it was not sent anywhere")
	case isURL(argument) && ofResource:
		return "", isResource(argument, before+after)
	case isURL(argument):
		return argument, nil
	case !isHost(argument):
		return "", usageError("the argument is neither a URL nor a host name").withHint("an issuer is a URL such as https://issuer.example")
	default:
		return "https://" + argument, nil
	}
}

// hostName matches a name with a dot in it. An opaque token may also consist of
// labels, but of longer ones.
var hostName = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^([A-Za-z0-9-]{1,30}\.)+([A-Za-z]{1,30}|xn--[A-Za-z0-9-]{0,26})$`)
})

// isHost reports whether a text looks like a host name, perhaps with a port and a
// path: an opaque token with a dot in it must not become a question to a name
// server.
func isHost(text string) bool {
	u, err := url.Parse("https://" + text)
	if err != nil || u.User != nil {
		return false
	}
	host := strings.TrimSuffix(u.Hostname(), ".")
	if _, err := netip.ParseAddr(host); err == nil || host == "localhost" {
		return true
	}
	return hostName().MatchString(host)
}

// metadataView is metadata for people, in groups.
type metadataView struct {
	*provider.Metadata
	report findingsReport
}

func (v metadataView) writeText(t *output.Text) {
	t.Spans(output.Strong.Span(v.Issuer))
	t.Rows(
		output.Row{Label: "found at", Value: v.URL},
		output.Row{Label: "form", Value: v.Form},
	)
	rest := v.Document.Members()
	for _, group := range metadataGroups() {
		var inside, others []strictjson.Member
		for _, m := range rest {
			if group.holds(m.Name) {
				inside = append(inside, m)
			} else {
				others = append(others, m)
			}
		}
		rest = others
		if len(inside) > 0 {
			t.Heading(group.title)
			writeMembers(t, inside)
		}
	}
	if len(v.report.findings) > 0 {
		t.Heading("findings")
		v.report.writeFindings(t)
	}
	t.Blank()
	v.report.writeVerdict(t)
}

// writeMembers writes one member per line. A list that does not fit on the line of
// its name is written below it.
func writeMembers(t *output.Text, members []strictjson.Member) {
	rows := make([]output.Row, len(members))
	for i, m := range members {
		rows[i] = output.Row{Label: m.Name}
		if list, ok := m.Value.TextList(); ok && len(list) > 0 {
			rows[i].List = list
		} else if text, ok := m.Value.Text(); ok {
			rows[i].Value = text
		} else {
			rows[i].Value = m.Value.String()
		}
	}
	t.Members(rows...)
}

type metadataGroup struct {
	title string
	holds func(name string) bool
}

func metadataGroups() []metadataGroup {
	contains := func(parts ...string) func(string) bool {
		return func(name string) bool {
			return slices.ContainsFunc(parts, func(part string) bool { return strings.Contains(name, part) })
		}
	}
	return []metadataGroup{
		{"issuer", func(name string) bool { return name == "issuer" }},
		{"endpoints", func(name string) bool {
			return strings.HasSuffix(name, "_endpoint") || strings.HasSuffix(name, "_uri") || name == "check_session_iframe"
		}},
		{"algorithms", contains("signing_alg", "encryption_")},
		{"grants", contains("grant_types", "response_", "code_challenge", "auth_methods")},
		{"scopes", contains("scopes")},
		{"claims", contains("claim", "subject_types", "acr_values")},
		{"other", func(string) bool { return true }},
	}
}
