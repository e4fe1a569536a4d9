package desk

import "net/http"

// homePage is the first page.
type homePage struct{ Lists []*list }

// shownLists is how many lists the first page names.
const shownLists = 12

func (d *Desk) home(w http.ResponseWriter, r *http.Request) {
	all := d.known()
	d.show(w, r, http.StatusOK, "home", pageData{D: homePage{all[:min(len(all), shownLists)]}})
}
