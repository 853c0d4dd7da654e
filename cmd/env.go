package cmd

import (
	"context"
	"crypto/x509"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/mattn/go-isatty"
	"golang.org/x/term"

	"github.com/claimcheck/claimcheck/cmd/internal/output"
)

// Env is everything that the program takes from its process, as plain fields,
// so that a test can run it whole with an environment of its own.
type Env struct {
	Stdin  io.Reader
	Stdout io.Writer
	Stderr io.Writer

	StdinIsTerminal  bool
	StdoutIsTerminal bool
	StderrIsTerminal bool
	Width            int // columns of the terminal; 0 if unknown

	// RawTerminal makes the terminal on stdin deliver keys as they are typed, until
	// restore is called. It is nil if stdin is not a terminal.
	RawTerminal func() (restore func(), err error)

	LookupEnv func(name string) (string, bool)
	Environ   func() []string // as os.Environ, for completion
	Now       func() time.Time
	Tick      output.Tick            // of the progress line; nil for none
	CacheDir  func() (string, error) // the user's, not yet the program's
	ConfigDir func() (string, error)

	// RootCAs are the trusted certificate authorities; nil for the system's.
	RootCAs *x509.CertPool
	// DialContext opens network connections; nil for the usual way.
	DialContext func(ctx context.Context, network, address string) (net.Conn, error)
	// Proxy finds the proxy for a request; nil for none.
	Proxy func(*http.Request) (*url.URL, error)
}

// processEnv is the only place that names the process's streams and clock.
func processEnv(ctx context.Context) *Env {
	width, _, err := term.GetSize(int(os.Stdout.Fd()))
	if err != nil {
		width = 0
	}
	return &Env{
		Stdin: &interruptible{ctx: ctx, reader: os.Stdin}, Stdout: os.Stdout, Stderr: os.Stderr,
		StdinIsTerminal:  isTerminal(os.Stdin),
		StdoutIsTerminal: isTerminal(os.Stdout),
		StderrIsTerminal: isTerminal(os.Stderr),
		Width:            width,
		RawTerminal: func() (func(), error) {
			_ = ctx.Done() // catch signals first, so that an interruption restores the terminal
			return rawTerminal()
		},
		LookupEnv: os.LookupEnv,
		Environ:   os.Environ,
		Now:       time.Now,
		Tick: func() (<-chan time.Time, func()) {
			ticker := time.NewTicker(time.Second)
			return ticker.C, ticker.Stop
		},
		CacheDir:  os.UserCacheDir,
		ConfigDir: os.UserConfigDir,
		Proxy:     http.ProxyFromEnvironment,
	}
}

// processContext ends when the process is interrupted.
func processContext() context.Context {
	notify := func(signals chan<- os.Signal) { signal.Notify(signals, os.Interrupt, syscall.SIGTERM) }
	return untilInterrupted(notify, time.Second, os.Exit)
}

// hangups delivers the signals that ask for a new start, until stop is called.
func hangups() (signals <-chan os.Signal, stop func()) {
	c := make(chan os.Signal, 1)
	signal.Notify(c, syscall.SIGHUP)
	return c, func() { signal.Stop(c) }
}

func isTerminal(f *os.File) bool {
	return isatty.IsTerminal(f.Fd()) || isatty.IsCygwinTerminal(f.Fd())
}

// getenv returns a variable, or an empty string where it is not set.
func (e *Env) getenv(name string) string {
	value, _ := e.LookupEnv(name)
	return value
}

// userDir returns the program's directory in one of the user's, which a variable may
// name. It returns an empty string if there is no such directory.
func (e *Env) userDir(variable string, usual func() (string, error)) string {
	dir := e.getenv(variable)
	if !filepath.IsAbs(dir) {
		dir, _ = usual() // empty where there is none
	}
	if !filepath.IsAbs(dir) { // HOME may be relative
		return ""
	}
	return filepath.Join(dir, "claimcheck")
}

func rawTerminal() (restore func(), err error) {
	stdin := int(os.Stdin.Fd())
	state, err := term.MakeRaw(stdin)
	if err != nil {
		return nil, err
	}
	return func() { _ = term.Restore(stdin, state) }, nil
}
