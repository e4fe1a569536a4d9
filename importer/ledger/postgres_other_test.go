//go:build !unix

package ledger

import "testing"

// PostgreSQL's tests start a server as another user, which needs Unix.
func onPostgres(testing.TB) bool { return false }

func database(tb testing.TB) string {
	tb.Skip("there is no server here")
	return ""
}
