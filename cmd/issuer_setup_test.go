package cmd

import "testing"

// FuzzParseSetup: whatever stands in the file of --setup, there is an answer, and
// every user of it has a name.
func FuzzParseSetup(f *testing.F) {
	for _, seed := range []string{
		"", "users:\n  - name: ada\n    roles: [admin, editor]\n", "clients:\n  - id: app\n    secret: s\n    redirect_uris: [http://127.0.0.1/]\n",
		"users: [{name: ''}]", "users: &a [*a]", "a: &a [x, x]\nb: &b [*a, *a]\nusers: *b", "user: []", "\"", "---\n---\n", "users: !!binary x",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		setup, err := parseSetup([]byte(text))
		for _, u := range setup.Users {
			if err == nil && u.Name == "" {
				t.Error("a user without a name")
			}
		}
	})
}
