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
	run := sarifRun{
		Tool:        sarifTool{sarifDriver{Name: tool.Name, Version: tool.Version, InformationURI: tool.URL, Rules: []sarifRule{}}},
		Automation:  sarifID{tool.Name + "/" + tool.Command + "/"},
		Invocations: []sarifInvocation{{Successful: true, ExitCode: s.ExitCode, ExitCodeDescription: Escape(s.Verdict)}},
	}
	invocation := &run.Invocations[0]
	rules := map[string]int{}
	results := []sarifResult{}
	for _, c := range s.Cases {
		level := c.Outcome.level()
		switch {
		case c.Outcome == Unanswered:
			invocation.Successful = false
			invocation.Notifications = append(invocation.Notifications, sarifNotification{sarifID{Escape(c.ID)}, "error", sarifMessage(c)})
			continue
		case level == "":
			continue
		}
		if _, known := rules[c.ID]; !known {
			rules[c.ID] = len(run.Tool.Driver.Rules)
			run.Tool.Driver.Rules = append(run.Tool.Driver.Rules, sarifRule{Escape(c.ID), sarifText{strings.ReplaceAll(Escape(c.ID), "_", " ")}})
		}
		results = append(results, newResult(c, level, rules[c.ID], s.URI))
	}
	if invocation.Successful {
		run.Results = &results
	}
	return strictjson.From(sarifLog{sarifSchema, sarifVersion, []sarifRun{run}})
}

// The parts of a log (sections 3.13 to 3.27).
type (
	sarifLog struct {
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct {
		Tool        sarifTool         `json:"tool"`
		Automation  sarifID           `json:"automationDetails"`
		Invocations []sarifInvocation `json:"invocations"`
		Results     *[]sarifResult    `json:"results"`
	}
	sarifTool struct {
		Driver sarifDriver `json:"driver"`
	}
	sarifDriver struct {
		Name           string      `json:"name"`
		Version        string      `json:"version,omitzero"`
		InformationURI string      `json:"informationUri,omitzero"`
		Rules          []sarifRule `json:"rules"`
	}
	sarifRule struct {
		ID    string    `json:"id"`
		Short sarifText `json:"shortDescription"`
	}
	sarifInvocation struct {
		Successful          bool                `json:"executionSuccessful"`
		ExitCode            int                 `json:"exitCode"`
		ExitCodeDescription string              `json:"exitCodeDescription"`
		Notifications       []sarifNotification `json:"toolExecutionNotifications,omitempty"`
	}
	sarifNotification struct {
		Descriptor sarifID   `json:"descriptor"`
		Level      string    `json:"level"`
		Message    sarifText `json:"message"`
	}
	sarifResult struct {
		RuleID     string           `json:"ruleId"`
		RuleIndex  int              `json:"ruleIndex"`
		Level      string           `json:"level"`
		Message    sarifText        `json:"message"`
		Locations  []sarifLocation  `json:"locations"`
		Properties *sarifProperties `json:"properties"`
	}
	sarifLocation struct {
		Physical *sarifPhysical `json:"physicalLocation"`
		Logical  []sarifLogical `json:"logicalLocations,omitempty"`
	}
	sarifPhysical struct {
		Artifact sarifArtifact `json:"artifactLocation"`
	}
	sarifArtifact struct {
		URI string `json:"uri"`
	}
	sarifLogical struct {
		Name string `json:"fullyQualifiedName"`
	}
	sarifProperties struct {
		Spec string `json:"spec"`
	}
	sarifID struct {
		ID string `json:"id"`
	}
	sarifText struct {
		Text string `json:"text"`
	}
)

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

func newResult(c Case, level string, rule int, uri string) sarifResult {
	result := sarifResult{RuleID: Escape(c.ID), RuleIndex: rule, Level: level, Message: sarifMessage(c), Locations: []sarifLocation{{}}}
	if uri != "" {
		result.Locations[0].Physical = &sarifPhysical{sarifArtifact{uri}}
	}
	if c.Location != "" {
		result.Locations[0].Logical = []sarifLogical{{Escape(c.Location)}}
	}
	if c.Spec != "" {
		result.Properties = &sarifProperties{Escape(c.Spec)}
	}
	return result
}

// sarifMessage is the text of a case. Braces would be placeholders (section 3.11.5)
// and "](" part of a link (section 3.11.6).
func sarifMessage(c Case) sarifText {
	lines := []string{c.line()}
	for _, note := range c.Notes {
		lines = append(lines, Escape(note))
	}
	plain := strings.NewReplacer("{", "{{", "}", "}}", "](", `]\u0028`)
	return sarifText{plain.Replace(strings.Join(lines, "\n"))}
}
