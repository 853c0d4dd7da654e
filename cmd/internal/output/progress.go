package output

import (
	"fmt"
	"time"
)

// A Tick starts a clock that ticks once a second until stop is called.
type Tick func() (ticks <-chan time.Time, stop func())

// eraseLine moves to the beginning of the line and clears it (ECMA-48 section
// 8.3.41).
const eraseLine = "\r\x1b[K"

// Waiting says on the error stream what is being waited for and for how long, once
// that is more than a second, until done is called. Without Options.Tick it says
// nothing.
func (p *Printer) Waiting(what string) (done func()) {
	if p.options.Tick == nil || p.options.Quiet {
		return func() {}
	}
	ticks, stop := p.options.Tick()
	finished, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		for seconds := int64(1); ; seconds++ {
			select {
			case <-ticks:
				p.showProgress(fmt.Sprintf("waiting (%s) for %s", FormatSeconds(seconds), what))
			case <-finished:
				return
			}
		}
	}()
	return func() {
		stop()
		close(finished)
		<-ended
		p.mu.Lock()
		defer p.mu.Unlock()
		p.eraseProgress()
	}
}

// showProgress replaces the progress line, which takes one line of the terminal at
// most: more could not be erased.
func (p *Printer) showProgress(message string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	text := []rune(Escape(message))
	for len(text) > 0 && columnsOf(string(text)) >= max(p.options.ErrWidth, minColumn) {
		text = text[:len(text)-1]
	}
	_, _ = p.options.Err.Write([]byte(eraseLine + p.err.Paint(Dim, string(text))))
	p.progress = true
}

// eraseProgress removes the progress line, if there is one. The caller holds mu.
func (p *Printer) eraseProgress() {
	if p.progress {
		_, _ = p.options.Err.Write([]byte(eraseLine))
	}
	p.progress = false
}
