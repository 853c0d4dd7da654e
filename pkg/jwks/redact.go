package jwks

import (
	"slices"

	"github.com/claimcheck/claimcheck/pkg/strictjson"
)

// PublicDocument returns the set as it was read, with the members that only
// private and secret keys have replaced by a remark that they were removed.
func (s *Set) PublicDocument() strictjson.Value { return redact(s.Document) }

func redact(v strictjson.Value) strictjson.Value {
	switch v.Type() {
	case strictjson.TypeArray:
		items := slices.Clone(v.Items())
		for i := range items {
			items[i] = redact(items[i])
		}
		return strictjson.From(items)
	case strictjson.TypeObject:
		members := slices.Clone(v.Members())
		for i, m := range members {
			if members[i].Value = redact(m.Value); slices.Contains(privateMembers(), m.Name) {
				members[i].Value = strictjson.From("[removed: a private member]")
			}
		}
		return strictjson.From(members)
	default:
		return v
	}
}
