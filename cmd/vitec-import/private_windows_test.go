package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/windows"
)

// A file with logins is read if nobody but its user and those who may do
// anything can read it.
func TestReadByOthers(t *testing.T) {
	token := windows.GetCurrentProcessToken()
	me, err := token.GetTokenUser()
	if err != nil {
		t.Fatal(err)
	}
	known := func(kind windows.WELL_KNOWN_SID_TYPE) *windows.SID {
		sid, err := windows.CreateWellKnownSid(kind)
		if err != nil {
			t.Fatal(err)
		}
		return sid
	}
	for _, tt := range []struct {
		name   string
		also   *windows.SID // beside the user
		mask   windows.ACCESS_MASK
		others bool
	}{
		{"alone", nil, 0, false},
		{"system", known(windows.WinLocalSystemSid), windows.GENERIC_ALL, false},
		{"administrators", known(windows.WinBuiltinAdministratorsSid), windows.GENERIC_ALL, false},
		{"everyone", known(windows.WinWorldSid), windows.GENERIC_READ, true},
		{"users", known(windows.WinBuiltinUsersSid), windows.FILE_GENERIC_READ, true},
		{"authenticated", known(windows.WinAuthenticatedUserSid), windows.GENERIC_ALL, true},
		{"users may see that it is there", known(windows.WinBuiltinUsersSid), windows.FILE_READ_ATTRIBUTES, false},
	} {
		entries := []windows.EXPLICIT_ACCESS{allow(me.User.Sid, windows.GENERIC_ALL)}
		if tt.also != nil {
			entries = append(entries, allow(tt.also, tt.mask))
		}
		list, err := windows.ACLFromEntries(entries, nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := readByEverybody(list); got != tt.others {
			t.Errorf("%s: got %t, want %t", tt.name, got, tt.others)
		}
		t.Run(tt.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "my logins.yaml")
			if err := os.WriteFile(path, []byte("default: {username: u, password: p}\r\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			// The list alone: what the folder would add is kept out.
			if err := windows.SetNamedSecurityInfo(path, windows.SE_FILE_OBJECT, windows.DACL_SECURITY_INFORMATION|windows.PROTECTED_DACL_SECURITY_INFORMATION, nil, nil, list, nil); err != nil {
				t.Fatal(err)
			}
			sd, err := windows.GetNamedSecurityInfo(path, windows.SE_FILE_OBJECT, windows.DACL_SECURITY_INFORMATION)
			if err != nil {
				t.Fatal(err)
			}
			if kept, _, err := sd.DACL(); err != nil || kept == nil || kept.AceCount != list.AceCount {
				t.Skipf("access lists are not kept here: %v", sd)
			}
			others, mend, err := readByOthers(path, nil, false)
			if err != nil || others != tt.others {
				t.Errorf("got %t, %v, want %t", others, err, tt.others)
			}
			if others && !strings.Contains(mend, `icacls "`+path+`" /inheritance:r /grant:r `) {
				t.Errorf("hint %q", mend)
			}
			if _, err := readLogins(path, false); (err != nil) != tt.others {
				t.Errorf("read: %v", err)
			}
		})
	}
}

func allow(who *windows.SID, mask windows.ACCESS_MASK) windows.EXPLICIT_ACCESS {
	return windows.EXPLICIT_ACCESS{
		AccessPermissions: mask, AccessMode: windows.GRANT_ACCESS,
		Trustee: windows.TRUSTEE{TrusteeForm: windows.TRUSTEE_IS_SID, TrusteeValue: windows.TrusteeValueFromSID(who)},
	}
}
