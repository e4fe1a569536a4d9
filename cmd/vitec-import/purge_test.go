package main

import (
	"testing"
	"time"
)

func TestPurgeDate(t *testing.T) {
	now := time.Date(2026, 12, 1, 3, 30, 0, 0, time.Local)
	for _, tt := range []struct{ before, age, want string }{
		{"2026-01-02", "", "2026-01-02"}, {"", "90d", "2026-09-02"}, {"", "12w", "2026-09-08"}, {"", "0d", "2026-12-01"},
		{"", "", ""}, {"2026-01-02", "90d", ""}, {"yesterday", "", ""}, {"", "90", ""}, {"", "-1d", ""}, {"", "3m", ""}, {"", "d", ""},
	} {
		got, err := purgeDate(tt.before, tt.age, now)
		if (err == nil) != (tt.want != "") || err == nil && got.Format(time.DateOnly) != tt.want {
			t.Errorf("%q, %q: got %v, %v, want %q", tt.before, tt.age, got, err, tt.want)
		}
	}
}
