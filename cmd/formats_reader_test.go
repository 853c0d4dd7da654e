package cmd

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

// A workflowCommand is what the runner of GitHub Actions takes from a log.
type workflowCommand struct {
	name       string
	properties map[string]string
	data       string
}

// workflowCommands reads a log as the runner does (actions/runner,
// ActionCommand.TryParseV2, else TryParse), but takes every name for known.
func workflowCommands(log string) []workflowCommand {
	var list []workflowCommand
	for _, line := range strings.FieldsFunc(log, func(r rune) bool { return r == '\r' || r == '\n' }) {
		line = strings.TrimLeft(line, " \t")
		if rest, found := strings.CutPrefix(line, "::"); found {
			if info, data, found := strings.Cut(rest, "::"); found {
				list = append(list, newWorkflowCommand(info, data))
				continue
			}
		}
		if _, rest, found := strings.Cut(line, "##["); found {
			if info, data, found := strings.Cut(rest, "]"); found {
				list = append(list, workflowCommand{name: "##" + info, data: data})
			}
		}
	}
	return list
}

func newWorkflowCommand(info, data string) workflowCommand {
	unescape := strings.NewReplacer("%0D", "\r", "%0A", "\n", "%25", "%")
	unescapeProperty := strings.NewReplacer("%0D", "\r", "%0A", "\n", "%3A", ":", "%2C", ",", "%25", "%")
	name, list, _ := strings.Cut(info, " ")
	c := workflowCommand{name: name, properties: map[string]string{}, data: unescape.Replace(data)}
	for _, property := range strings.Split(list, ",") {
		key, value, _ := strings.Cut(property, "=")
		c.properties[strings.TrimSpace(key)] = unescapeProperty.Replace(value)
	}
	return c
}

// readWorkflow demands that a log is nothing but annotations.
func readWorkflow(log []byte) ([]workflowCommand, error) {
	list := workflowCommands(string(log))
	if len(list) == 0 || len(list) != strings.Count(string(log), "\n") {
		return nil, fmt.Errorf("%d commands in %q", len(list), log)
	}
	for _, c := range list {
		known := c.name == "error" || c.name == "warning" || c.name == "notice"
		if !known || len(c.properties) != 1 || c.properties["title"] == "" || c.data == "" {
			return nil, fmt.Errorf("not an annotation: %+v", c)
		}
	}
	return list, nil
}

// A junitTest is a testcase with its outcome: passed, failure, error or skipped.
type junitTest struct {
	name, outcome, text, out string
}

// readJUnit reads a JUnit file strictly and checks what it says of itself.
func readJUnit(data []byte) ([]junitTest, error) {
	type part struct {
		Message string `xml:"message,attr"`
		Text    string `xml:",chardata"`
	}
	var file struct {
		XMLName xml.Name `xml:"testsuites"`
		Suites  []struct {
			Tests    int `xml:"tests,attr"`
			Failures int `xml:"failures,attr"`
			Errors   int `xml:"errors,attr"`
			Skipped  int `xml:"skipped,attr"`
			Cases    []struct {
				Name    string `xml:"name,attr"`
				Class   string `xml:"classname,attr"`
				Failure *part  `xml:"failure"`
				Error   *part  `xml:"error"`
				Skipped *part  `xml:"skipped"`
				Out     string `xml:"system-out"`
			} `xml:"testcase"`
		} `xml:"testsuite"`
	}
	decoder := xml.NewDecoder(bytes.NewReader(data))
	if err := decoder.Decode(&file); err != nil {
		return nil, err
	}
	if rest := data[decoder.InputOffset():]; len(bytes.TrimSpace(rest)) > 0 {
		return nil, fmt.Errorf("%q after the end", rest)
	}
	if len(file.Suites) != 1 {
		return nil, fmt.Errorf("%d suites", len(file.Suites))
	}
	suite := file.Suites[0]
	var tests []junitTest
	names, counts := map[string]bool{}, map[string]int{}
	for _, c := range suite.Cases {
		test := junitTest{name: c.Name, outcome: "passed", out: c.Out}
		for outcome, p := range map[string]*part{"failure": c.Failure, "error": c.Error, "skipped": c.Skipped} {
			if p != nil {
				test.outcome, test.text = outcome, p.Text
				counts[outcome]++
			}
		}
		if names[c.Name] || c.Name == "" || c.Class == "" {
			return nil, fmt.Errorf("the name %q of %q is empty or appears twice", c.Name, c.Class)
		}
		names[c.Name] = true
		tests = append(tests, test)
	}
	if len(tests) == 0 || suite.Tests != len(tests) || suite.Failures != counts["failure"] || suite.Errors != counts["error"] || suite.Skipped != counts["skipped"] {
		return nil, fmt.Errorf("%d tests, %v, but the suite says %+v", len(tests), counts, suite)
	}
	return tests, nil
}

// A sarifResult is a result with its rule.
type sarifResult struct {
	Rule    string `json:"ruleId"`
	Index   int    `json:"ruleIndex"`
	Level   string `json:"level"`
	Message struct {
		Text string `json:"text"`
	} `json:"message"`
}

// readSARIF checks a log by the schema of OASIS and returns its results, nil if
// it has none, not even an empty list.
func readSARIF(data []byte) ([]sarifResult, error) {
	schema, err := readSchema("https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
		func(any) {}, "testdata", "schemas", "sarif-2.1.0.json")
	if err != nil {
		return nil, err
	}
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	if err := schema.Validate(document); err != nil {
		return nil, err
	}
	var log struct {
		Runs []struct {
			Tool struct {
				Driver struct {
					Rules []struct{ ID string }
				}
			}
			Invocations []struct{ ExecutionSuccessful bool }
			Results     []sarifResult
		}
	}
	if err := json.Unmarshal(data, &log); err != nil {
		return nil, err
	}
	run := log.Runs[0]
	if run.Invocations[0].ExecutionSuccessful != (run.Results != nil) {
		return nil, fmt.Errorf("results without an answer, or no results although there is one")
	}
	for _, r := range run.Results {
		if r.Index >= len(run.Tool.Driver.Rules) || run.Tool.Driver.Rules[r.Index].ID != r.Rule {
			return nil, fmt.Errorf("the result %+v has no rule", r)
		}
	}
	return run.Results, nil
}

// scriptReads is "reads github|junit|sarif FILE": an independent reader accepts
// the file.
func scriptReads(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: reads github|junit|sarif FILE")
	}
	data := []byte(ts.ReadFile(args[1]))
	var err error
	switch args[0] {
	case "github":
		_, err = readWorkflow(data)
	case "junit":
		_, err = readJUnit(data)
	case "sarif":
		_, err = readSARIF(data)
	default:
		ts.Fatalf("no reader of %s", args[0])
	}
	ts.Check(err)
}
