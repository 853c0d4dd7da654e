package output

import "strings"

// AppendAnnotations appends an answer as workflow commands of GitHub Actions: a
// notice where the answer is yes, and else one error whose title says it in one
// line and whose text lists every case that failed or has no answer; then a
// warning for every case that warns.
func AppendAnnotations(dst []byte, tool Tool, s Suite) []byte {
	title := tool.title() + ": "
	if s.Good {
		dst = appendCommand(dst, "notice", title+s.Verdict, Escape(s.Message))
	} else {
		dst = appendCommand(dst, "error", title+s.Message, strings.Join(s.failures(), "\n"))
	}
	for _, c := range s.Cases {
		if c.Outcome == Warned {
			dst = appendCommand(dst, "warning", title+c.ID, strings.Join(c.lines(), "\n"))
		}
	}
	return dst
}

// failures is everything that there is to say about the cases that failed or have
// no answer, escaped; the verdict where there is none.
func (s Suite) failures() []string {
	var lines []string
	for _, c := range s.Cases {
		if c.Outcome != Failed && c.Outcome != Unanswered {
			continue
		}
		about := c.lines()
		about[0] = Escape(c.ID) + ": " + about[0]
		lines = append(lines, about...)
	}
	if len(lines) == 0 {
		return []string{Escape(s.Message)}
	}
	return lines
}

// appendCommand writes ::command title=…::message. The message is escaped
// already, but for the line breaks that are meant.
func appendCommand(dst []byte, command, title, message string) []byte {
	property := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
	data := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	return append(dst, "::"+command+" title="+property.Replace(Escape(title))+"::"+data.Replace(message)+"\n"...)
}
