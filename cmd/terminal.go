package cmd

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"unicode/utf8"
)

// What keys send in a terminal's raw mode.
const (
	keyInterrupt = 0x03 // Ctrl-C
	keyEnd       = 0x04 // Ctrl-D
	keyBackspace = 0x08
	keyLineStart = 0x15 // Ctrl-U
	keyEndDOS    = 0x1a // Ctrl-Z
	keyDelete    = 0x7f
)

// readTerminal asks for a text and reads it from the terminal. The terminal is in
// raw mode meanwhile, if it has one: else a line is cut at 4,095 bytes on Linux.
// Nothing is echoed.
func readTerminal(env *Env, what string, limit int) (string, error) {
	newErrorPrinter(env, nil).Note("paste " + what + ", then Enter")
	if env.RawTerminal != nil {
		if restore, err := env.RawTerminal(); err == nil { // else it is read line by line
			defer restore()
		}
	}
	text, err := readPasted(env.Stdin, limit)
	switch {
	case errors.Is(err, errInterrupted):
		return "", fail(exitInterrupted, "%w", err)
	case err != nil:
		return "", unreadable("the terminal: %w", err)
	case len(text) > limit:
		return "", tooLarge(what, limit)
	case strings.TrimSpace(text) == "":
		return "", unreadable("nothing was pasted")
	}
	return text, nil
}

var errInterrupted = errors.New("interrupted")

// readPasted reads from a terminal in raw mode until an empty line, Ctrl-D, or Enter
// after a paste. Pasted text arrives in large chunks, typed keys one at a time.
func readPasted(r io.Reader, limit int) (string, error) {
	p := pasted{}
	chunk := make([]byte, 4096)
	for !p.ended && len(p.text) <= limit {
		n, err := r.Read(chunk)
		p.add(chunk[:n])
		switch {
		case p.interrupted:
			return "", errInterrupted
		case errors.Is(err, io.EOF):
			p.ended = true
		case err != nil:
			return "", err
		}
	}
	for _, mark := range []string{"\x1b[200~", "\x1b[201~"} { // of a bracketed paste
		p.text = bytes.ReplaceAll(p.text, []byte(mark), nil)
	}
	return string(p.text), nil
}

// pasted is a text that comes from a terminal in pieces.
type pasted struct {
	text               []byte
	afterReturn        bool // a line feed now belongs to the carriage return
	ended, interrupted bool
}

func (p *pasted) add(piece []byte) {
	for _, b := range piece {
		afterReturn := p.afterReturn
		p.afterReturn = b == '\r'
		switch {
		case b == '\n' && afterReturn:
		case b == '\n', b == '\r':
			p.newline(len(piece) == 1)
		case b == keyInterrupt:
			p.interrupted, p.ended = true, true
		case b == keyEnd, b == keyEndDOS:
			p.ended = true
		case b == keyBackspace, b == keyDelete:
			_, size := utf8.DecodeLastRune(p.line())
			p.text = p.text[:len(p.text)-size]
		case b == keyLineStart:
			p.text = p.text[:len(p.text)-len(p.line())]
		default:
			p.text = append(p.text, b)
		}
		if p.ended {
			return
		}
	}
}

// newline ends the text after an empty line, or where Enter was typed.
func (p *pasted) newline(typed bool) {
	p.ended = typed || len(p.line()) == 0
	p.text = append(p.text, '\n')
}

// line returns the text after the last line break.
func (p *pasted) line() []byte { return p.text[bytes.LastIndexByte(p.text, '\n')+1:] }
