package output

import (
	"strings"

	"github.com/claimcheck/claimcheck/pkg/strictjson"
)

const (
	sarifVersion = "2.1.0"
	sarifSchema  = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)

// SARIF returns an answer in the Static Analysis Results Interchange Format
// 2.1.0, with a result for each case that failed, warns or is worth knowing. An
// answer that could not be found has no list of results at all, so that nobody
// takes it for one without findings (section 3.14.23).
func SARIF(tool Tool, s Suite) strictjson.Value {
	var results, notifications []strictjson.Value
	rules := sarifRules{index: map[string]int{}}
	answered := true
	for _, c := range s.Cases {
		switch level := c.Outcome.level(); {
		case c.Outcome == Unanswered:
			answered = false
			notifications = append(notifications, notification(c))
		case level != "":
			results = append(results, result(c, level, rules.add(c), s.URI))
		}
	}
	run := []strictjson.Member{
		{Name: "tool", Value: object("driver", driver(tool, rules.list))},
		{Name: "automationDetails", Value: object("id", strictjson.String(tool.Name+"/"+tool.Command+"/"))},
		{Name: "invocations", Value: strictjson.Array(invocation(s, answered, notifications))},
	}
	if answered {
		run = append(run, strictjson.Member{Name: "results", Value: strictjson.Array(results...)})
	}
	return strictjson.Object(
		strictjson.Member{Name: "$schema", Value: strictjson.String(sarifSchema)},
		strictjson.Member{Name: "version", Value: strictjson.String(sarifVersion)},
		strictjson.Member{Name: "runs", Value: strictjson.Array(strictjson.Object(run...))},
	)
}

// level is the level of a result, or nothing where there is no result.
func (o Outcome) level() string {
	switch o {
	case Failed:
		return "error"
	case Warned:
		return "warning"
	case Noted:
		return "note"
	default:
		return ""
	}
}

func driver(tool Tool, rules []strictjson.Value) strictjson.Value {
	return strictjson.Object(
		strictjson.Member{Name: "name", Value: strictjson.String(tool.Name)},
		strictjson.Member{Name: "version", Value: optional(tool.Version)},
		strictjson.Member{Name: "informationUri", Value: optional(tool.URL)},
		strictjson.Member{Name: "rules", Value: strictjson.Array(rules...)},
	)
}

func invocation(s Suite, answered bool, notifications []strictjson.Value) strictjson.Value {
	members := []strictjson.Member{
		{Name: "executionSuccessful", Value: strictjson.Bool(answered)},
		{Name: "exitCode", Value: strictjson.Int(int64(s.ExitCode))},
		{Name: "exitCodeDescription", Value: strictjson.String(Escape(s.Verdict))},
	}
	if len(notifications) > 0 {
		members = append(members, strictjson.Member{Name: "toolExecutionNotifications", Value: strictjson.Array(notifications...)})
	}
	return strictjson.Object(members...)
}

func notification(c Case) strictjson.Value {
	return strictjson.Object(
		strictjson.Member{Name: "descriptor", Value: object("id", strictjson.String(Escape(c.ID)))},
		strictjson.Member{Name: "level", Value: strictjson.String("error")},
		strictjson.Member{Name: "message", Value: message(c)},
	)
}

func result(c Case, level string, rule int, uri string) strictjson.Value {
	members := []strictjson.Member{
		{Name: "ruleId", Value: strictjson.String(Escape(c.ID))},
		{Name: "ruleIndex", Value: strictjson.Int(int64(rule))},
		{Name: "level", Value: strictjson.String(level)},
		{Name: "message", Value: message(c)},
		{Name: "locations", Value: strictjson.Array(location(c, uri))},
	}
	if c.Spec != "" {
		members = append(members, strictjson.Member{Name: "properties", Value: object("spec", strictjson.String(Escape(c.Spec)))})
	}
	return strictjson.Object(members...)
}

func location(c Case, uri string) strictjson.Value {
	var members []strictjson.Member
	if uri != "" {
		artifact := object("uri", strictjson.String(uri))
		members = append(members, strictjson.Member{Name: "physicalLocation", Value: object("artifactLocation", artifact)})
	}
	if c.Place != "" {
		place := object("fullyQualifiedName", strictjson.String(Escape(c.Place)))
		members = append(members, strictjson.Member{Name: "logicalLocations", Value: strictjson.Array(place)})
	}
	return strictjson.Object(members...)
}

// message is the text of a case. Braces would be placeholders (section 3.11.5)
// and "](" part of a link (section 3.11.6).
func message(c Case) strictjson.Value {
	lines := []string{c.line()}
	for _, note := range c.Notes {
		lines = append(lines, Escape(note))
	}
	plain := strings.NewReplacer("{", "{{", "}", "}}", "](", `]\u0028`)
	return object("text", strictjson.String(plain.Replace(strings.Join(lines, "\n"))))
}

// sarifRules are the rules that results refer to, in the order of their first.
type sarifRules struct {
	list  []strictjson.Value
	index map[string]int
}

// add returns the number of a case's rule.
func (r *sarifRules) add(c Case) int {
	if i, known := r.index[c.ID]; known {
		return i
	}
	id := Escape(c.ID)
	r.index[c.ID] = len(r.list)
	r.list = append(r.list, strictjson.Object(
		strictjson.Member{Name: "id", Value: strictjson.String(id)},
		strictjson.Member{Name: "shortDescription", Value: object("text", strictjson.String(strings.ReplaceAll(id, "_", " ")))},
	))
	return r.index[c.ID]
}

func object(name string, value strictjson.Value) strictjson.Value {
	return strictjson.Object(strictjson.Member{Name: name, Value: value})
}
