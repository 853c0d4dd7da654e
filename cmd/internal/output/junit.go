package output

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"strconv"
	"strings"
)

// AppendJUnit appends an answer as a JUnit XML file: one testsuite with a
// testcase for each case. One that failed has a failure, one without an answer
// an error, one that was not asked for is skipped, and what is only worth
// knowing stands in system-out. Characters that XML does not know are in the
// notation of Escape.
func AppendJUnit(dst []byte, tool Tool, s Suite) ([]byte, error) {
	suite := junitSuite{Name: Escape(tool.title())}
	facts := append([]Fact{{"verdict", s.Verdict}, {"exit_code", strconv.Itoa(s.ExitCode)}}, s.Facts...)
	for _, f := range facts {
		suite.Properties = append(suite.Properties, junitProperty{Escape(f.Name), Escape(f.Value)})
	}
	seen := map[string]int{}
	for _, c := range s.Cases {
		name := Escape(c.ID)
		if seen[name]++; seen[name] > 1 { // readers take a name for one test
			name += fmt.Sprintf(" (%d)", seen[name])
		}
		suite.add(junitCase{Name: name, Class: Escape(tool.Name + "." + tool.Command)}, c)
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

// add completes a testcase and counts it.
func (s *junitSuite) add(test junitCase, c Case) {
	text := strings.Join(c.lines(), "\n")
	problem := &junitProblem{Message: c.line(), Type: Escape(c.Reason), Text: text}
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
