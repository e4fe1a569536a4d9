package main

import (
	"io/fs"
	"os/user"
	"unsafe"

	"golang.org/x/sys/windows"

	"vitec-import/reports"
)

// everybody are the groups that a computer's or a domain's users are in without
// anybody's doing. What administrators and the system can read is theirs anyhow.
var everybody = []windows.WELL_KNOWN_SID_TYPE{
	windows.WinWorldSid, windows.WinAuthenticatedUserSid, windows.WinBuiltinUsersSid, windows.WinBuiltinGuestsSid,
	windows.WinInteractiveSid, windows.WinNetworkSid, windows.WinAnonymousSid,
	windows.WinAccountDomainUsersSid, windows.WinAccountDomainGuestsSid,
}

// readByOthers reports whether others than the file's user can read it, and the
// command that mends that. A file has the rights of the folder that it was made
// in: in the user's own nobody else can read it, in C:\vitec everybody can.
func readByOthers(path string, _ fs.FileInfo, _ bool) (others bool, correct string, err error) {
	sd, err := windows.GetNamedSecurityInfo(path, windows.SE_FILE_OBJECT, windows.DACL_SECURITY_INFORMATION)
	if err != nil {
		return false, "", err
	}
	// No list lets everybody in.
	if list, _, err := sd.DACL(); err == nil && list != nil && !readByEverybody(list) {
		return false, "", nil
	}
	me, err := user.Current()
	if err != nil {
		return true, "", nil
	}
	return true, "icacls " + reports.Quote(path) + " /inheritance:r /grant:r " + reports.Quote(me.Username+":F"), nil
}

func readByEverybody(list *windows.ACL) bool {
	for i := range uint32(list.AceCount) {
		var entry *windows.ACCESS_ALLOWED_ACE
		if windows.GetAce(list, i, &entry) != nil {
			return true
		}
		if entry.Header.AceType != windows.ACCESS_ALLOWED_ACE_TYPE || entry.Header.AceFlags&windows.INHERIT_ONLY_ACE != 0 ||
			entry.Mask&(windows.FILE_READ_DATA|windows.GENERIC_READ|windows.GENERIC_ALL) == 0 {
			continue
		}
		who := (*windows.SID)(unsafe.Pointer(&entry.SidStart))
		for _, group := range everybody {
			if who.IsWellKnown(group) {
				return true
			}
		}
	}
	return false
}
