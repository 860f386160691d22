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

usage-see-help = see { $command }
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
reconcile-note = note
reconcile-frozen = should never change
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
