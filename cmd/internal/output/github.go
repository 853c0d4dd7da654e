package output

import "strings"

// AppendAnnotations appends an answer as workflow commands of GitHub Actions,
// one on each line: an error for every case that failed or has no answer, a
// warning for every one that warns, and a notice where the answer as a whole is
// yes. An answer that is not yes has at least one error.
func AppendAnnotations(dst []byte, tool Tool, s Suite) []byte {
	verdict := tool.title() + ": " + s.Verdict
	if s.Good {
		dst = appendCommand(dst, "notice", verdict, Escape(s.Message))
	}
	errors := 0
	for _, c := range s.Cases {
		level := c.Outcome.annotation()
		if level == "" {
			continue
		}
		if level == annotationError {
			errors++
		}
		title := tool.title() + ": " + c.ID
		if c.Reason != "" {
			title += " (" + c.Reason + ")"
		}
		dst = appendCommand(dst, level, title, strings.Join(c.lines(), "\n"))
	}
	if !s.Good && errors == 0 {
		dst = appendCommand(dst, annotationError, verdict, Escape(s.Message))
	}
	return dst
}

const annotationError = "error"

// annotation is the command that shows an outcome, or nothing.
func (o Outcome) annotation() string {
	switch o {
	case Unanswered, Failed:
		return annotationError
	case Warned:
		return "warning"
	default:
		return ""
	}
}

// appendCommand writes ::command title=…::message. The message is escaped
// already, but for the line breaks that are meant.
func appendCommand(dst []byte, command, title, message string) []byte {
	property := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
	data := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	return append(dst, "::"+command+" title="+property.Replace(Escape(title))+"::"+data.Replace(message)+"\n"...)
}
