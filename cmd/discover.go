package cmd

import (
	"context"
	"errors"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/claimcheck/claimcheck/cmd/internal/advice"
	"github.com/claimcheck/claimcheck/cmd/internal/output"
	"github.com/claimcheck/claimcheck/pkg/provider"
	"github.com/claimcheck/claimcheck/pkg/strictjson"
)

// discoverOptions are the flags of discover.
type discoverOptions struct {
	settings settingsOptions
	network  networkOptions
	output   outputOptions
	check    bool
}

func newDiscoverCmd(env *Env) *cobra.Command {
	opts := &discoverOptions{}
	c := &cobra.Command{
		Use:   "discover ISSUER",
		Short: "fetch and show an issuer's metadata",
		Long: "discover fetches an issuer's metadata (OpenID Connect Discovery 1.0, else RFC 8414) and\n" +
			"shows it. ISSUER is the issuer, a bare host name, or the whole address of the document.",
		Example: `  claimcheck discover https://issuer.example
  claimcheck discover issuer.example --check
  claimcheck discover https://issuer.example --jq .jwks_uri`,
		Args: oneArg("no issuer given: its URL, a host name, or the whole address of its metadata"),
		RunE: func(c *cobra.Command, args []string) error {
			return runDiscover(c.Context(), env, opts, c.Flags(), args[0])
		},
	}
	inGroup(c.Flags(), groupExpect, func(f *pflag.FlagSet) {
		f.BoolVar(&opts.check, "check", false, "lint the document; exit 21 if it has errors")
	})
	opts.settings.addFlags(c)
	opts.network.addFlags(c)
	opts.output.ci = checkFormats("discover")
	opts.output.addFlags(c)
	return c
}

func runDiscover(ctx context.Context, env *Env, opts *discoverOptions, flags *pflag.FlagSet, argument string) error {
	if !opts.check {
		opts.output.withoutCheck()
	}
	printer, err := opts.output.printer(env)
	if err != nil {
		return err
	}
	metadata, err := opts.fetch(ctx, env, printer, flags, argument)
	var mismatch *provider.IssuerMismatchError
	if err != nil && !errors.As(err, &mismatch) {
		return noFindings(ctx, env, printer, opts.check, err)
	}
	report := lintMetadata(metadata)
	if opts.check {
		return printFindings(ctx, printer, report)
	}
	view := metadataView{metadata, report}
	if err := printShown(ctx, printer, answer{metadata.Document, view.writeText}); err != nil {
		return err
	}
	if mismatch != nil {
		printer.Warn(mismatch.Error(), advice.Mismatch(mismatch))
	}
	return nil
}

// fetch returns metadata with the error that they are for another issuer, too.
func (o *discoverOptions) fetch(ctx context.Context, env *Env, printer *output.Printer, flags *pflag.FlagSet, argument string) (*provider.Metadata, error) {
	if err := o.settings.apply(env, flags); err != nil {
		return nil, err
	}
	issuer, err := issuerArgument(argument)
	if err != nil {
		return nil, err
	}
	client, err := o.network.client(env, printer)
	if err != nil {
		return nil, err
	}
	defer client.CloseIdleConnections()
	metadata, err := client.Discover(ctx, issuer)
	var mismatch *provider.IssuerMismatchError
	if err != nil && !errors.As(err, &mismatch) {
		return nil, unavailable(err)
	}
	return metadata, err
}

// issuerArgument completes a bare host name with https; nowhere else is a host
// name completed.
func issuerArgument(argument string) (string, error) {
	switch {
	case strings.TrimSpace(argument) == "":
		return "", usageError("the issuer is empty")
	case strings.Contains(argument, "eyJ"), isRandom(argument):
		return "", usageError("that looks like a token, not like an issuer: it is not sent anywhere")
	case isURL(argument):
		return argument, nil
	case !strings.ContainsAny(argument, ".:") && argument != "localhost":
		return "", usageError("%s is neither a URL nor a host name", quoteShort(argument))
	default:
		return "https://" + argument, nil
	}
}

func printFindings(ctx context.Context, printer *output.Printer, report findingsReport) error {
	return conclude(ctx, printer, report)
}

// noFindings is for an error in the place of an answer: with --check that is a
// report, too.
func noFindings(ctx context.Context, env *Env, printer *output.Printer, check bool, err error) error {
	if check {
		return noAnswer(ctx, env, printer, err)
	}
	return err
}

func lintMetadata(metadata *provider.Metadata) findingsReport {
	report := findingsReport{source: metadata.URL}
	for _, f := range metadata.Lint() {
		hint := ""
		if f.Expected != "" && f.Actual != "" {
			hint = advice.Mismatch(&provider.IssuerMismatchError{Asked: f.Expected, Found: f.Actual})
		}
		report.add(finding{
			id: f.ID, severity: f.Severity, place: f.Member, message: f.Message, hint: hint, spec: f.Spec,
		})
	}
	return report
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
		output.Row{Label: "form", Value: v.Form.Title()},
	)
	rest := v.Document.Members()
	for _, group := range metadataGroups() {
		var rows []output.Row
		var others []strictjson.Member
		for _, m := range rest {
			if group.holds(m.Name) {
				rows = append(rows, output.Row{Label: m.Name, Value: listText(m.Value)})
			} else {
				others = append(others, m)
			}
		}
		rest = others
		if len(rows) > 0 {
			t.Heading(group.title)
			t.Rows(rows...)
		}
	}
	if len(v.report.findings) > 0 {
		t.Heading("findings")
		t.Rows(findingRows(v.report.findings)...)
	}
}

type metadataGroup struct {
	title string
	holds func(name string) bool
}

func metadataGroups() []metadataGroup {
	contains := func(parts ...string) func(string) bool {
		return func(name string) bool {
			for _, part := range parts {
				if strings.Contains(name, part) {
					return true
				}
			}
			return false
		}
	}
	return []metadataGroup{
		{"issuer", func(name string) bool { return name == "issuer" }},
		{"endpoints", func(name string) bool {
			return strings.HasSuffix(name, "_endpoint") || strings.HasSuffix(name, "_uri") || name == "check_session_iframe"
		}},
		{"what it can sign", contains("signing_alg", "encryption_")},
		{"grants", contains("grant_types", "response_", "code_challenge", "auth_methods")},
		{"scopes", contains("scopes")},
		{"claims", contains("claim", "subject_types", "acr_values")},
		{"other", func(string) bool { return true }},
	}
}

// listText shows a list of strings as words and anything else as JSON.
func listText(v strictjson.Value) string {
	if s, ok := v.Text(); ok {
		return s
	}
	if list, ok := v.TextList(); ok && len(list) > 0 {
		return strings.Join(list, ", ")
	}
	return v.String()
}
