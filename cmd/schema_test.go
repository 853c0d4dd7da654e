package cmd

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

const reportSchemaURL = "https://github.com/claimcheck/claimcheck/blob/main/docs/report.schema.json"

// readSchema compiles the JSON Schema in a file of the repository. Its meta-schema
// comes with the compiler; nothing is fetched.
func readSchema(url string, change func(any), path ...string) (*jsonschema.Schema, error) {
	data, err := os.ReadFile(filepath.Join(append([]string{".."}, path...)...))
	if err != nil {
		return nil, err
	}
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	change(document)
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource(url, document); err != nil {
		return nil, err
	}
	return compiler.Compile(url)
}

// closedReportSchema is docs/report.schema.json, but closed: the program must not
// print a member that the schema does not describe.
var closedReportSchema = sync.OnceValues(func() (*jsonschema.Schema, error) {
	return readSchema(reportSchemaURL, closeObjects, "docs", "report.schema.json")
})

// closeObjects forbids in every object whose members are listed all others.
func closeObjects(schema any) {
	switch s := schema.(type) {
	case []any:
		for _, item := range s {
			closeObjects(item)
		}
	case map[string]any:
		for _, item := range s {
			closeObjects(item)
		}
		_, lists := s["properties"]
		_, says := s["additionalProperties"]
		if lists && !says && s["type"] == "object" && s["$schema"] == nil {
			s["additionalProperties"] = false
		}
	}
}

// scriptReport checks every report that a script makes the program print.
func scriptReport(ts *testscript.TestScript, args []string, stdout []byte) {
	answers := len(args) > 0 && slices.Contains([]string{"verify", "auth-age", "introspect", "why", "resource", "probe"}, args[0]) || slices.Contains(args, "--check")
	filtered := slices.ContainsFunc(args, func(arg string) bool { return strings.HasPrefix(arg, "--jq") })
	if !answers || filtered || slices.Contains(args, "sarif") || !bytes.HasPrefix(stdout, []byte("{")) {
		return
	}
	schema, err := closedReportSchema()
	ts.Check(err)
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(stdout))
	ts.Check(err)
	if err := schema.Validate(document); err != nil {
		ts.Fatalf("not as docs/report.schema.json says: %#v", err)
	}
}

// TestReportSchemaKnowsTheExitCodes: reasons and exit codes of the schema are
// those of the program.
func TestReportSchemaKnowsTheExitCodes(t *testing.T) {
	var reasons, pairs []any
	schema, err := readSchema(reportSchemaURL, func(document any) {
		definitions := document.(map[string]any)["$defs"].(map[string]any)
		reasons = definitions["reason"].(map[string]any)["enum"].([]any)
		pairs = definitions["outcome"].(map[string]any)["oneOf"].([]any)
	}, "docs", "report.schema.json")
	if err != nil || schema == nil {
		t.Fatal(err)
	}
	var want []ExitCode
	for _, info := range ExitCodes() {
		if info.Code == exitAccepted || exitMalformed <= info.Code && info.Code <= exitInactive {
			want = append(want, info)
		}
	}
	want = append(want, ExitCode{Code: exitAccepted, Reason: "active"}) // introspect's reason for exit code 0
	if len(reasons) != len(want) || len(pairs) != len(want)+2 {         // two more pairs for no_answer
		t.Errorf("%d reasons and %d pairs for %d exit codes", len(reasons), len(pairs), len(want))
	}
	for _, info := range want {
		if !slices.Contains(reasons, any(info.Reason)) {
			t.Errorf("the reason %s is missing", info.Reason)
		}
	}
	for _, pair := range pairs {
		properties := pair.(map[string]any)["properties"].(map[string]any)
		reason := properties["reason"].(map[string]any)["const"].(string)
		code, err := properties["exit_code"].(map[string]any)["const"].(interface{ Int64() (int64, error) }).Int64()
		if reason == "active" && code == exitAccepted {
			continue
		}
		if err != nil || codeOf(reason) != int(code) {
			t.Errorf("%s has the code %d, %v; want %d", reason, code, err, codeOf(reason))
		}
	}
}

// TestReportSchemaRefuses: a schema that takes everything would test nothing.
func TestReportSchemaRefuses(t *testing.T) {
	schema, err := closedReportSchema()
	if err != nil {
		t.Fatal(err)
	}
	const checks = `"kind":"id","evaluated_at":"2026-01-01T00:00:00Z","checks":[{"id":"expiry","status":"passed","message":"x"}]`
	for name, test := range map[string]struct {
		text  string
		valid bool
	}{
		"accepted":                      {`{"verdict":"accepted","reason":"accepted","exit_code":0,` + checks + `,"claims":{}}`, true},
		"accepted with rejected claims": {`{"verdict":"accepted","reason":"accepted","exit_code":0,` + checks + `,"rejected_claims":{}}`, false},
		"rejected with claims":          {`{"verdict":"rejected","reason":"expired","exit_code":16,` + checks + `,"claims":{}}`, false},
		"rejected":                      {`{"verdict":"rejected","reason":"expired","exit_code":16,` + checks + `,"rejected_claims":{}}`, true},
		"another reason's code":         {`{"verdict":"rejected","reason":"expired","exit_code":15,` + checks + `}`, false},
		"accepted with a code":          {`{"verdict":"accepted","reason":"expired","exit_code":16,` + checks + `}`, false},
		"an unknown member":             {`{"verdict":"accepted","reason":"accepted","exit_code":0,` + checks + `,"x":1}`, false},
		"no checks":                     {`{"verdict":"accepted","reason":"accepted","exit_code":0,"kind":"id","evaluated_at":"2026-01-01T00:00:00Z","checks":[]}`, false},
		"no answer":                     {`{"verdict":"no_answer","reason":"unavailable","exit_code":4,"error":{"message":"x"}}`, true},
		"no answer with a yes":          {`{"verdict":"no_answer","reason":"unavailable","exit_code":0,"error":{"message":"x"}}`, false},
		"clean with an error":           {`{"verdict":"clean","exit_code":0,"source":"x","findings":[{"id":"a","severity":"error","message":"x"}]}`, false},
		"clean with a warning":          {`{"verdict":"clean","exit_code":0,"source":"x","findings":[{"id":"a","severity":"warning","message":"x"}]}`, true},
	} {
		document, err := jsonschema.UnmarshalJSON(strings.NewReader(test.text))
		if err != nil {
			t.Fatal(name, err)
		}
		if err := schema.Validate(document); (err == nil) != test.valid {
			t.Errorf("%s: %v", name, err)
		}
	}
}
