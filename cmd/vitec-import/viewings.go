package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"vitec-import/importer"
	"vitec-import/vitec"
)

// estateFlags say whose viewings are read, and from where.
type estateFlags struct {
	url         string
	credentials string
	estates     []string
}

func (f *estateFlags) bind(cmd *cobra.Command) {
	cmd.Flags().StringArrayVar(&f.estates, "estate", nil, "the `ID` of an estate, such as OBJ11385_1395932274, whose viewings are read from the API; may be given several times")
	cmd.Flags().StringVar(&f.url, "url", vitec.DefaultBaseURL, "the `ADDRESS` of the API")
	cmd.Flags().StringVar(&f.credentials, "credentials", "", "the `FILE` with the logins (default: VITEC_USERNAME and VITEC_PASSWORD)")
}

// viewings reads the viewings of all the estates.
func (f *estateFlags) viewings(ctx context.Context, w *world, customer string) ([]vitec.Viewing, error) {
	if err := validURL(f.url); err != nil {
		return nil, err
	}
	logins, err := w.logins(f.credentials, normalURL(f.url))
	if err != nil {
		return nil, err
	}
	client, err := newClient(vitec.Config{BaseURL: f.url, Timeout: time.Minute, Credentials: logins.For})
	if err != nil {
		return nil, err
	}
	defer client.Close()
	ctx, cancel := w.untilStopped(ctx)
	defer cancel()
	var all []vitec.Viewing
	for _, estate := range f.estates {
		viewings, err := client.Viewings(ctx, customer, estate)
		switch {
		case w.stopping():
			return nil, importer.ErrInterrupted
		case err != nil:
			return nil, exit{code: 1, err: fail("the viewings of estate %q cannot be read: %s", estate, err), hint: readHint(err)}
		}
		for _, v := range viewings {
			v.EstateId = cmp.Or(v.EstateId, estate)
			all = append(all, v)
		}
	}
	return all, nil
}

// readHint says what to do when the server does not let anybody read.
func readHint(err error) any {
	var refused *vitec.StatusError
	if !errors.As(err, &refused) {
		return nil
	}
	switch refused.Status {
	case 401:
		return hint("check the user name and the password")
	case 403:
		return hint("reading viewings needs a right of its own in Vitec, which the login may not have for this customer")
	case 404:
		return hint("check the id of the estate")
	}
	return nil
}

func newViewingsCommand(w *world) *cobra.Command {
	var f estateFlags
	var customer string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "viewings --customer ID --estate ID",
		Short: "List an estate's viewings and time slots, with their ids",
		Long: `viewings reads from the API which viewings and time slots an estate has, past ones
included, and prints their ids: those that a mapping needs. Reading needs a right of its
own in Vitec. Nothing is booked or changed.

EXIT STATUS
  0    printed
  1    the viewings cannot be read
  2    wrong use
  130  interrupted`,
		Example: `  vitec-import viewings --customer M11385 --estate OBJ11385_1395932274
  vitec-import viewings --customer M11385 --estate OBJ11385_1395932274 --json`,
		Args: none,
		RunE: func(cmd *cobra.Command, _ []string) error {
			switch {
			case customer == "":
				return misused(cmd, fail("%s is missing", "--customer"))
			case len(f.estates) == 0:
				return misused(cmd, fail("%s is missing", "--estate"))
			}
			viewings, err := f.viewings(cmd.Context(), w, customer)
			if err != nil {
				return err
			}
			if asJSON {
				return printViewingsJSON(w.stdout, viewings)
			}
			w.printViewings(w.stdout, viewings)
			return nil
		},
	}
	f.bind(cmd)
	cmd.Flags().StringVar(&customer, "customer", "", "the office's `ID` in Vitec, such as M11385")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

// printViewings prints a line for each time slot, or for a viewing without any.
func (w *world) printViewings(out io.Writer, viewings []vitec.Viewing) {
	if len(viewings) == 0 {
		fmt.Fprintln(out, w.say("There are no viewings."))
		return
	}
	rows := [][]string{{w.say("viewing"), w.say("time slot"), w.say("id of the viewing"), w.say("id of the time slot"), w.say("comment")}}
	for _, v := range viewings {
		slots := v.TimeSlots
		if len(slots) == 0 {
			slots = []vitec.TimeSlot{{}}
		}
		for _, s := range slots {
			rows = append(rows, []string{span(v.StartsAt, v.EndsAt, "2006-01-02 15:04"), span(s.StartsAt, s.EndsAt, "15:04"), v.Id, s.Id, strings.Join(strings.Fields(v.Commentary), " ")})
		}
	}
	printColumns(out, rows, 0)
}

// span is from when to when something is, as a text.
func span(start, end time.Time, layout string) string {
	switch {
	case start.IsZero():
		return ""
	case end.IsZero():
		return start.Format(layout)
	}
	return start.Format(layout) + "–" + end.Format("15:04")
}

func printViewingsJSON(out io.Writer, viewings []vitec.Viewing) error {
	type slot struct {
		Id           string    `json:"id"`
		StartsAt     time.Time `json:"starts_at,omitzero"`
		EndsAt       time.Time `json:"ends_at,omitzero"`
		Participants int       `json:"participants"`
	}
	type viewing struct {
		Id         string    `json:"id"`
		EstateId   string    `json:"estate_id"`
		StartsAt   time.Time `json:"starts_at,omitzero"`
		EndsAt     time.Time `json:"ends_at,omitzero"`
		Commentary string    `json:"commentary,omitempty"`
		Places     int       `json:"places_per_slot,omitempty"`
		TimeSlots  []slot    `json:"time_slots"`
	}
	list := make([]viewing, 0, len(viewings))
	for _, v := range viewings {
		one := viewing{v.Id, v.EstateId, v.StartsAt, v.EndsAt, v.Commentary, v.Places, []slot{}}
		for _, s := range v.TimeSlots {
			one.TimeSlots = append(one.TimeSlots, slot{s.Id, s.StartsAt, s.EndsAt, s.Participants})
		}
		list = append(list, one)
	}
	return printJSON(out, list)
}
