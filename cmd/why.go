package cmd

import (
	"cmp"
	"errors"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/claimcheck/claimcheck/cmd/internal/exchange"
	"github.com/claimcheck/claimcheck/cmd/internal/output"
	"github.com/claimcheck/claimcheck/cmd/internal/paste"
	"github.com/claimcheck/claimcheck/cmd/internal/refusal"
	"github.com/claimcheck/claimcheck/pkg/challenge"
	"github.com/claimcheck/claimcheck/pkg/token"
)

// whyOptions are the flags of why.
type whyOptions struct {
	output outputOptions
	token  string
}

func newWhyCmd(env *Env) *cobra.Command {
	opts := &whyOptions{}
	c := &cobra.Command{
		Use:   "why [FILE]",
		Short: "explain why an API refused a request, from a recording of it",
		Long: "why reads a request and its response, from curl -i, curl -v, a HAR file or a browser's\n" +
			"\"copy as cURL\" followed by the response; or an error body alone. It says what the API\n" +
			"complained about, what the request's token shows about that, and which command settles it.\n" +
			"It uses no network and does not verify the token.",
		Example: `  curl -v https://api.example/orders -H @headers.txt 2>&1 | claimcheck why
  claimcheck why exchange.har
  claimcheck why answer.txt --token @token.jwt`,
		Args: atMostOne("file"),
		RunE: func(c *cobra.Command, args []string) error {
			return opts.output.conclude(c.Context(), env, func(*output.Printer) (verdict, error) { return opts.explain(env, args) })
		},
	}
	inGroup(c.Flags(), groupInput, func(f *pflag.FlagSet) {
		valueVar(f, &opts.token, "token", "TOKEN", "the request's token, if the recording lacks it: itself, @FILE or env:NAME")
	})
	opts.output.addFlags(c, ciFormats{formats: []output.Format{output.FormatLine}})
	return c
}

func (o *whyOptions) explain(env *Env, args []string) (verdict, error) {
	text, file, err := readExchange(env, args)
	if err != nil {
		return nil, err
	}
	e, err := exchange.Parse(text)
	if err != nil {
		return nil, unreadable("%w", err).withHint(recordIt)
	}
	view := whyView{Exchange: e, now: env.Now(), token: "@token.jwt"}
	credential := refusal.FindCredential(e)
	if o.token != "" {
		credential.Where = "--token"
		if credential.Token, err = readAccessToken(env, "--token", o.token); err != nil {
			return nil, err
		}
		if credential.Scheme == "" {
			credential.Scheme = "Bearer"
		}
		view.token = withoutLiteral(o.token)
	} else if file != "" && onlyToken(text, credential.Token) {
		view.token = "@" + file
	}
	at, known := e.Date()
	if !known {
		at = view.now
	}
	view.Explanation, view.dated = refusal.Explain(e, credential, at), known
	if view.Complaint.Reason == refusal.Unknown && e.Status == 0 {
		return nil, noResponse(text)
	}
	return view, nil
}

// curlFailed finds why curl got no response, in its last line or in what -v prints.
var curlFailed = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`curl: \(\d+\) ([^\r\n]{1,200})|\* ((?:Failed to connect|Could not resolve)[^\r\n]{1,200})`)
})

// recordIt is the hint for what is not a recording.
const recordIt = "record the exchange with: curl -v URL 2>&1 | claimcheck why"

// noResponse is the error for a text that is not a recording: most often a
// token.
func noResponse(text string) error {
	if token.Parse(strings.TrimSpace(text)).Form() == token.FormJWT {
		return unreadable("this is a token, not a recording of a request").withHint(
			"claimcheck verify checks a token; " + recordIt)
	}
	if found := curlFailed().FindStringSubmatch(text); found != nil {
		return unreadable("the recording has no response, as curl got none: %s", found[1]+found[2]).withHint(
			"the request did not reach the API: check the URL and the network")
	}
	return unreadable("no API response found: no status, no challenge and no known error").withHint(
		recordIt)
}

// readExchange reads the text, and names the file it is from where there is one.
func readExchange(env *Env, args []string) (text, file string, err error) {
	var data []byte
	switch {
	case len(args) == 0 && env.StdinIsTerminal:
		return "", "", usageError("no exchange given").withHint("name a file, or pipe it in: curl -v URL 2>&1 | claimcheck why")
	case len(args) == 0, args[0] == "-":
		data, err = readStdin(env, exchange.MaxLength)
		if f, ok := errors.AsType[*failure](err); ok && len(data) == 0 {
			err = f.withHint(recordIt) // curl without -v may print nothing
		}
	default:
		file = strings.TrimPrefix(args[0], "@")
		data, err = readFile(file, exchange.MaxLength)
	}
	return string(toUTF8(data)), file, err
}

// onlyToken reports whether another command finds exactly this token in the text.
func onlyToken(text, tokenText string) bool {
	if len(text) > token.MaxLength {
		return false
	}
	found := paste.Find(text)
	return len(found) == 1 && found[0].Text == tokenText
}

// A whyView is an explanation for people and programs.
type whyView struct {
	*exchange.Exchange
	refusal.Explanation
	now   time.Time
	dated bool   // At is the answer's own Date
	token string // how another command can read the token
}

func (v whyView) code() int { return exitAccepted }

func (v whyView) sentence() string { return v.heading() + ": " + v.Conclusion() }

// heading is the status and the complaint: "401 Unauthorized: token expired".
func (v whyView) heading() string {
	if v.Status == 0 {
		return v.Complaint.Reason.Title()
	}
	if v.accepted() {
		return statusLine(v.Status) + ": the API accepted the request"
	}
	return statusLine(v.Status) + ": " + v.Complaint.Reason.Title()
}

// accepted reports whether nothing was refused: some APIs complain under a 200.
func (v whyView) accepted() bool {
	return v.Status != 0 && v.Status < 300 && v.Complaint.Reason == refusal.Unknown
}

// Conclusion replaces that of the explanation if the API accepted the request, or
// returned 404 without a recognised complaint.
func (v whyView) Conclusion() string {
	switch {
	case v.Status == http.StatusNotFound && v.Complaint.Reason == refusal.Unknown:
		return "there is nothing at this address, or nothing that the API shows to this caller: check the URL and the method first"
	case !v.accepted():
		return v.Explanation.Conclusion()
	case slices.ContainsFunc(v.Clues, func(f refusal.Clue) bool { return f.Status == refusal.Failed }):
		return "the API accepted the request all the same: it may not check the token (claimcheck probe tests that)"
	default:
		return "nothing was refused: there is nothing to explain"
	}
}

// verdict returns the verdict as one word.
func (v whyView) verdict() string {
	if v.Explained() {
		return "explained"
	}
	return "unexplained"
}

// whyDocument is the explanation in JSON.
type whyDocument struct {
	Verdict    string                `json:"verdict"`
	Complaint  string                `json:"complaint"`
	ExitCode   int                   `json:"exit_code"`
	Status     int                   `json:"status,omitzero"`
	Method     string                `json:"method,omitzero"`
	URL        string                `json:"url,omitzero"`
	Product    string                `json:"product,omitzero"`
	Message    string                `json:"message,omitzero"`
	Expected   string                `json:"expected,omitzero"`
	Challenges []challenge.Challenge `json:"challenges"`
	Problems   []string              `json:"problems"`
	TokenFrom  string                `json:"token_from,omitzero"`
	Kind       string                `json:"kind,omitzero"`
	At         string                `json:"evaluated_at"`
	Findings   []refusal.Clue        `json:"findings"`
	Conclusion string                `json:"conclusion"`
	Next       string                `json:"next,omitzero"`
}

func (v whyView) document() any {
	return whyDocument{
		Verdict: v.verdict(), Complaint: string(v.Complaint.Reason), ExitCode: exitAccepted,
		Status: v.Status, Method: v.Method, URL: v.address(), Product: v.Complaint.Product, Message: v.Complaint.Words,
		Expected: v.Complaint.Expected, Challenges: v.Complaint.Challenges, Problems: v.problems(), TokenFrom: v.Credential.Where,
		Kind: string(v.Kind), At: v.At.UTC().Format(time.RFC3339), Findings: v.Clues,
		Conclusion: v.Conclusion(), Next: v.next().Command,
	}
}

// problems are what the API itself should mend.
func (v whyView) problems() []string {
	var list []string
	if err := v.Complaint.Faults; err != nil {
		first, _, _ := strings.Cut(err.Error(), "\n")
		list = append(list, "WWW-Authenticate breaks RFC 9110 section 11.6.1: "+first)
	}
	return append(list, problemLines(v.Complaint.Problems)...)
}

func (v whyView) writeText(t *output.Text) {
	t.Rows(verdictRow(v.accepted(), v.heading()))
	if v.URL != "" {
		t.Rows(output.Row{Value: strings.TrimSpace(v.Method + " " + v.address())})
	}
	if v.Others > 0 {
		which := "the last of "
		if v.Refused() {
			which = "the last refused one of "
		}
		t.Line(which + plural(v.Others+1, "exchange") + " in the recording")
	}
	t.Section("", v.saidRows()...)
	t.Section("", v.tokenRows()...)
	t.Blank()
	t.Line(v.Conclusion())
	if next := v.next(); next.Command != "" {
		t.Blank()
		t.Line(next.Words())
		t.Command(next.Command)
	}
}

// saidRows are the API's own words.
func (v whyView) saidRows() []output.Row {
	said := v.Complaint.Words
	if code := v.Complaint.Param("error"); code != "" {
		said = strings.TrimSuffix(code+": "+said, ": ")
	}
	said = cmp.Or(said, "nothing about the cause")
	if v.accepted() {
		said = ""
	}
	rows := []output.Row{{Label: "the API says", Value: said}, {Label: "software", Value: v.Complaint.Product}}
	for _, name := range []string{"scope", "max_age", "acr_values", "resource_metadata"} {
		rows = append(rows, output.Row{Label: name, Value: v.Complaint.Param(name)})
	}
	for _, problem := range v.problems() {
		rows = append(rows, output.Row{Mark: output.MarkWarning, Label: "challenge", Value: problem})
	}
	return rows
}

// tokenRows are what the token shows.
func (v whyView) tokenRows() []output.Row {
	var rows []output.Row
	for _, f := range v.Clues {
		row := output.Row{Label: f.ID, Value: withTime(f.Message, f.Time, v.now)}
		switch f.Status {
		case refusal.Failed:
			row.Mark = output.MarkFailed
		case refusal.Warning:
			row.Mark = output.MarkWarning
		}
		rows = append(rows, row)
	}
	if v.Token != nil {
		rows = append(rows, output.Row{Label: "token", Value: v.tokenLine()})
	}
	return rows
}

func (v whyView) tokenLine() string {
	line := "from " + v.Credential.Where + ", not verified"
	if v.Kind != "" && v.Kind != "other" && v.Token.Form() == token.FormJWT {
		line = string(v.Kind) + " token " + line
	}
	if v.dated {
		line += ", as of the response's Date"
	}
	return line
}

// suite is empty: why has no format for CI systems.
func (v whyView) suite() output.Suite { return output.Suite{} }

// address is the URL of the request without what could be secret in it.
func (v whyView) address() string {
	url := withoutQuery(v.URL)
	if v.Credential.Token == "" {
		return url
	}
	return strings.ReplaceAll(url, v.Credential.Token, "[token]")
}
