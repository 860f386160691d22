# What jangbu says, in English. Every message stands in ko.ftl too, with the same placeholders.

count-days = { $n ->
    [one] 1 day
   *[other] { $n } days
}
count-orders = { $n ->
    [one] 1 order
   *[other] { $n } orders
}
