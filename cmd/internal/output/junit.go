package output

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// AppendJUnit appends a suite as a JUnit XML file: one testsuite with a testcase for
// each case. A failed case has a failure, an unanswered one has an error, one that
// did not run is skipped, and information is in system-out. The message of the first
// problem is the one-line answer, which names all problems. An answer other than yes
// has at least one problem. Characters that XML cannot represent are escaped as by
// Escape.
func AppendJUnit(dst []byte, tool Tool, s Suite) ([]byte, error) {
	suite := junitSuite{Name: Escape(tool.title())}
	facts := append([]Fact{{"verdict", s.Verdict}, {"exit_code", strconv.Itoa(s.ExitCode)}}, s.Facts...)
	for _, f := range facts {
		suite.Properties = append(suite.Properties, junitProperty{Escape(f.Name), Escape(f.Value)})
	}
	seen := map[string]int{}
	for _, c := range s.cases() {
		name := Escape(c.ID)
		if seen[name]++; seen[name] > 1 { // readers take a name for one test
			name += fmt.Sprintf(" (%d)", seen[name])
		}
		suite.add(junitCase{Name: name, Class: Escape(tool.Name + "." + tool.Command)}, c, s.Message)
	}
	b := bytes.NewBuffer(dst)
	b.WriteString(xml.Header)
	enc := xml.NewEncoder(b)
	enc.Indent("", jsonIndent)
	if err := enc.Encode(junitFile{junitCounts: suite.junitCounts, Suite: suite}); err != nil {
		return dst, err
	}
	b.WriteByte('\n')
	return b.Bytes(), nil
}

// cases returns the cases of the suite. If none of them failed but the answer is not
// yes, the verdict becomes a case of its own.
func (s Suite) cases() []Case {
	if s.Good || slices.ContainsFunc(s.Cases, func(c Case) bool { return c.Outcome == Failed || c.Outcome == Unanswered }) {
		return s.Cases
	}
	return append([]Case{{ID: "verdict", Outcome: Failed, Reason: s.Verdict, Message: s.Message}}, s.Cases...)
}

type junitFile struct {
	XMLName xml.Name `xml:"testsuites"`
	junitCounts
	Suite junitSuite `xml:"testsuite"`
}

type junitCounts struct {
	Tests    int `xml:"tests,attr"`
	Failures int `xml:"failures,attr"`
	Errors   int `xml:"errors,attr"`
	Skipped  int `xml:"skipped,attr"`
}

type junitSuite struct {
	Name string `xml:"name,attr"`
	junitCounts
	Properties []junitProperty `xml:"properties>property"`
	Cases      []junitCase     `xml:"testcase"`
}

type junitProperty struct {
	Name  string `xml:"name,attr"`
	Value string `xml:"value,attr"`
}

type junitCase struct {
	Name    string        `xml:"name,attr"`
	Class   string        `xml:"classname,attr"`
	Failure *junitProblem `xml:"failure"`
	Error   *junitProblem `xml:"error"`
	Skipped *junitProblem `xml:"skipped"`
	Out     string        `xml:"system-out,omitempty"`
}

type junitProblem struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr,omitempty"`
	Text    string `xml:",chardata"`
}

// add completes a testcase and counts it. The first problem has the verdict as its
// message.
func (s *junitSuite) add(test junitCase, c Case, verdict string) {
	text := strings.Join(c.lines(), "\n")
	problem := &junitProblem{Message: c.line(), Type: Escape(c.Reason), Text: text}
	if s.Failures+s.Errors == 0 {
		problem.Message = Escape(verdict)
	}
	s.Tests++
	switch c.Outcome {
	case Unanswered:
		s.Errors++
		test.Error = problem
	case Failed:
		s.Failures++
		test.Failure = problem
	case Skipped:
		s.Skipped++
		test.Skipped = &junitProblem{Message: c.line()}
	case Warned:
		test.Out = "warning: " + text
	case Noted:
		test.Out = text
	case Passed:
	}
	s.Cases = append(s.Cases, test)
}
