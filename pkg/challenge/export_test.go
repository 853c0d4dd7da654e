package challenge

// MaxLength is the length in bytes of the longest field value that Parse reads.
const MaxLength = maxLength

// ErrTooLong is the error of Parse for a longer one.
var ErrTooLong = errTooLong
