package cmd

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/claimcheck/claimcheck/cmd/internal/advice"
	"github.com/claimcheck/claimcheck/cmd/internal/output"
)

// The exit codes. 0 is yes, 1 to 9 means that there is no answer, 10 and up
// that the answer is no.
const (
	exitAccepted         = 0
	exitInternal         = 1
	exitUsage            = 2
	exitUnreadable       = 3
	exitUnavailable      = 4
	exitUnverified       = 5
	exitMalformed        = 10
	exitAlgorithm        = 11
	exitNoKey            = 12
	exitSignature        = 13
	exitIssuer           = 14
	exitAudience         = 15
	exitExpired          = 16
	exitNotYetValid      = 17
	exitClaim            = 18
	exitReauthentication = 19
	exitInactive         = 20
	exitFindings         = 21
	exitAPIAccepts       = 22
	exitInterrupted      = 130
)

// An ExitCode is one row of the table of exit codes.
type ExitCode struct {
	Code    int
	Reason  string
	Meaning string
}

// ExitCodes returns the table of exit codes that code, help, docs and JSON share.
func ExitCodes() []ExitCode {
	return []ExitCode{
		{exitAccepted, "accepted", "every required check passed, or the command succeeded"},
		{exitInternal, "internal", "a defect, or the output could not be written"},
		{exitUsage, "usage", "the command line is wrong"},
		{exitUnreadable, "unreadable", "a file, stdin, key, secret or configuration could not be read, or holds nothing usable"},
		{exitUnavailable, "unavailable", "the issuer's metadata, keys or introspection could not be fetched or cannot be trusted"},
		{exitUnverified, "unverified", "auth-age --unverified: nothing was verified"},
		{exitMalformed, "malformed", "not a well-formed compact JWT (opaque, encrypted, JSON serialisation, critical extension, claims not an object)"},
		{exitAlgorithm, "algorithm_refused", "the algorithm is not allowed, is none, or is not the key's"},
		{exitNoKey, "no_matching_key", "no usable key in the set fits the token"},
		{exitSignature, "bad_signature", "the signature does not match"},
		{exitIssuer, "wrong_issuer", "the issuer is wrong, missing or not a string"},
		{exitAudience, "wrong_audience", "the audience is wrong, missing or of the wrong type"},
		{exitExpired, "expired", "exp has passed, is missing or unusable; or less than --min-validity is left"},
		{exitNotYetValid, "not_yet_valid", "nbf or iat is in the future or unusable"},
		{exitClaim, "claim_refused", "any other claim or requirement: kind, nonce, client, hashes, scope, role, --require, --assert"},
		{exitReauthentication, "reauthentication_required", "auth_time is missing, in the future or older than --max-age; or acr is not met"},
		{exitInactive, "inactive", "the issuer says that the token is not active"},
		{exitFindings, "findings", "--check found errors in a document"},
		{exitAPIAccepts, "api_accepts", "probe: the API accepted what it must refuse, or refused the good token"},
		{exitInterrupted, "interrupted", "the program was interrupted"},
	}
}

// codeOf returns the exit code of a reason.
func codeOf(reason string) int {
	for _, info := range ExitCodes() {
		if info.Reason == reason {
			return info.Code
		}
	}
	return exitInternal
}

// reasonOf returns the reason of an exit code.
func reasonOf(code int) string {
	for _, info := range ExitCodes() {
		if info.Code == code {
			return info.Reason
		}
	}
	return "internal"
}

// A failure is an error that has its exit code and perhaps a hint.
type failure struct {
	code    int
	hint    string
	command string           // a command line that the hint introduces
	tried   []output.Attempt // what was asked before
	err     error
}

func (f *failure) Error() string { return f.err.Error() }
func (f *failure) Unwrap() error { return f.err }

func fail(code int, format string, args ...any) *failure {
	return &failure{code: code, err: fmt.Errorf(format, args...)}
}

func (f *failure) withHint(format string, args ...any) *failure {
	f.hint = fmt.Sprintf(format, args...)
	return f
}

// didYouMean adds what was probably meant by a mistyped word, in front of the hint that
// there is.
func (f *failure) didYouMean(word string, candidates []string) *failure {
	if found := nearest(word, candidates); found != "" {
		f.hint = strings.TrimSpace("did you mean " + found + "? " + f.hint)
	}
	return f
}

// orHint sets the hint if the failure does not have one yet.
func (f *failure) orHint(hint string) *failure {
	if f.hint == "" {
		f.hint = hint
	}
	return f
}

// withCommand adds a command line to copy to the hint that introduces it.
func (f *failure) withCommand(line advice.Cmdline) *failure {
	f.command = line.String()
	return f
}

// advised adds a hint and its command.
func (f *failure) advised(hint advice.Hint) *failure {
	f.hint, f.command = hint.Words(), hint.Command
	return f
}

// problemOf is an error as people get it.
func problemOf(err error) output.Problem {
	problem := output.Problem{Message: err.Error()}
	if failed, ok := errors.AsType[*failure](err); ok {
		problem.Hint, problem.Command, problem.Tried = failed.hint, failed.command, failed.tried
	}
	return problem
}

func usageError(format string, args ...any) *failure { return fail(exitUsage, format, args...) }
func unreadable(format string, args ...any) *failure { return fail(exitUnreadable, format, args...) }

// silentExit is an answer that has been printed and only needs its exit code.
type silentExit int

func (s silentExit) Error() string { return fmt.Sprintf("exit %d", int(s)) }

// exitCode is the one switch from an error to a number.
func exitCode(ctx context.Context, err error) int {
	var failed *failure
	var answered silentExit
	switch {
	case err == nil:
		return exitAccepted
	case ctx.Err() != nil:
		return exitInterrupted
	case errors.As(err, &answered):
		return int(answered)
	case errors.As(err, &failed):
		return failed.code
	default:
		return exitInternal
	}
}

// finish is the only place that prints an error. If the error comes with a verdict,
// that has been printed already, and only the exit code is left.
func finish(ctx context.Context, env *Env, command *cobra.Command, err error) int {
	code := exitCode(ctx, err)
	if _, answered := errors.AsType[silentExit](err); err == nil || answered || readerLeft(err) {
		return code
	}
	printer := newErrorPrinter(env, command)
	if code == exitInterrupted {
		printer.Error(output.Problem{Message: "interrupted"})
		return code
	}
	problem := problemOf(err)
	if problem.Hint == "" && code == exitUsage && command != nil {
		problem.Hint = strings.TrimSpace(command.CommandPath()+" --help") + " shows the usage"
	}
	printer.Error(problem)
	return code
}

// readerLeft reports whether writing failed because the reader of the output, such as
// head, has closed the pipe. A message would reach nobody.
func readerLeft(err error) bool {
	_, unwritten := errors.AsType[*output.WriteError](err)
	return unwritten && errors.Is(err, syscall.EPIPE)
}
