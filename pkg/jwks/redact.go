package jwks

import (
	"slices"

	"github.com/claimcheck/claimcheck/pkg/strictjson"
)

// redacted is what stands in for a private member.
const redacted = "[removed: a private member]"

// PublicDocument returns the set as it was read, with the members that only
// private and secret keys have replaced by a remark that they were removed.
func (s *Set) PublicDocument() strictjson.Value {
	var members []strictjson.Member
	for _, m := range s.Document.Members() {
		if m.Name == "keys" {
			keys := make([]strictjson.Value, len(m.Value.Items()))
			for i, key := range m.Value.Items() {
				keys[i] = redact(key)
			}
			m.Value = strictjson.From(keys)
		}
		members = append(members, m)
	}
	return strictjson.From(members)
}

func redact(v strictjson.Value) strictjson.Value {
	switch v.Kind() {
	case strictjson.KindArray:
		items := make([]strictjson.Value, len(v.Items()))
		for i, item := range v.Items() {
			items[i] = redact(item)
		}
		return strictjson.From(items)
	case strictjson.KindObject:
		var members []strictjson.Member
		for _, m := range v.Members() {
			if slices.Contains(privateMembers(), m.Name) {
				m.Value = strictjson.From(redacted)
			}
			members = append(members, strictjson.Member{Name: m.Name, Value: redact(m.Value)})
		}
		return strictjson.From(members)
	default:
		return v
	}
}
