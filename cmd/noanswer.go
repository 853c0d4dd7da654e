package cmd

import (
	"context"
	"errors"

	"github.com/claimcheck/claimcheck/cmd/internal/output"
	"github.com/claimcheck/claimcheck/cmd/internal/query"
	"github.com/claimcheck/claimcheck/pkg/strictjson"
)

// unanswered is the report of a question that could not be answered.
type unanswered struct {
	code int // exitUsage, exitUnreadable or exitUnavailable
	err  error
}

// noAnswer prints what kept a command from its answer, in the answer's place.
// Errors that are no such thing only come back.
func noAnswer(ctx context.Context, env *Env, printer *output.Printer, err error) error {
	code := exitCode(ctx, err)
	wrongUsage := code == exitUsage && printer.WantsSuite() // nobody reads the log of a CI system first
	if code != exitUnreadable && code != exitUnavailable && !wrongUsage {
		return err
	}
	shown := &failure{code: code, err: errors.New(redactTyped(err.Error(), env.typed)), hint: redactTyped(hintOf(err), env.typed)}
	printErr := printVerdict(ctx, printer, unanswered{code, shown})
	var filter *query.RunError
	if printErr != nil && !errors.As(printErr, &filter) { // a filter that was written for an answer
		return printFailure(printErr, code)
	}
	return err
}

func (n unanswered) reason() string { return reasonOf(n.code) }

func (n unanswered) document() strictjson.Value {
	return strictjson.Object(
		member("verdict", strictjson.String("no_answer")),
		member("reason", strictjson.String(n.reason())),
		member("exit_code", strictjson.Int(int64(n.code))),
		member("error", strictjson.Object(
			member("message", strictjson.String(n.err.Error())),
			member("hint", text(hintOf(n.err))),
		)),
	)
}

// writeText writes nothing: the error stream has it.
func (n unanswered) writeText(*output.Text) {}
