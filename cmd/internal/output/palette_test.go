package output

import (
	"math"
	"testing"
)

func TestDecideColor(t *testing.T) {
	type environment map[string]string
	for _, test := range []struct {
		name     string
		mode     string
		env      environment
		terminal bool
		want     bool
	}{
		{"terminal", ColorAuto, nil, true, true},
		{"pipe", ColorAuto, nil, false, false},
		{"always beats NO_COLOR", ColorAlways, environment{"NO_COLOR": "1", "TERM": "dumb"}, false, true},
		{"never beats CLICOLOR_FORCE", ColorNever, environment{"CLICOLOR_FORCE": "1"}, true, false},
		{"NO_COLOR", ColorAuto, environment{"NO_COLOR": "1"}, true, false},
		{"NO_COLOR beats CLICOLOR_FORCE", ColorAuto, environment{"NO_COLOR": "1", "CLICOLOR_FORCE": "1"}, true, false},
		{"FORCE_COLOR", ColorAuto, environment{"FORCE_COLOR": "1"}, false, true},
		{"CLICOLOR_FORCE beats TERM=dumb", ColorAuto, environment{"CLICOLOR_FORCE": "1", "TERM": "dumb"}, false, true},
		{"CLICOLOR_FORCE=0 forces nothing", ColorAuto, environment{"CLICOLOR_FORCE": "0"}, false, false},
		{"CLICOLOR=0", ColorAuto, environment{"CLICOLOR": "0"}, true, false},
		{"CLICOLOR=1 does not force", ColorAuto, environment{"CLICOLOR": "1"}, false, false},
		{"TERM=dumb", ColorAuto, environment{"TERM": "dumb"}, true, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			getenv := func(name string) string { return test.env[name] }
			if got := DecideColor(test.mode, getenv, test.terminal); got != test.want {
				t.Errorf("got %t", got)
			}
		})
	}
}

func TestPaletteDoesNotHeedTheEnvironment(t *testing.T) {
	t.Setenv("NO_COLOR", "1")
	if got := NewPalette(true).Paint(Good, "x"); got != "\x1b[38;5;64mx\x1b[0;25;0m" {
		t.Errorf("got %q", got)
	}
	for _, p := range []Palette{NewPalette(false), nil} {
		if got := p.Paint(Good, "x"); got != "x" {
			t.Errorf("got %q", got)
		}
	}
	if got := NewPalette(true).Paint(Plain, "x") + NewPalette(true).Paint(Bad, ""); got != "x" {
		t.Errorf("got %q", got)
	}
}

// The colours are read on light and on dark backgrounds (contrast ratio of WCAG
// 2.2).
func TestColoursAreReadable(t *testing.T) {
	for _, n := range []int{grey, red, pink, orange, green, teal, violet} {
		l := luminance(n)
		if onWhite, onBlack := 1.05/(l+0.05), (l+0.05)/0.05; onWhite < 3.8 || onBlack < 3.8 {
			t.Errorf("colour %d has contrast %.1f with white, %.1f with black", n, onWhite, onBlack)
		}
	}
}

// luminance returns the relative luminance of one of the 256 colours of xterm:
// a cube of 6×6×6 from 16, greys from 232.
func luminance(n int) float64 {
	levels := []int{0, 95, 135, 175, 215, 255}
	r, g, b := 8+10*(n-232), 8+10*(n-232), 8+10*(n-232)
	if n < 232 {
		r, g, b = levels[(n-16)/36], levels[(n-16)/6%6], levels[(n-16)%6]
	}
	linear := func(level int) float64 { return math.Pow((float64(level)/255+0.055)/1.055, 2.4) }
	return 0.2126*linear(r) + 0.7152*linear(g) + 0.0722*linear(b)
}
