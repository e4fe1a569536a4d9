package vitec

// maxMessageLength is in characters.
const maxMessageLength = 500

func oneLine(s string, max int) string { return s }
