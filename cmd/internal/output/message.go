package output

// Error writes an error and what can be done about it, also when quiet. All
// messages and hints are escaped. They are lower case, without a full stop.
func (p *Printer) Error(message string, hints ...string) {
	p.errLine("claimcheck: ", Plain, message)
	p.hints(hints)
}

// Warn writes a warning and what can be done about it.
func (p *Printer) Warn(message string, hints ...string) {
	if p.options.Quiet {
		return
	}
	p.errLine("claimcheck: "+p.err.Paint(Caution, "warning: "), Plain, message)
	p.hints(hints)
}

// Note writes a line about what the program does.
func (p *Printer) Note(message string) {
	if !p.options.Quiet {
		p.Trace(message)
	}
}

// Trace writes a line about what the program does, also when quiet: it was asked
// for.
func (p *Printer) Trace(message string) { p.errLine("claimcheck: ", Plain, message) }

// Verdict writes the verdict for whoever reads the log, where the answer is in a
// format for programs: a text says it itself.
func (p *Printer) Verdict(good bool, message string) {
	if p.options.Quiet || p.options.Format == FormatText {
		return
	}
	style := Bad
	if good {
		style = Good
	}
	p.errLine("claimcheck: ", style, message)
}

func (p *Printer) hints(hints []string) {
	for _, hint := range hints {
		p.errLine(p.err.Paint(Strong, "hint: "), Plain, hint)
	}
}

// errLine writes a line to the error stream. That nobody reads it is no error.
func (p *Printer) errLine(prefix string, style Style, message string) {
	line := prefix + p.err.Paint(style, Escape(message)) + "\n"
	_, _ = p.options.Err.Write([]byte(line))
}
