package output

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
)

var testTool = Tool{Name: "claimcheck", Command: "verify", Version: "v1.2.3", URL: "https://claimcheck.example"}

// rejected is an answer with one case of each outcome, and hostile text in each
// place where there can be any.
func rejected() Suite {
	return Suite{
		Verdict: "rejected", Message: "rejected: a\n::error::b (exit 15)", ExitCode: 15, URI: "https://issuer.example/keys",
		Facts: []Fact{{"reason", "wrong_audience"}, {"key_kid", "]]>\x00"}},
		Cases: []Case{
			{ID: "structure", Outcome: Passed, Message: "a compact JWS"},
			{
				ID: "audience", Outcome: Failed, Reason: "wrong_audience", Location: "key, 1:",
				Message: "100%\r\n::error::x ##[error] <script>|`]]>", Notes: []string{`found: "{0} [a](b)"`, "hint: \u202eno"}, Spec: "RFC 7519",
			},
			{ID: "issued_at", Outcome: Warned, Message: "::stop-commands::x"},
			{ID: "form", Outcome: Noted, Message: "found"},
			{ID: "require", Outcome: Skipped, Message: "no --require given"},
			{ID: "require", Outcome: Unanswered, Message: "?"},
		},
	}
}

func TestAnnotations(t *testing.T) {
	want := lines(
		`::error title=claimcheck verify%3A rejected%3A a\n%3A%3Aerror%3A%3Ab (exit 15)::`+
			`audience: key, 1:: 100%25\r\n::error::x #\u0023[error] <script>|`+"`"+`]]>`+
			`%0Afound: "{0} [a](b)"%0Ahint: \u202eno%0ARFC 7519%0Arequire: ?`,
		`::warning title=claimcheck verify%3A issued_at::\u003a:stop-commands::x`)
	if got := string(AppendAnnotations(nil, testTool, rejected())); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

func TestAnnotationsOfAWholeAnswer(t *testing.T) {
	for want, s := range map[string]Suite{
		"::notice title=claimcheck verify%3A accepted::accepted (exit 0)\n": {Verdict: "accepted", Good: true, Message: "accepted (exit 0)"},
		"::error title=claimcheck verify%3A odd%2C 1%25::odd, 1%25\n":       {Verdict: "odd", Message: "odd, 1%"},
		"::error title=claimcheck verify%3A %3A%3Ax%3A%3A::\\u003a:x::\n":   {Verdict: "no", Message: "::x::", Cases: []Case{{ID: "a", Outcome: Passed}}},
	} {
		if got := string(AppendAnnotations(nil, testTool, s)); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestSummary(t *testing.T) {
	want := lines(
		``,
		``,
		`<h3>❌ claimcheck verify: rejected</h3>`,
		`<p><code>rejected: a\n::error::b (exit 15)</code></p>`,
		`<table>`,
		`<tr><td>❌</td><td><code>audience</code></td><td><code>key, 1:</code>: <code>100%\r\n::error::x #\u0023[error] &lt;script&gt;|`+
			"`"+`]]&gt;</code><br/><code>found: &#34;{0} [a](b)&#34;</code><br/><code>hint: \u202eno</code><br/><code>RFC 7519</code></td></tr>`,
		`<tr><td>⚠️</td><td><code>issued_at</code></td><td><code>\u003a:stop-commands::x</code></td></tr>`,
		`<tr><td>ℹ️</td><td><code>form</code></td><td><code>found</code></td></tr>`,
		`<tr><td>❓</td><td><code>require</code></td><td><code>?</code></td></tr>`,
		`</table>`,
		`<details><summary>2 more: passed, or not required</summary>`,
		`<table>`,
		`<tr><td>✅</td><td><code>structure</code></td><td><code>a compact JWS</code></td></tr>`,
		`<tr><td>➖</td><td><code>require</code></td><td><code>no --require given</code></td></tr>`,
		`</table>`,
		`</details>`,
		``)
	if got := string(AppendSummary(nil, testTool, rejected())); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

// A key set or a token may be large; GitHub drops a summary over 1 MiB.
func TestSummaryIsBounded(t *testing.T) {
	s := Suite{Verdict: "findings"}
	for i := range 5000 {
		length := 1000
		if i%100 == 0 {
			length = 100_000
		}
		s.Cases = append(s.Cases, Case{ID: "weak_key", Outcome: Failed, Message: strings.Repeat("\x00", length)})
	}
	got := string(AppendSummary(nil, testTool, s))
	if len(got) > 1<<19 || !strings.Contains(got, "more</td></tr>\n</table>\n") {
		t.Errorf("%d bytes, ending in %s", len(got), got[len(got)-200:])
	}
}

func TestJUnit(t *testing.T) {
	want := lines(
		`<?xml version="1.0" encoding="UTF-8"?>`,
		`<testsuites tests="6" failures="1" errors="1" skipped="1">`,
		`  <testsuite name="claimcheck verify" tests="6" failures="1" errors="1" skipped="1">`,
		`    <properties>`,
		`      <property name="verdict" value="rejected"></property>`,
		`      <property name="exit_code" value="15"></property>`,
		`      <property name="reason" value="wrong_audience"></property>`,
		`      <property name="key_kid" value="]]&gt;\u0000"></property>`,
		`    </properties>`,
		`    <testcase name="structure" classname="claimcheck.verify"></testcase>`,
		`    <testcase name="audience" classname="claimcheck.verify">`,
		`      <failure message="rejected: a\n::error::b (exit 15)" type="wrong_audience">`+
			`key, 1:: 100%\r\n::error::x #\u0023[error] &lt;script&gt;|`+"`"+`]]&gt;&#xA;found: &#34;{0} [a](b)&#34;&#xA;hint: \u202eno&#xA;RFC 7519</failure>`,
		`    </testcase>`,
		`    <testcase name="issued_at" classname="claimcheck.verify">`,
		`      <system-out>warning: \u003a:stop-commands::x</system-out>`,
		`    </testcase>`,
		`    <testcase name="form" classname="claimcheck.verify">`,
		`      <system-out>found</system-out>`,
		`    </testcase>`,
		`    <testcase name="require" classname="claimcheck.verify">`,
		`      <skipped message="no --require given"></skipped>`,
		`    </testcase>`,
		`    <testcase name="require (2)" classname="claimcheck.verify">`,
		`      <error message="?">?</error>`,
		`    </testcase>`,
		`  </testsuite>`,
		`</testsuites>`)
	got, err := AppendJUnit(nil, testTool, rejected())
	if err != nil || string(got) != want {
		t.Errorf("%v, got:\n%s\nwant:\n%s", err, got, want)
	}
}

func TestSARIF(t *testing.T) {
	s := rejected()
	s.Cases = append(s.Cases[:4], Case{ID: "audience", Outcome: Failed, Message: "again"})
	const want = `{"$schema":"https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",` +
		`"version":"2.1.0","runs":[{"tool":{"driver":{"name":"claimcheck","version":"v1.2.3","informationUri":"https://claimcheck.example",` +
		`"rules":[{"id":"audience","shortDescription":{"text":"audience"}},{"id":"issued_at","shortDescription":{"text":"issued at"}},` +
		`{"id":"form","shortDescription":{"text":"form"}}]}},"automationDetails":{"id":"claimcheck/verify/"},` +
		`"invocations":[{"executionSuccessful":true,"exitCode":15,"exitCodeDescription":"rejected"}],"results":[` +
		`{"ruleId":"audience","ruleIndex":0,"level":"error","message":{"text":"key, 1:: 100%\\r\\n::error::x #\\u0023[error] <script>|` + "`" +
		`]]>\nfound: \"{{0}} [a]\\u0028b)\"\nhint: \\u202eno"},"locations":[{"physicalLocation":{"artifactLocation":{"uri":"https://issuer.example/keys"}},` +
		`"logicalLocations":[{"fullyQualifiedName":"key, 1:"}]}],"properties":{"spec":"RFC 7519"}},` +
		`{"ruleId":"issued_at","ruleIndex":1,"level":"warning","message":{"text":"\\u003a:stop-commands::x"},` +
		`"locations":[{"physicalLocation":{"artifactLocation":{"uri":"https://issuer.example/keys"}}}]},` +
		`{"ruleId":"form","ruleIndex":2,"level":"note","message":{"text":"found"},` +
		`"locations":[{"physicalLocation":{"artifactLocation":{"uri":"https://issuer.example/keys"}}}]},` +
		`{"ruleId":"audience","ruleIndex":0,"level":"error","message":{"text":"again"},` +
		`"locations":[{"physicalLocation":{"artifactLocation":{"uri":"https://issuer.example/keys"}}}]}]}]}`
	if got := SARIF(testTool, s).String(); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

// No answer is not an answer without findings.
func TestSARIFWithoutAnAnswer(t *testing.T) {
	s := Suite{Verdict: "no answer", ExitCode: 4, Cases: []Case{{ID: "no_answer", Outcome: Unanswered, Message: "gone"}}}
	run := SARIF(Tool{Name: "claimcheck"}, s).Get("runs").Items()[0]
	if run.Get("results").Exists() {
		t.Errorf("there are results: %s", run)
	}
	const want = `[{"executionSuccessful":false,"exitCode":4,"exitCodeDescription":"no answer",` +
		`"toolExecutionNotifications":[{"descriptor":{"id":"no_answer"},"level":"error","message":{"text":"gone"}}]}]`
	if got := run.Get("invocations").String(); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestPrintSuite(t *testing.T) {
	for _, test := range []struct {
		format       Format
		quiet        bool
		out, summary string // how they begin
	}{
		{FormatGitHub, false, "::error title=", "\n\n<h3>❌ "},
		{FormatJUnit, false, "<?xml ", ""},
		{FormatSARIF, false, "{\n  \"$schema\": ", ""},
		{FormatGitHub, true, "", ""},
		{FormatJUnit, true, "", ""},
		{FormatSARIF, true, "", ""},
	} {
		var out, summary bytes.Buffer
		p := New(Options{Out: &out, Summary: &summary, Format: test.format, Quiet: test.quiet, Tool: testTool})
		if err := p.PrintSuite(context.Background(), rejected()); err != nil || !p.WantsSuite() {
			t.Errorf("%s: %v", test.format, err)
		}
		if !begins(out.String(), test.out) || !begins(summary.String(), test.summary) {
			t.Errorf("%s, quiet %t: got %q and %q", test.format, test.quiet, out.String(), summary.String())
		}
	}
	if New(Options{Format: FormatJSON}).WantsSuite() {
		t.Error("JSON is printed as a suite")
	}
}

// begins reports whether s begins with prefix; if prefix is empty, s has to be empty.
func begins(s, prefix string) bool { return strings.HasPrefix(s, prefix) && (prefix != "" || s == "") }

func TestPrintSuiteReportsAFailedWrite(t *testing.T) {
	for name, options := range map[string]Options{
		"annotations": {Out: brokenPipe{}, Format: FormatGitHub},
		"summary":     {Out: new(bytes.Buffer), Summary: brokenPipe{}, Format: FormatGitHub},
		"JUnit":       {Out: brokenPipe{}, Format: FormatJUnit},
		"SARIF":       {Out: brokenPipe{}, Format: FormatSARIF},
	} {
		err := New(options).PrintSuite(context.Background(), rejected())
		var write *WriteError
		if !errors.As(err, &write) || !errors.Is(err, errBroken) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
