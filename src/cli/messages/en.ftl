# What jangbu says, in English. Every message stands in ko.ftl too, with the same placeholders.

count-days = { $n ->
    [one] 1 day
   *[other] { $n } days
}
count-orders = { $n ->
    [one] 1 order
   *[other] { $n } orders
}

label-error = error:
label-warning = warning:
label-because = because:
label-hint = hint:
label-tip = tip:

bug-stopped = stopped unexpectedly; the ledger holds what was committed before
bug-stopped-at = stopped unexpectedly at { $place }; the ledger holds what was committed before
bug-report = please report this place and the command, without any data

system-missing = no such file or folder
system-denied = permission denied
system-full = no space left on the disk
system-no-folder = a part of the path is no folder
system-folder = it is a folder
system-read-only = the file system can only be read
system-exists = it is there already

usage-help-hint = For more information, try '--help'.
usage-conflict = the argument '{ $arg }' cannot be used with { $others }
usage-repeated = the argument '{ $arg }' cannot be used multiple times
usage-no-value = a value is required for '{ $arg }' but none was supplied
usage-bad-value = invalid value '{ $value }' for '{ $arg }'
usage-bad-value-why = invalid value '{ $value }' for '{ $arg }': { $why }
usage-possible-values = possible values: { $values }
usage-bad-command = unrecognized subcommand '{ $command }'
usage-missing = the following required arguments were not provided: { $args }
usage-no-command = '{ $command }' requires a subcommand but one was not provided
usage-one-too-many = unexpected value '{ $value }' for '{ $arg }' found; no more were expected
usage-unknown = unexpected argument '{ $arg }' found
usage-similar = a similar one exists: { $names }

coverage-title = { $mall }, shop { $shop }
coverage-nothing = no orders are known here
coverage-undated = no day is known of { $orders }; they are in no month
coverage-orders = orders
coverage-missing = missing
coverage-empty-months = { $from } – { $to }: { $n } months without any order
coverage-legend-letters = F in files, A from the API, B both; small: may have drifted
coverage-legend-marks = . quiet day, ! gap, ? orders, but perhaps not all, q in the quarantine
coverage-empty = Days without orders
coverage-quiet-many = { $days } quiet, in { $stretches } stretches; --json lists them all. The longest:
coverage-covered = covered
coverage-partial = not complete
coverage-quiet = quiet
coverage-gap = gap
coverage-waiting = in the quarantine
coverage-rule-claimed = { $file } reaches over it, and at the shop's pace that happens
coverage-rule-claimed-twice = downloads of two days agree, though about { $expected } orders were to be expected
coverage-rule-edge = next to the end of a file, no farther than two orders usually lie apart
coverage-rule-pace = { $file } reaches over it, but about { $expected } orders were to be expected
coverage-rule-quarantine = a row of that day waits to be mended: jangbu quarantine
coverage-rule-unclaimed = no file that lists all orders reaches over it
coverage-rule-day-not-over = the day was not over when it was last asked about
coverage-rule-excerpt-only = only files that list some of the orders speak of it
coverage-incomplete = Days that may lack orders
coverage-drift = May have drifted: last looked at less than { $days } after the order
coverage-drift-days = days
coverage-drift-may = drifting
coverage-drift-once = seen once
coverage-drift-last = last looked
coverage-end = nothing is known of days after { $day }
coverage-end-pace = nothing is known of days after { $day }; the shop takes { $pace } orders a day

changes-since-run = What is different since run { $run }
changes-since-moment = What is different since { $moment } KST
changes-none = nothing that was known became different
changes-new-orders = { $n ->
    [one] 1 order is new
   *[other] { $n } orders are new
}
changes-new-items = { $n ->
    [one] 1 item is new in an order that was known
   *[other] { $n } items are new in orders that were known
}
changes-more = … and { $n } more: --json lists all
changes-topic-refund = refunds
changes-topic-payment = payments
changes-topic-status = status
changes-topic-claim = claims
changes-topic-delivery = delivery
changes-topic-amounts = other amounts
changes-topic-goods = goods
changes-topic-other = other
changes-places = { $n ->
    [one] 1 order or item
   *[other] { $n } orders and items
}
changes-first-told = of which nothing was told before: { $orders }, { $amount }
changes-won = { $amount } won
changes-mall = mall
changes-order = order
changes-item = item
changes-field = column
changes-old = before
changes-now = now

watch-started = watching { $folder }; Ctrl-C ends it
watch-stopped = stopped; what is not in the ledger yet is taken the next time
watch-interrupted = it was interrupted; what is not in the ledger yet is taken the next time
watch-again = trying again
watch-unreadable = the folder cannot be read
watch-no-folder = no folder to watch was named
watch-no-folder-hint = name one, or set `inbox` in jangbu.toml
watch-no-mall-id = --mall: `{ $id }` is no mall id
watch-no-mall-id-hint = a mall id is the first part of the shop's address: ID.cafe24.com
watch-archive-is-folder = --archive: the folder that is watched lies in the archive
watch-archive-is-folder-hint = name another folder; one inside of the watched folder will do
watch-missing = there is no folder { $folder }
watch-missing-hint = check the path, or make the folder
watch-new = new
watch-changed = changed
watch-known = known
watch-skipped = skipped
watch-failed = failed
watch-rows = { $n ->
    [one] 1 row
   *[other] { $n } rows
}
watch-quarantined = { $n } quarantined
watch-more-known = … and { $n } more that are known
watch-run = run { $run }
watch-items = : { $new } items new, { $changed } changed
watch-nothing-there = nothing there to take
watch-nothing-new = nothing new: the ledger is as it was
watch-pushed = pushed: { $loads ->
    [one] 1 load
   *[other] { $loads } loads
}, { $rows ->
    [one] 1 row
   *[other] { $rows } rows
}
watch-push-failed = the push failed and will be tried again: { $why }
watch-archived = { $n ->
    [one] 1 file moved into the archive
   *[other] { $n } files moved into the archive
}
watch-not-archived = { $path } stays where it is: { $why }
watch-waiting = { $path } is not whole yet; if nothing more comes for ten minutes, it is taken as it is

count-rows = { $n ->
    [one] 1 row
   *[other] { $n } rows
}
count-files = { $n ->
    [one] 1 file
   *[other] { $n } files
}
time-seconds = { $n } s
time-minutes = { $minutes } min { $seconds } s

ingest-failed-file = { $path } { $message }
ingest-skipped-file = { $path } skipped: { $reason }
ingest-strange-file = { $path } unknown headers: { $headers }
ingest-more-failed = … { $n } more files failed; --json lists all
ingest-more-skipped = … { $n } more files were skipped; --json lists all
ingest-more-strange = … { $n } more files have unknown headers; --json lists all
ingest-dry-run = Dry run: this is what would happen; nothing was written
ingest-committed = Run { $run } is in the ledger
ingest-committed-runs = Runs { $runs } are in the ledger
ingest-nothing-new = Nothing new: the ledger is as it was
ingest-files = files
ingest-n-to-ingest = { $n } to ingest
ingest-n-ingested = { $n } ingested
ingest-n-known = { $n } known already
ingest-n-skipped = { $n } skipped
ingest-n-failed = { $n } failed
ingest-no-files = none found
ingest-rows = rows read
ingest-accepted = accepted
ingest-duplicate = duplicate
ingest-duplicate-note = the same row again in its file
ingest-quarantined = quarantined
ingest-quarantined-note = wait to be mended
ingest-skipped = skipped
ingest-skipped-note = totals and repeated headers
ingest-items = items
ingest-item-counts = { $new } new, { $changed } changed, { $unchanged } unchanged
ingest-months = months
ingest-month-range = { $n } from { $first } to { $last }
ingest-no-months = none touched
ingest-findings = findings
ingest-no-findings = none
ingest-time = time
ingest-next = next
ingest-next-mend = see and mend { $rows }
ingest-next-findings = look at { $n ->
    [one] 1 finding
   *[other] { $n } findings
}
ingest-next-headers = see what headers mean

progress-seconds-left = about { $n } s left
progress-minutes-left = about { $n } min left
progress-files = { $done }/{ $files } files, { $rows } rows
progress-months = { $done }/{ $files } months
progress-loads = { $done }/{ $files } loads, { $bytes } bytes
password-question = Password of the locked files (empty: skip them):

table-header = header
table-column = column
table-type = type
table-note = note
table-no = no
table-observed = observed (KST)
table-source = source
table-item = item
table-order = order
table-row = row
table-rows = rows
table-file = file
table-path = path
table-value = value
table-other = other
table-reason = reason
table-to-mend = to mend
table-table = table
table-month = month
table-size = size
table-why = why
row-number = row { $row }

inspect-problems = Problems
inspect-format = format
inspect-encoding = encoding
inspect-source = source
inspect-mall = mall
inspect-mall-unknown = not known: give --mall ID
inspect-mends = mends
inspect-mends-rows = { $rows } of { $file }, with the mall, source and time of that file
inspect-observed = observed at
inspect-moment = { $moment } KST ({ $evidence })
inspect-sha256 = sha256
inspect-sheet = Sheet { $name }
inspect-headers = Headers
inspect-all-rows = all { $rows }
inspect-first-rows = the first { $rows }
inspect-header-row = in row { $row }; { $understood } understood, { $unknown } unknown, { $ignored } left aside
inspect-no-header = no header row among { $seen }
inspect-fields = fields of the first order, of { $rows }
inspect-unknown = unknown, not stored: { $headers }
inspect-ignored = known, feed no column: { $headers }
inspect-sample = Sample
inspect-sample-of = { $n } of { $seen }
inspect-fills-blanks = fills blanks
inspect-personal-kept = personal, kept
inspect-personal-hashed = personal, hashed
inspect-personal-region = personal, region
inspect-personal-dropped = personal, dropped
inspect-unreadable = ✗ unreadable
inspect-hidden-dropped = ∙∙∙ dropped
inspect-hidden-hashed = ∙∙∙ hashed
inspect-hidden-region = ∙∙∙ region
inspect-hidden-kept = ∙∙∙ kept
inspect-first-row = the first is row { $row }
inspect-would-ingest = would be ingested
inspect-known = the ledger has these bytes already, as { $path }
inspect-would-skip = would be skipped: { $reason }
inspect-would-fail = would fail: { $why }

explain-place = { $mall }, shop { $shop }, { $day }
explain-no-day = day not known
explain-observations = Observations
explain-matched = without an item code: matched by its goods
explain-order = Order
explain-item = Item { $item }
explain-changes = Changes
explain-findings = Findings
explain-cleared = (cleared)
explain-against = { $value } against { $other }

list-more = … { $n } more; --json or export list all
list-run = run { $run }
files-none = the ledger has no files yet
findings-none = nothing odd was found
quarantine-none = no row waits to be mended
quarantine-how = to mend them: jangbu quarantine --out mend.xlsx, then jangbu ingest mend.xlsx
quarantine-nothing-written = no row waits to be mended, so nothing was written
quarantine-guide = Correct the coloured cells, leave the columns that start with _jangbu as they are, save, then: jangbu ingest THIS FILE. Rows that are not to be mended now may be deleted here.
quarantine-written = wrote { $rows } to { $path }; mend them there, then run: jangbu ingest { $path }
export-written = wrote { $rows } of { $table } to { $path }
undo-done = undid run { $run }: { $files } gone, { $months ->
    [one] 1 month
   *[other] { $months } months
} folded again
undo-kept = { $files } of it stay: other runs saw the same bytes
schema-never-null = never null

push-nothing = Nothing to send: BigQuery is as the ledger is
push-dry-run = Dry run: nothing was sent
push-to = push to
push-to-send = to send
push-cost = cost
push-loads = { $n ->
    [one] 1 load
   *[other] { $n } loads
}
push-table-made = table is made
push-columns-added = { $n ->
    [one] 1 column
   *[other] { $n } columns
} added
push-more-months = … { $n } more
push-why-new = new
push-why-changed = changed
push-why-unfinished = an earlier push did not end
push-why-damaged = other rows there than were brought
push-why-gone = gone from the ledger: emptied
push-cost-merge = MERGE reads about { $size }: ${ $dollars }; loads are free
push-cost-free = loads are free; the checks read a few columns of these months
push-views = Views written: { $views }
push-done = Push { $push } is in { $dataset }: { $loads }, { $rows }, verified
pull-nothing = Nothing new in { $table } since the last pull

reconcile-nothing = no orders of these days are known
reconcile-agree = files and API agree to the won on { $days }
reconcile-within = files and API agree on { $days } within { $tolerance } a day; they are { $off } apart
reconcile-disagree = files and API disagree on { $wrong } of { $days } (tolerance { $tolerance } a day)
reconcile-no-common-day = there is no day that both files and API cover: nothing was compared
reconcile-sums = files { $files }, API { $api }, difference { $difference }
reconcile-apart = ; order by order { $off } apart
reconcile-unweighed = { $orders } differ in a way that no amount weighs: such days disagree
reconcile-without-amount = { $orders } without an amount that both sides tell: only their fields were compared
reconcile-orders = orders
reconcile-items = items
reconcile-equal = equal
reconcile-drifted = drifted
reconcile-only-files = files only
reconcile-only-api = API only
reconcile-unjudged = not judged
reconcile-fields = Columns that differ
reconcile-times = times
reconcile-files-newer = files newer
reconcile-api-newer = API newer
reconcile-difference = API − files
reconcile-frozen = such a column never changes, so no newer word explains it: jangbu explain ORDER_ID
reconcile-days = Days that differ (items; amounts in won)
reconcile-day = day
reconcile-off = apart
reconcile-other-days = on { $days } everything is equal
reconcile-list = What differs
reconcile-side = side
reconcile-files = files
reconcile-value = value
reconcile-observed = observed (KST)
reconcile-other-observed = other side looked
reconcile-never = never
reconcile-newer = * the newer word
reconcile-amount = amount
reconcile-not-judged = Not judged
reconcile-scope-common = { $days } on which one side may lack orders, so only what both have was compared: { $named }
reconcile-scope-files = { $days } that only files cover: { $named }
reconcile-scope-api = { $days } that only the API covers: { $named }

init-ask-mall = Mall id, the ID of ID.cafe24.com (nothing: say it later):
init-ask-inbox = Folder that files are dropped into [inbox]:
init-ask-personal = Of persons, store: 1 phone and e-mail as hashes, 2 nothing, 3 everything [1]:
init-policy-hash = Chosen: hashes of phone and email, nothing else.
init-policy-drop = Chosen: nothing.
init-policy-keep = Chosen: everything. Mind who can read the ledger.
init-written = wrote { $path }
init-made = made the folder { $inbox }
init-next = Next: put files there, then run jangbu ingest, or jangbu watch to have them taken as they come
init-occupied = { $path } is there already, and is left as it is
init-occupied-hint = edit it, or name another file with --config
init-unwritable = cannot write { $path }
init-no-answer = there was no answer
init-no-answer-hint = scripts say --yes, with --mall, --inbox and --personal

plan-made = Asked for, not here yet
plan-request = request
plan-shop = shop
plan-days = order days
plan-asked-on = asked on
plan-state = state
plan-left = to come
plan-waiting = waiting
plan-overdue = overdue
plan-ask-again = overdue is what has not come after { $days }: ask again
plan-arrived = { $n ->
    [one] 1 request has arrived
   *[other] { $n } requests have arrived
}
plan-nothing = nothing is to be asked for: no known day is missing or drifting
plan-to-make = To ask for
plan-number = no
plan-why = why
plan-how = how
plan-why-missing = { $missing } missing
plan-why-incomplete = { $incomplete } in part
plan-why-both = { $missing } missing, { $incomplete } in part
plan-why-drift = drift: { $orders }
plan-way-admin = admin download
plan-way-api = API
plan-way-history = history file
plan-or = {" "}or{" "}
plan-since = { $shop }: nothing is known of the { $days } after { $day }; --to asks for them
plan-in-quarantine = { $shop }: rows of { $days } wait in the quarantine: jangbu quarantine
plan-message = To send
plan-hint = to copy: jangbu plan --message. When it is sent: jangbu plan request { $number } (or --all)
plan-noted = { $request } is noted: { $days }, asked for on { $on }
plan-withdrawn = Withdrawn: { $requests }
plan-message-greeting = Hello, I need order data of our Cafe24 store. Could you send me the files of these order days?
plan-message-shop = Store: { $shop }
plan-message-missing = All orders, as Excel downloads of the admin:
plan-message-history = All orders, from files you keep or from the admin's archive (과거 주문 조회), as these may be too old for the usual list:
plan-message-drift = All orders once more, as claims and refunds may have come since the last download:
plan-message-drift-history = All orders once more if you keep a later file of them, as claims and refunds may have come since:
plan-message-must = Columns the download form needs: { $columns }
plan-message-good = Columns that would help: { $columns }
plan-message-range = Please choose the days by order date (주문일), at most { $months } months a download.
plan-message-untouched = Please send the files as they were downloaded, without opening and saving them in Excel.
plan-message-personal = Please leave out names, telephone numbers, addresses and other personal columns.

page-kind = Order ledger
page-title = Report on { $malls }
page-title-empty = Report on an empty ledger
page-state = State of the ledger after run { $run }; today is { $day }. All days and times are Korean.
page-state-empty = The ledger is empty; today is { $day }.
page-state-days = Coverage, sales, refunds and findings of orders from { $from } to { $to }.
page-skip = Skip to the numbers
page-contents = Contents
page-foot-private = Only sums and counts: no names, addresses, numbers or orders of any customer are in this page. It loads nothing from anywhere and can be passed on as one file.
page-foot-made = Made by jangbu { $version }.
page-numbers = Numbers
page-total = Total
page-month = Month
page-undated = day unknown
page-days = Days
page-orders = Orders
page-items = Items
page-rows = Rows
page-files = Files
page-file = File
page-reason = Reason
page-meaning = What it means
page-number = Number
page-columns = Columns
page-unit-won = won

page-card-items = { $n ->
    [one] with 1 item
   *[other] with { $n } items
}
page-card-net = Net sales ({ $unit })
page-card-gross = of { $gross } gross
page-card-refunds = Refunds ({ $unit })
page-card-refunded = { $n ->
    [one] in 1 order
   *[other] in { $n } orders
}
page-card-missing = Days missing
page-card-drifting = { $n ->
    [0] no order may have drifted
    [one] 1 order may have drifted
   *[other] { $n } orders may have drifted
}
page-card-mend = Rows to mend
page-card-findings = { $n ->
    [0] no findings
    [one] 1 finding
   *[other] { $n } findings
}

page-shops = Shops
page-shops-caption = All shops, amounts in { $unit }
page-shop = Shop
page-known-days = Days known
page-gross = Gross
page-discounts = Discounts
page-refunded = Refunds
page-net = Net sales

page-coverage = Coverage
page-coverage-lead = A day without orders is a gap or a quiet day: the range of the files around it and the shop's usual pace tell which. Orders that were last looked at early may have been refunded since.
page-legend = What the letters mean
page-legend-files = in files
page-legend-api = from the API
page-legend-both = both
page-legend-quiet = quiet day
page-legend-gap = missing
page-legend-part = orders, but perhaps not all
page-legend-wait = waits in the quarantine
page-legend-drift = small letter: may have drifted
page-missing = Days missing
page-may-drift = May have drifted
page-seen-once = Seen once
page-last-look = Last look
page-drifting = Orders that may have drifted: last looked at less than { $days } after the order
page-end = Nothing is known of days after { $day }.
page-end-pace = Nothing is known of days after { $day }. The shop takes { $pace } orders a day.
page-calendar = Order days
page-no-empty-days = Every day has orders.
page-number-of-days = Number
page-verdict = Verdict
page-quiet-many = { $n } stretches, the longest { $longest }
page-some-file = a file

page-sales = Sales a month
page-sales-lead = By order day: a refund counts in the month of its order, not in that in which it was paid back. Shipping fees and points are not in it. Each order's own amounts count once, however many items it has. The view daily_sales in BigQuery counts alike.
page-gross-means = quantity × (product price + option price), without items cancelled before payment and without exchange goods, which stand beside what they replace
page-discounts-means = item discounts, item coupons and app discounts of the same items; member and order coupons of the order
page-refunded-means = the first of 총 실제 환불금액 and 실제 환불금액 of the order and the sum of its items' 환불금액 that is not zero; zero where no file tells a refund: the API tells none
page-net-means = gross − discounts − refunds
page-source = Source
page-source-means = the sources that have spoken of an order or item, whichever told its present values. Each stands under exactly one combination, so columns add up to the total. Net sales are those of the orders
page-source-export = download
page-source-history = history
page-source-api = API
page-months-caption = How net sales come to be, in { $unit }
page-chart-orders = Orders a month
page-chart-items = Items a month
page-chart-net = Net sales a month, in { $unit }
page-chart-summary = Bars by month from { $from } to { $to }, in parts by source. The highest is { $most } with { $value }. The table below has every number.
page-key = Colours of the bars

page-refunds = Refunds by lag
page-refunds-lead = Days from payment to refund, for every order with a refund other than zero. Payment is 결제일시(입금확인일), or the order's day where no payment is known; refund is the last 환불완료일 among its items. The whole refund of an order counts at that day.
page-no-refunds = No refunds are known.
page-lags-caption = Refunds by days from payment, in { $unit }
page-lags-summary = Bars by lag. The most was refunded at { $most }: { $value }. The table below has every number.
page-lags-months = The same by order month, in { $unit }: the newest months have not had the time for long lags
page-lag = Lag
page-lag-days = { $from }–{ $to } days
page-lag-from = { $from } days or more
page-lag-before = before the payment
page-lag-unknown = day of refund unknown
page-share = Share
page-share-so-far = Share so far

page-drift = What became different
page-drift-lead = The ledger as it is, compared with the ledger without what came since. Refunds are a loss, so they are negative; each order's refund counts once. Over all days.
page-topic = Topic
page-places = Orders and items
page-drift-amount = Amount (won)
page-first-orders = First told, orders
page-first-amount = First told, amount
page-steps = Statuses that became others
page-steps-rest = other steps

page-findings = Findings
page-findings-caption = What was odd, though nothing was lost
page-findings-lead = The list with orders, files and values: jangbu findings.
page-no-findings = Nothing odd was found.
page-finding = Finding

page-quarantine = Quarantine
page-quarantine-caption = Rows that wait to be mended; they have no effect until then
page-quarantine-lead = To mend them: jangbu quarantine --out mend.xlsx, then jangbu ingest mend.xlsx.
page-no-quarantine = No row waits to be mended.

page-files-caption = Source files, the oldest observation first
page-files-lead = Rows read = accepted + duplicate + quarantined + skipped, for every file. Rows that were mended since still count as quarantined in the file they came from.
page-no-files = The ledger has no files yet.
page-file-unnamed = file { $hash }
page-format = Format
page-observed = Observed
page-order-days = Order days
page-rows-read = Rows read
page-rows-accepted = Accepted
page-rows-duplicate = Duplicate
page-rows-quarantined = Quarantined
page-rows-skipped = Skipped
page-files-total = { $n ->
    [one] 1 file
   *[other] { $n } files
}

report-written = wrote the report to { $path }
report-ending = { $path } is no name of a page
report-ending-hint = end the name in .html
report-today = --today: `{ $day }` is no day
report-today-hint = write it as 2024-07-05
