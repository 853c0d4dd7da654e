package token

// The causes, which are words to everybody else.
const (
	CauseOpaque       = causeOpaque
	CauseNoToken      = causeNoToken
	CausePlaceholder  = causePlaceholder
	CauseForeign      = causeForeign
	CauseEncrypted    = causeEncrypted
	CauseJSONForm     = causeJSONForm
	CauseSegments     = causeSegments
	CauseDisclosures  = causeDisclosures
	CauseEmptyHeader  = causeEmptyHeader
	CauseTooLong      = causeTooLong
	CausePadding      = causePadding
	CauseWhitespace   = causeWhitespace
	CauseStandardSet  = causeStandardSet
	CauseCharacter    = causeCharacter
	CauseTrailingBits = causeTrailingBits
	CauseJSON         = causeJSON
	CauseMemberType   = causeMemberType
	CauseUnsigned     = causeUnsigned
)

// Forms without an exported constant.
const (
	FormJWS     = formJWS
	FormJWSJSON = formJWSJSON
	FormJWEJSON = formJWEJSON
)
