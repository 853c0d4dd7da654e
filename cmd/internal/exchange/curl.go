package exchange

import "strings"

// cutCurl cuts a curl command from the front of a text, and returns its words.
func cutCurl(text string) (words []string, rest string, ok bool) {
	start := curlStart().FindString(text)
	if start == "" {
		return nil, text, false
	}
	words, rest = shellWords(text[len(start):])
	return words, rest, true
}

// shellWords splits a command line as a POSIX shell does, up to its end: a line
// break, a pipe or a semicolon outside quotes. Nothing is expanded.
func shellWords(text string) (words []string, rest string) {
	s := splitter{text: text}
	for s.pos < len(s.text) && s.step() {
	}
	s.endWord()
	if _, after, found := strings.Cut(s.text[s.pos:], "\n"); found {
		return s.words, after // what a pipe does with the output is not of interest
	}
	return s.words, ""
}

type splitter struct {
	text  string
	pos   int
	word  strings.Builder
	open  bool // a word has begun
	words []string
}

// step reads one character or one quoted part, and reports whether the command
// goes on.
func (s *splitter) step() bool {
	rest := s.text[s.pos:]
	for _, quote := range []struct {
		opens   string
		closes  byte
		escapes bool
	}{{"$'", '\'', true}, {"'", '\'', false}, {`^"`, '"', true}, {`"`, '"', true}} { // ^" is cmd.exe's
		if strings.HasPrefix(rest, quote.opens) {
			s.pos += len(quote.opens)
			s.quoted(quote.closes, quote.escapes)
			return true
		}
	}
	switch c := rest[0]; {
	case strings.HasPrefix(rest, "\\\n"), strings.HasPrefix(rest, "^\n"), strings.HasPrefix(rest, "`\n"): // POSIX, cmd.exe, PowerShell
		s.pos += 2
		s.endWord()
	case c == '\n', c == '|', c == ';':
		return false
	case c == ' ' || c == '\t':
		s.pos++
		s.endWord()
	default:
		if c == '\\' && len(rest) > 1 {
			s.pos++
		}
		s.word.WriteByte(s.text[s.pos])
		s.open = true
		s.pos++
	}
	return true
}

// quoted reads up to the closing quote.
func (s *splitter) quoted(quote byte, escapes bool) {
	s.open = true
	for ; s.pos < len(s.text); s.pos++ {
		switch c := s.text[s.pos]; {
		case c == quote:
			s.pos++
			return
		case c == '\\' && escapes && s.pos+1 < len(s.text):
			s.pos++
			s.word.WriteByte(s.text[s.pos])
		case c == '^' && s.pos+1 < len(s.text) && s.text[s.pos+1] == quote: // cmd.exe closes like that
			s.pos += 2
			return
		default:
			s.word.WriteByte(c)
		}
	}
}

func (s *splitter) endWord() {
	if s.open {
		s.words = append(s.words, s.word.String())
		s.word.Reset()
		s.open = false
	}
}

// readCommand reads the arguments of curl that say what is asked.
func (e *Exchange) readCommand(words []string) {
	for i := 0; i < len(words); i++ {
		name, value, attached := splitOption(words[i])
		if name == "" {
			if e.URL == "" {
				e.URL = words[i]
			}
			continue
		}
		if !attached && takesValue(name) && i+1 < len(words) {
			i++
			value = words[i]
		}
		e.option(name, value)
	}
	if e.Method == "" {
		e.Method = "GET"
	}
}

// splitOption splits "--name=value", "-Hvalue" and "-sXvalue". The name is empty
// where the word is no option.
func splitOption(word string) (name, value string, attached bool) {
	switch {
	case strings.HasPrefix(word, "--"):
		return strings.Cut(word, "=")
	case len(word) < 2 || word[0] != '-':
		return "", "", false
	}
	for i := 1; i < len(word); i++ { // short options can stand in one word
		if option := "-" + word[i:i+1]; option == "-I" || takesValue(option) {
			return option, word[i+1:], i+1 < len(word)
		}
	}
	return word, "", false
}

func takesValue(name string) bool {
	switch name {
	case "-H", "--header", "-X", "--request", "-d", "--data", "--data-raw", "--data-binary", "--data-urlencode", "--json", "-F", "--form",
		"-b", "--cookie", "-A", "--user-agent", "-e", "--referer", "-u", "--user", "-o", "--output", "--url", "--oauth2-bearer", "--cacert",
		"--cert", "--key", "-x", "--proxy", "-w", "--write-out", "-m", "--max-time", "--connect-timeout", "--resolve", "-D", "--dump-header":
		return true
	}
	return false
}

func (e *Exchange) option(name, value string) {
	switch name {
	case "-H", "--header":
		field, content, _ := strings.Cut(value, ":")
		e.addRequest(field, content)
	case "-X", "--request":
		e.Method = value
	case "--url":
		e.URL = value
	case "--oauth2-bearer":
		e.addRequest("Authorization", "Bearer "+value)
	case "-u", "--user":
		e.addRequest("Authorization", "Basic ") // who logs in is nobody's business here
	case "-b", "--cookie":
		e.addRequest("Cookie", value)
	case "-I", "--head":
		e.Method = "HEAD"
	case "-d", "--data", "--data-raw", "--data-binary", "--data-urlencode", "--json", "-F", "--form":
		if e.Method == "" {
			e.Method = "POST"
		}
	}
}
