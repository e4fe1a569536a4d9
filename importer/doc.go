// Package importer is the job itself: it reads the rows of a table, maps them
// to submissions, sends each of them once, and records in the ledger how it
// ended.
//
// It is not the place for what a cell means (package mapping), how a file is
// read (package table), what the API looks like (package vitec) or what a
// person is told (the command and package reports).
//
// # The promise
//
// Every row ends in exactly one outcome that can be trusted; no participant is
// booked twice; what cannot be known is said to be uncertain, never guessed.
// Three things keep it:
//
//   - The order wait, begin, send, finish, which stands in one function. A row
//     that waits for its turn is not in doubt when the program dies; a row whose
//     request may have left has a durable begin in the ledger; a row that is
//     reported has a durable outcome.
//   - One function that turns the end of a call into an outcome, and that takes
//     for unprocessed only what provably is. Nothing else is ever sent again.
//   - The plan. Everything that can be known without the network is known
//     before the first request: problems, twins within the file, and people
//     whom an earlier run has booked or may have booked. A person agrees to the
//     plan, and the input is read once more for sending, row by row against it.
//
// # The faults
//
// What can go wrong, what holds then, and which tests prove it: against the real
// program where the system is needed, each time by joining what the server did,
// what the report says and the input. Long parts run whole with
// VITEC_IMPORT_TEST_FULL=1; seeds that fail are told, and replayed with -seed.
//
//	PROCESS
//	kill -9 at any moment, again and again            no doubles, no lost rows; in doubt: what was under way  TestKill, TestKilled
//	kill -9 before the n-th write or sync, chains     the same                                                TestKillAtEveryWrite
//	kill -9 while the report is written               nothing in doubt; no half report                        TestKillWhileReporting
//	SIGINT, SIGTERM, SIGHUP                           drains: nothing in doubt; exit 130                      TestSignals, TestBegunRowIsHeldBack
//	a second signal                                   ends at once; in doubt: what was under way              TestSecondSignal
//	a signal before anything was sent                 nothing sent; exit 130                                  TestSignalWhilePlanning
//	a signal while a drive stalls                     heard                                                   TestStalledReadHearsStop
//	SIGHUP under nohup                                goes on                                                 TestIgnoredSignal
//	SIGPIPE, closed or full stdout and stderr         goes on, same exit code                                 TestNobodyListens
//	the log's reader stands still                     goes on                                                 TestStalledLog
//	SIGSTOP, SIGCONT                                  in doubt: what was under way                            TestStopAndContinue
//	no terminal                                       sends nothing without --yes                             TestNoTerminal
//
//	DISK
//	every write or sync fails from the n-th on        ends by itself; nothing is begun after it              TestDiskFails
//	sync fails in mid-run                             no request begins after it                              TestNoRequestAfterADiskError
//	a slow disk                                       no requests in a bunch                                  TestSlowDiskBunchesNothing
//	file-size limit, too few descriptors              ends by itself, loses nothing                           TestFileSizeLimit, TestFewFileDescriptors
//	report folder gone while the ledger is fine       exit 1; the report can be written later                 TestReportFolderFails
//	ledger cut, flipped, zeroed, foreign, newer       refused by name, or nobody booked again                 TestLedgerDamage, TestFlippedByte, TestLostLog
//	ledger deleted, files left beside it              refused                                                 TestGoneLedger
//
//	NETWORK
//	refused, DNS, TLS of all kinds, no HTTP/1.1       not sent, nothing in doubt; exit 5                      TestNoServer, TestBrokenHandshakes
//	a bad certificate                                 one attempt                                             TestNoServer, TestCertificates
//	a proxy refuses us                                one attempt, and the proxy is named                     TestRefusingProxy
//	reset, close, cut, stall, slow or endless answer  that row in doubt, no other                             TestStruckRequest
//	peers that are no HTTP servers                    ends in time and memory                                 TestBrokenAnswers, TestStrayAnswers, TestStormsEnd
//
//	HTTP
//	429 with Retry-After of any kind                  all pause; tried again, or the run stops                TestStruckRequest, TestRetryAfterHoldsAll, TestPauseHoldsWhatHasNotLeft
//	503, 408, 499, 460, other 5xx, 2xx without an id  in doubt, never sent again                              TestStruckRequest, TestJudge, TestLateRefusals
//	503 as a limit of the rate                        in doubt, and slower                                    TestLimitThatSays503
//	a text that is no id, as an id                    in doubt; the run stops                                 TestAnswersThatAreNoIDs
//	commits and answers 500 half of the time          in doubt: exactly what was struck; the run stops        TestMix, TestLimitThatSays503
//	401, 407 in mid-run                               one request per worker at most                          TestStopsAtOnce
//	a wrong login                                     one request, whatever came before; one a customer       TestWrongLoginCostsOneRequest, TestWrongLoginAfterRefusals, TestWrongLoginOfOneCustomer
//	403 for one customer of two                       the other goes on                                       TestForbiddenCustomerStopsAlone
//	403 for one row, after others were booked         the others go on                                        TestForbiddenRow
//	403 as a limit of the rate                        slower; five rows in a row stop the run                 TestForbiddenRate, TestForbiddenAfterBookings
//	every other 4xx                                   rejected, with the server's words                       TestStruckRequest
//	4xx that no row can cause                         the run stops, at any time                              TestRefusalsOfNoRowsMaking
//	redirects                                         0 requests there; the run stops                         TestStopsAtOnce, TestRedirects
//	one booking id for two rows                       the later one in doubt                                  TestStruckRequest, TestRepeatedIDs
//	any of it, at any rate                            never above the limit in any second                     TestRate, TestRateIsHeldAtTheServer
//	a limit that nobody has told us                   most of it is had, hardly anything refused              TestPaceAcrossServers
//
//	CHANGE
//	list edited, sorted, re-encoded, XLSX, twins      nobody booked again                                     TestChangedList
//	list replaced, growing, cut while it is sent      only what was planned is sent                           TestListChangesMeanwhile
//	another server                                    its bookings are its own                                TestAnotherServer
//	two runs at once                                  the second: exit 6, 0 requests, at once                 TestTwoRuns, TestOneRunAtATime
//	a ledger from the future                          no difference                                           TestLedgerFromTheFuture
//
//	ALL AT ONCE
//	300 seeds of 200 rows, three restarts each        all of it                                               TestMix
//	10,000 seeds: clock, server, disk, crashes        all of it                                               TestSimulation
//	values echoed in every part of an answer          in no log, error, metric or ledger                      TestCanary, TestNoPersonalData, TestScrubTakesPersonalDataOut
package importer
