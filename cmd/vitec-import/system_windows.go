package main

import "golang.org/x/sys/windows"

// systemLanguages are the languages in which the user has Windows speak.
func systemLanguages() []string {
	names, err := windows.GetUserPreferredUILanguages(windows.MUI_LANGUAGE_NAME)
	if err != nil {
		return nil
	}
	return names
}
